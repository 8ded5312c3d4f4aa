import { init, numpy as np } from "@jax-js/jax";
import type { Elements, PlainTensor } from "./arrays.ts";
import { chooseProducts, type Products, type ProductsOptions } from "./choose-products.ts";
import { SharedState } from "./shared-state.ts";

/** A leaf of a tree of arguments. Numbers are float32 scalars, typed arrays vectors. */
export type ArgumentLeaf = np.Array | PlainTensor | Elements | number | boolean;

/** A tree with arrays of jax-js for leaves. */
export type TracedTree<T> = T extends ArgumentLeaf ? np.Array : { [K in keyof T]: TracedTree<T[K]> };

/** A tree with plain arrays for leaves. */
export type Plain<T> = T extends ArgumentLeaf ? PlainTensor : { [K in keyof T]: Plain<T[K]> };

/** A tree that may be passed in place of its example. */
export type GivenTree<T> = T extends ArgumentLeaf
  ? ArgumentLeaf
  : { readonly [K in keyof T]: GivenTree<T[K]> };

/** A result: a scalar is a number (or a truth value), an array its elements row by row. */
export type ResultLeaf = number | boolean | Elements;

/** A tree of results; the state is none of them. */
export type Results<T> = T extends ArgumentLeaf
  ? ResultLeaf
  : T extends readonly unknown[]
    ? { [K in keyof T]: Results<T[K]> }
    : { [K in Exclude<keyof T, "state">]: Results<T[K]> };

/** Options of `compileStep` and `compile`. */
export interface CompileOptions extends ProductsOptions {
  /** What computes matrix products; default auto: the system's BLAS where there is one, else our own kernels. */
  readonly device?: "auto" | "native" | "wasm";
}

/** A compiled function of inputs. */
export interface Compiled<Inputs, Out> {
  /**
   * Runs it, and returns copies of its results. Consumes arrays of jax-js among the inputs. A typed array has the shape
   * of its example, with as many rows as there are. Other shapes than before are compiled when they come.
   *
   * @throws TypeError if a name, a type or a number of axes is not that of the example, or if the function does not take
   *   these shapes.
   * @throws Error if it has been disposed of.
   */
  run(inputs: GivenTree<Inputs>): Results<Out>;
}

/** A compiled function with a memory of its own. */
export interface Standalone<Inputs, Out> extends Compiled<Inputs, Out> {
  /** Gives its memory back, and ends its threads. No call is possible afterwards. */
  dispose(): void;
}

/** A compiled step: a function of a state, which it replaces, and of inputs. */
export interface CompiledStep<State, Inputs, Out> extends Standalone<Inputs, Out> {
  /** What computes matrix products: the system's BLAS (native), or our own kernels (wasm). */
  readonly device: "native" | "wasm";
  /** The state as new arrays of jax-js. */
  state(): TracedTree<State>;
  /** The state as new plain arrays: to save, or to send to another thread. */
  plainState(): Plain<State>;
  /**
   * Replaces the state. Consumes arrays of jax-js.
   *
   * @throws TypeError if a name, a type or a shape is another than it was.
   */
  setState(state: GivenTree<State>): void;
  /**
   * Another function of the same state, which is not copied: an evaluation, or, if it returns `state`, another step.
   *
   * @throws LoweringError if something in it has no kernel.
   */
  compile<I, O>(fn: (state: TracedTree<State>, inputs: TracedTree<I>) => O, inputs: I): Compiled<I, O>;
  /** Gives its memory back, and ends its threads. No call is possible afterwards, nor one of a function compiled on its state. */
  dispose(): void;
}

/**
 * Compiles a training step, written in jax-js, to one WebAssembly program: forward, gradient and optimizer. The state
 * lives in the program's memory, where each step replaces it; nothing is allocated, and nothing waits to be read. Works in
 * Node, pages and workers.
 *
 * Random numbers come from keys, which are inputs or part of the state, and have the bits of jax-js; other values are
 * equal to float32. Gradients are those of hardgrad's `grad` and `valueAndGrad`.
 *
 * @param fn returns the successor of the state, and whatever else it computes: `{ state, loss, ... }`.
 * @param examples the initial state, and inputs of the types and shapes of the first call. Arrays of jax-js are consumed.
 * @throws LoweringError if something in it has no kernel; jax-js's own `jit` runs it, slower.
 * @throws TypeError if the successor of the state has other names, types or shapes.
 * @throws RangeError if the device is native and there is no BLAS, or if there is not enough memory.
 * @example
 * const step = await compileStep(
 *   ({ w }, { x, y }) => {
 *     const loss = (w) => np.mean(np.square(np.matmul(x.ref, w).sub(y.ref)));
 *     const [value, gradient] = valueAndGrad(loss)(w.ref);
 *     return { state: { w: w.sub(gradient.mul(0.1)) }, loss: value };
 *   },
 *   { state: { w: np.zeros([3]) }, inputs: { x: np.zeros([4, 3]), y: np.zeros([4]) } },
 *   { device: "wasm" },
 * );
 * const x = Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1);
 * const { loss } = step.run({ x, y: Float32Array.of(1, 2, 3, 6) });
 * loss; // 12.5
 */
export async function compileStep<State, Inputs, Out extends { readonly state: unknown }>(
  fn: (state: TracedTree<State>, inputs: TracedTree<Inputs>) => Out,
  { state, inputs }: { readonly state: State; readonly inputs: Inputs },
  options: CompileOptions = {},
): Promise<CompiledStep<State, Inputs, Out>> {
  const products = await prepare(options);
  const shared = new SharedState("compileStep", state, products);
  const step = shared.compile("compileStep", "step", fn, inputs);
  if (!step.updates)
    throw new TypeError("compileStep: the function must return the successor of its state: { state, ... }.");
  await step.loaded;
  const { device } = products;
  const made: CompiledStep<unknown, unknown, unknown> = {
    device,
    run: step.run as never,
    state: () => shared.read("step.state", fromPlain) as never,
    plainState: () => shared.read("step.plainState", (array) => array) as never,
    setState: (next) => shared.write("step.setState", next),
    compile: (other, examples) => {
      const { run } = shared.compile("step.compile", "compiled", other, examples);
      return { run: run as never };
    },
    dispose: () => shared.dispose(),
  };
  return made as CompiledStep<State, Inputs, Out>;
}

/**
 * Compiles a function without a state, written in jax-js, to a WebAssembly program. For a function of the state of a step
 * use the step's `compile`.
 *
 * @param inputs examples: of the types and shapes of the first call. Arrays of jax-js are consumed.
 * @throws LoweringError if something in it has no kernel; jax-js's own `jit` runs it, slower.
 * @throws RangeError if the device is native and there is no BLAS, or if there is not enough memory.
 * @example
 * const norm = await compile(({ x }) => np.sqrt(np.sum(np.square(x))), { x: np.zeros([2]) }, { device: "wasm" });
 * norm.run({ x: Float32Array.of(3, 4) }); // 5
 */
export async function compile<Inputs, Out>(
  fn: (inputs: TracedTree<Inputs>) => Out,
  inputs: Inputs,
  options: CompileOptions = {},
): Promise<Standalone<Inputs, Out>> {
  const shared = new SharedState("compile", {}, await prepare(options));
  const { run, loaded } = shared.compile(
    "compile",
    "compiled",
    (_: unknown, i: TracedTree<Inputs>) => ({ results: fn(i) }),
    inputs,
  );
  await loaded;
  const unwrapped = (passed: unknown): unknown => (run(passed) as { results: unknown }).results;
  return { run: unwrapped as never, dispose: () => shared.dispose() };
}

async function prepare({ device = "auto", ...options }: CompileOptions): Promise<Products> {
  if (!["auto", "native", "wasm"].includes(device))
    throw new RangeError(`device ${device} is unknown to compiled functions; use auto, native or wasm.`);
  // Tracing needs it, for the constants of a function.
  await init("wasm");
  return chooseProducts(device, options);
}

const fromPlain = ({ shape, data, dtype }: PlainTensor): np.Array => {
  const array = np.array(dtype === "bool" ? Int32Array.from(data) : (data as Float32Array), {
    shape: [...shape],
  });
  return dtype === "bool" ? array.astype(np.bool) : array;
};
