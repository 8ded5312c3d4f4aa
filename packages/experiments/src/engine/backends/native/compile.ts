import { fastDraw, runKeys } from "@hardgrad/onnx";
import { hasVectors } from "@hardgrad/onnx/graph";
import type { NamedArrays } from "hardgrad";
import type { HostArray, HostArrays } from "../../../contract/backend.ts";
import type { Kernel } from "./kernels/separate.ts";
import { lowerNative, type NativeLowered } from "./lower.ts";
import type { OnnxRuntime, OnnxTensor, OnnxTensors, Session } from "./onnxruntime.ts";
import { dtypeOf, type NativeResident, tensorOf } from "./resident.ts";

export type TracedFunction = (resident: NamedArrays, inputs: NamedArrays) => NamedArrays;

/** A function compiled for certain shapes. */
export type Compiled = (resident: NativeResident, inputs: HostArrays) => Promise<OnnxTensors>;

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

// Arguments are called `resident.NAME` and `inputs.NAME`, results `next.NAME`.
const RESIDENT = "resident.";
const INPUT = "inputs.";
const NEXT = "next.";
const SPARE = "spare.";

/**
 * A function that reads resident arrays: its results, by name.
 *
 * @throws LoweringError if it has no ONNX form.
 */
export async function compileEvaluation(
  runtime: OnnxRuntime,
  fn: TracedFunction,
  resident: NativeResident,
  inputs: HostArrays,
  threads: number,
): Promise<Compiled> {
  const lowered = lowerTraced(fn, resident, inputs, {});
  const session = await createSession(runtime, lowered, threads);
  const feed = feeder(runtime, lowered);
  return async (held, arrays) => {
    const results = await session.run(feed(held, arrays));
    return Object.fromEntries(Object.entries(results).map(([name, x]) => [name.slice(NEXT.length), x]));
  };
}

/**
 * A step: the successors of all resident arrays. What is elementwise, as optimizers are, is computed in place after the
 * model has run. What the model computes goes to a spare array, which then changes places with the old one; or to the
 * old one itself where the step does not read it.
 *
 * @throws LoweringError if it has no ONNX form.
 */
export async function compileUpdate(
  runtime: OnnxRuntime,
  fn: TracedFunction,
  resident: NativeResident,
  inputs: HostArrays,
  threads: number,
): Promise<Compiled> {
  const updates = Object.fromEntries(resident.names.map((name) => [NEXT + name, RESIDENT + name]));
  const lowered = lowerTraced(fn, resident, inputs, hasVectors() ? updates : {});
  const session = lowered.outputs.length > 0 ? await createSession(runtime, lowered, threads) : undefined;
  const feed = feeder(runtime, lowered);
  const { inputs: ports, kernels, outputs } = lowered;
  const read = new Set([
    ...ports.map(({ name }) => name),
    ...kernels.flatMap((k) => [...k.arrays, ...k.scalars]),
  ]);
  const results = outputs.map(({ name, dtype, shape }) => {
    const old = name.startsWith(NEXT) ? name.slice(NEXT.length) : undefined;
    const spare = old !== undefined && read.has(RESIDENT + old);
    // What only the kernels read has its place by shape: other steps use the same names.
    const place = spare ? SPARE + old : (old ?? `${name}[${shape}]`);
    return { name, dtype: dtype as "float32", shape, place, old, spare };
  });
  const places = new Map(results.map(({ name, place }) => [name, place]));
  return async (held, arrays) => {
    // All places first: tensors made before the arena grows would be void.
    for (const { place, dtype, shape } of results) held.slot(place, dtype, shape);
    const fetches: OnnxTensors = {};
    for (const { name, place } of results) fetches[name] = held.tensor(place);
    await session?.run(feed(held, arrays), fetches);
    for (const kernel of kernels) runKernel(kernel, held, arrays, places);
    for (const { old, place, spare } of results) if (spare) held.swap(old!, place);
    return {};
  };
}

/** `places` are those of the model's outputs. */
function runKernel(
  { code, shape, arrays, scalars }: Kernel,
  held: NativeResident,
  inputs: HostArrays,
  places: ReadonlyMap<string, string>,
): void {
  const own = (name: string): string => places.get(name) ?? name.slice(RESIDENT.length);
  const value = (name: string): number =>
    name.startsWith(INPUT) ? inputs[name.slice(INPUT.length)]!.data[0]! : held.tensor(own(name)).data[0]!;
  const bytes = 16 * Math.ceil(shape.reduce((a, b) => a * b, 1) / 4);
  held.arena.kernel(code)(bytes, ...arrays.map((name) => held.address(own(name))), ...scalars.map(value));
}

function lowerTraced(
  fn: TracedFunction,
  resident: NativeResident,
  inputs: HostArrays,
  updates: { readonly [result: string]: string },
): NativeLowered {
  const example = (x: HostArray): Example => new Example(x.shape, dtypeOf(x).replace("uint8", "float32"));
  const held = Object.fromEntries(
    resident.names.map((name) => {
      const { dims, data } = resident.tensor(name);
      return [name, example({ shape: dims, data })];
    }),
  );
  const given = Object.fromEntries(Object.entries(inputs).map(([name, x]) => [name, example(x)]));
  const traced = (r: NamedArrays, i: NamedArrays): { next: NamedArrays } => ({ next: fn(r, i) });
  const bytes = Object.keys(inputs).filter((name) => dtypeOf(inputs[name]!) === "uint8");
  return lowerNative(traced, [held, given], {
    names: ["resident", "inputs"],
    bytes: bytes.map((name) => INPUT + name),
    updates,
  });
}

/** Inputs of no more elements are copied into a tensor that is kept, which is cheaper than a new one. */
const SMALL = 64;

/** What a model is fed: resident arrays, inputs, and the noise that is drawn for their keys. */
function feeder(
  runtime: OnnxRuntime,
  { inputs, noise, keys }: NativeLowered,
): (held: NativeResident, arrays: HostArrays) => OnnxTensors {
  const draw = fastDraw(keys);
  const kept = new Map<string, OnnxTensor>();
  const tensor = (name: string, array: HostArray): OnnxTensor => {
    const known = kept.get(name);
    // Noise comes in the same memory again.
    if (known?.data.buffer === array.data.buffer && known.data.byteOffset === array.data.byteOffset)
      return known;
    if (array.data.length > SMALL) return keep(name, tensorOf(runtime, array));
    if (!known) return keep(name, tensorOf(runtime, { ...array, data: array.data.slice() }));
    known.data.set(array.data);
    return known;
  };
  const keep = (name: string, made: OnnxTensor): OnnxTensor => {
    kept.set(name, made);
    return made;
  };
  const words = (held: NativeResident, arrays: HostArrays, port: string): Uint32Array => {
    const from = port.startsWith(INPUT)
      ? arrays[port.slice(INPUT.length)]!
      : held.tensor(port.slice(RESIDENT.length));
    return from.data as Uint32Array;
  };
  return (held, arrays) => {
    const feeds: OnnxTensors = {};
    for (const { name } of inputs)
      feeds[name] = name.startsWith(RESIDENT)
        ? held.tensor(name.slice(RESIDENT.length))
        : tensor(name, arrays[name.slice(INPUT.length)]!);
    const drawn = runKeys(
      keys,
      Object.fromEntries(keys.keys.map((port) => [port, words(held, arrays, port)])),
      draw,
    );
    for (const { name, shape } of noise) feeds[name] = tensor(name, { shape, data: drawn[name]! });
    return feeds;
  };
}

function createSession(
  runtime: OnnxRuntime,
  { model, oneThread }: NativeLowered,
  threads: number,
): Promise<Session> {
  return runtime.InferenceSession.create(model, {
    intraOpNumThreads: oneThread ? 1 : threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: "all",
    executionMode: "sequential",
    // Its warnings are about graphs that a user did not write.
    logSeverityLevel: 3,
  });
}
