/**
 * The pool (workerpool 10.0.3) takes a process for a page's worker where the runtime has a global `postMessage`, as Bun
 * has: its answers would reach nobody, and `compare` would wait for ever. To be loaded before the pool.
 */
Reflect.deleteProperty(globalThis, "postMessage");
