import { LoweringError } from "@hardgrad/onnx";
import { defaultDevice } from "@jax-js/jax";
import { type Elements, type PlainTensor, type PlainTensors, signatureOf } from "./arrays.ts";
import type { Products } from "./choose-products.ts";
import { type CompiledFunction, compileFunction } from "./compile-function.ts";
import { given, givenLike } from "./given.ts";
import { Residents } from "./residents.ts";
import { mapLeaves } from "./tree.ts";

/** A function of a state and inputs, compiled for the shapes of its calls. */
export interface FunctionOfState {
  run(inputs: unknown): unknown;
  /** Kept when all threads have it for the shapes of the examples. */
  readonly loaded: Promise<void>;
  /** Whether it replaces the state. */
  readonly updates: boolean;
}

/** A state in a memory, and the functions that are compiled to work on it. */
export class SharedState {
  readonly #tree: unknown;
  #residents: Residents | undefined;

  /** @param who for messages. */
  constructor(who: string, state: unknown, products: Products) {
    this.#residents = new Residents(products, given(who, "state", state));
    this.#tree = mapLeaves(state, (name) => name);
  }

  /** @param called how the compiled function is called in messages. */
  compile(
    who: string,
    called: string,
    fn: (state: never, inputs: never) => unknown,
    examples: unknown,
  ): FunctionOfState {
    const residents = this.#living(who);
    const first = given(who, "inputs", examples);
    const trees = { state: this.#tree, inputs: mapLeaves(examples, (name) => name) };
    const compileFor = (inputs: PlainTensors): CompiledFunction =>
      onWasm(() => compileFunction((s, i) => parts(fn(s as never, i as never)), residents, inputs, trees));
    const compiled = saying(who, () => compileFor(first));
    const loaded = compiled.load(residents);
    const byShapes = new Map([[signatureOf(first), compiled]]);
    const run = `${called}.run`;
    return {
      loaded,
      updates: compiled.updates,
      run: (passed) => {
        const on = this.#living(run);
        const inputs = givenLike(run, "inputs", passed, first, true);
        const signature = signatureOf(inputs);
        let known = byShapes.get(signature);
        if (!known) {
          known = saying(run, () => fitting(run, inputs, () => compileFor(inputs)));
          byShapes.set(signature, known);
        }
        const results = known.run(on, inputs);
        return mapLeaves(known.results, (name) => resultOf(results[name]!));
      },
    };
  }

  /** The state in its tree. */
  read(who: string, change: (array: PlainTensor) => unknown): unknown {
    const arrays = this.#living(who).read();
    return mapLeaves(this.#tree, (name) => change(arrays[name]!));
  }

  write(who: string, state: unknown): void {
    const residents = this.#living(who);
    residents.write(givenLike(who, "state", state, residents.read(), false));
  }

  dispose(): void {
    this.#residents?.dispose();
    this.#residents = undefined;
  }

  #living(who: string): Residents {
    if (!this.#residents) throw new Error(`${who}: it has been disposed of; compile it again.`);
    return this.#residents;
  }
}

/** What a function returns: a state among its results replaces the old one. */
function parts(returned: unknown): { state?: unknown; results: unknown } {
  if (typeof returned !== "object" || returned?.constructor !== Object) return { results: returned };
  const { state, ...results } = returned as { state?: unknown };
  return { state, results };
}

const resultOf = ({ shape, data, dtype }: PlainTensor): number | boolean | Elements => {
  if (shape.length > 0) return data;
  return dtype === "bool" ? data[0] === 1 : data[0]!;
};

/** Traced where constants of the function can be read. */
function onWasm<T>(trace: () => T): T {
  const before = defaultDevice();
  defaultDevice("wasm");
  try {
    return trace();
  } finally {
    defaultDevice(before);
  }
}

/** Messages of the parts below begin with the name of the caller's function. */
function saying<T>(who: string, compile: () => T): T {
  try {
    return compile();
  } catch (error) {
    if (error instanceof Error && /^(toOnnx|compile): /.test(error.message)) {
      error.message = error.message.replace(/^(toOnnx|compile)/, who);
      if (error instanceof LoweringError) error.message += " Run such a function by jit of jax-js.";
    }
    throw error;
  }
}

/** A function that can't be traced for other shapes than its examples'. */
function fitting<T>(who: string, inputs: PlainTensors, compile: () => T): T {
  try {
    return compile();
  } catch (error) {
    if (error instanceof LoweringError) throw error;
    const shapes = Object.entries(inputs).map(([name, { shape }]) => `${name} [${shape.join(", ")}]`);
    throw new TypeError(
      `${who}: the function does not take inputs of the shapes ${shapes.join(", ")}: ${(error as Error).message}`,
      { cause: error },
    );
  }
}
