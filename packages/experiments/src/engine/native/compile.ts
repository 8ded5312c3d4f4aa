import { fastDraw, lower, runKeys } from "@hardgrad/onnx";
import type { Arrays, HostArrays } from "../backend.ts";
import { dtypeOf, tensorOf } from "./resident.ts";
import type { Runtime, Session, Tensors } from "./runtime.ts";

export type Traced = (resident: Arrays, inputs: Arrays) => Arrays;

/** A function compiled for certain shapes. `into` holds tensors for the results, by their names. */
export type Compiled = (resident: Tensors, inputs: HostArrays, into?: Tensors) => Promise<Tensors>;

/** Type and shape of an argument: all that tracing needs. A class, because plain objects are trees to jax-js. */
class Example {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly weakType = false;
  constructor(shape: readonly number[], dtype: string) {
    this.shape = shape;
    this.dtype = dtype;
  }
}

/**
 * Lowers a function to a model and prepares its session.
 *
 * @throws RangeError that begins with "toOnnx:" if the function has no ONNX form.
 */
export async function compileModel(
  runtime: Runtime,
  fn: Traced,
  resident: Tensors,
  inputs: HostArrays,
  threads: number,
): Promise<Compiled> {
  const residents = map(resident, ({ dims, data }) => new Example(dims, dtypeOf({ shape: dims, data })));
  const given = map(inputs, (x) => new Example(x.shape, dtypeOf(x).replace("uint8", "float32")));
  const traced = (r: Arrays, i: Arrays): { [group: string]: Arrays } => ({ next: fn(r, i) });
  const { model, keys, ...ports } = lower(traced, [residents, given], {
    names: ["resident", "inputs"],
    random: "outside",
    bytes: Object.keys(inputs)
      .filter((name) => dtypeOf(inputs[name]!) === "uint8")
      .map((name) => `inputs.${name}`),
    tuned: true,
  });
  const session = await createSession(runtime, model, threads);
  const draw = fastDraw(keys);
  const wanted = new Set(ports.inputs.map(({ name }) => name));
  const shapes = new Map(ports.noise.map(({ name, shape }) => [name, shape]));

  return async (current, arrays, into) => {
    const feeds: Tensors = {};
    for (const name in current) {
      const port = `resident.${name}`;
      if (wanted.has(port)) feeds[port] = current[name]!;
    }
    for (const name in arrays) {
      const port = `inputs.${name}`;
      if (wanted.has(port)) feeds[port] = tensorOf(runtime, arrays[name]!);
    }
    const words: { [name: string]: Uint32Array } = {};
    for (const port of keys.keys) {
      const [group, name] = [port.slice(0, port.indexOf(".")), port.slice(port.indexOf(".") + 1)];
      words[port] = (group === "inputs" ? arrays : current)[name]!.data as Uint32Array;
    }
    const noise = runKeys(keys, words, draw);
    for (const name in noise)
      feeds[name] = tensorOf(runtime, { shape: shapes.get(name)!, data: noise[name]! });
    if (!into) return session.run(feeds);
    const fetches: Tensors = {};
    for (const name in into) fetches[`next.${name}`] = into[name]!;
    return session.run(feeds, fetches);
  };
}

function createSession(runtime: Runtime, model: Uint8Array, threads: number): Promise<Session> {
  return runtime.InferenceSession.create(model, {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: "all",
    executionMode: "sequential",
    // Its warnings are about graphs that a user did not write.
    logSeverityLevel: 3,
  });
}

function map<A, B>(record: { readonly [name: string]: A }, fn: (x: A) => B): { [name: string]: B } {
  return Object.fromEntries(Object.entries(record).map(([name, x]) => [name, fn(x)]));
}
