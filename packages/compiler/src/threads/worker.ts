import { Control, LISTEN } from "./control.ts";

/** What a worker is started with. */
export interface Post {
  readonly memory: WebAssembly.Memory;
  readonly control: number;
  readonly barrier: WebAssembly.Module;
  readonly thread: number;
  readonly threads: number;
}

/** What a worker is told: a program, its number, the names of the functions that only thread 0 has, and what it runs. */
export interface ProgramOrder {
  readonly index: number;
  readonly modules: readonly WebAssembly.Module[];
  readonly numbers: Readonly<Record<string, number>>;
  readonly absent: readonly string[];
  readonly script?: string;
}

/** A thread as the starting one sees it. */
export interface Helper {
  post(job: ProgramOrder): void;
  terminate(): unknown;
}

/** The same in Node and in a page. Waits for 200 us awake, which is longer than it takes to make a batch ready, then asleep. */
const source = `
let post, words, seen, barrier;
const programs = [];
const made = new Map();
function make(script) {
  if (!made.has(script)) {
    const builtin = (name) => process.getBuiltinModule("node:" + name);
    const require = builtin("module").createRequire(builtin("path").resolve("worker.js"));
    made.set(script, new Function("memory", "require", script)(post.memory, require));
  }
  return made.get(script);
}
function start(data) {
  post = data;
  words = new Int32Array(post.memory.buffer, post.control, ${Control.WORDS});
  const wait = (phase) => {
    if (Atomics.load(words, ${Control.FAILED})) throw new Error("another thread has failed");
    Atomics.add(words, ${Control.SLEEPERS}, 1);
    Atomics.wait(words, ${Control.PHASE}, phase, 100);
    Atomics.sub(words, ${Control.SLEEPERS}, 1);
  };
  const imports = { m: { m: post.memory, control: post.control, wait } };
  barrier = new WebAssembly.Instance(post.barrier, imports).exports.barrier;
}
async function learn({ index, modules, numbers, absent, script }) {
  const m = { m: post.memory, barrier, ...numbers };
  for (const name of absent) m[name] = () => { throw new Error(name + " is there for thread 0 only"); };
  if (script !== undefined) Object.assign(m, make(script));
  for (const module of modules) Object.assign(m, (await WebAssembly.instantiate(module, { m })).exports);
  programs[index] = m.run;
}
function serve() {
  for (;;) {
    const end = performance.now() + 0.2;
    while (Atomics.load(words, ${Control.GENERATION}) === seen && performance.now() < end);
    while (Atomics.load(words, ${Control.GENERATION}) === seen) Atomics.wait(words, ${Control.GENERATION}, seen);
    seen = Atomics.load(words, ${Control.GENERATION});
    const job = Atomics.load(words, ${Control.JOB});
    if (job === ${LISTEN}) return;
    try {
      programs[job](post.thread, post.threads);
      barrier(post.threads);
    } catch (error) {
      return fail(error);
    }
  }
}
function fail(error) {
  if (Atomics.compareExchange(words, ${Control.FAILED}, 0, 1 + post.thread) === 0) {
    const text = new TextEncoder().encode(String(error)).subarray(0, ${4 * (Control.WORDS - Control.TEXT)});
    new Uint8Array(post.memory.buffer, post.control + ${4 * Control.TEXT}, text.length).set(text);
    Atomics.store(words, ${Control.LENGTH}, text.length);
  }
  Atomics.notify(words, ${Control.PHASE});
}
async function receive(data, answer) {
  try {
    if (data.barrier) start(data);
    else await learn(data);
  } catch (error) {
    answer(String(error));
    return;
  }
  seen = Atomics.load(words, ${Control.GENERATION});
  answer("");
  if (!data.barrier) serve();
}
if (typeof self === "object" && typeof importScripts === "function")
  self.onmessage = ({ data }) => receive(data, (text) => self.postMessage(text));
else {
  const { parentPort } = process.getBuiltinModule("node:worker_threads");
  parentPort.on("message", (data) => receive(data, (text) => parentPort.postMessage(text)));
}`;

interface NodeWorker {
  on(event: string, listener: (value: unknown) => void): void;
  ref(): void;
  unref(): void;
  postMessage(message: unknown): void;
  terminate(): unknown;
}

interface NodeProcess {
  getBuiltinModule?(name: string): { readonly Worker: new (source: string, options: object) => NodeWorker };
  readonly versions?: { readonly node?: string };
}

/** Hears of a worker: its answers ("" or what went wrong), and its end. */
export interface Ear {
  answer(text: string): void;
  end(reason: string): void;
}

/** Starts a worker, which answers when it is ready. */
export function startHelper(post: Post, ear: Ear): Helper {
  const { process } = globalThis as unknown as { readonly process?: NodeProcess };
  if (process?.versions?.node && process.getBuiltinModule) {
    const { Worker } = process.getBuiltinModule("node:worker_threads");
    const worker = new Worker(source, { eval: true });
    worker.on("message", (text) => {
      // Node lives on while an answer is outstanding, and only then.
      worker.unref();
      ear.answer(text as string);
    });
    worker.on("error", (error) => ear.end(String(error)));
    worker.on("exit", () => ear.end("it has ended"));
    worker.postMessage(post);
    return {
      post(job) {
        worker.ref();
        worker.postMessage(job);
      },
      terminate: () => worker.terminate(),
    };
  }
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const worker = new Worker(url);
  worker.onmessage = ({ data }) => {
    URL.revokeObjectURL(url);
    ear.answer(data as string);
  };
  worker.onerror = (event) => ear.end(event.message);
  worker.postMessage(post);
  return { post: (job) => worker.postMessage(job), terminate: () => worker.terminate() };
}
