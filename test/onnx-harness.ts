import { type Lowered, type LowerOptions, lower, runKeys, type Traceable } from "@hardgrad/onnx";
import { type Array as ConcreteArray, defaultDevice, init, tree } from "@jax-js/jax";
import * as native from "onnxruntime-node";
import * as web from "onnxruntime-web/wasm";
import { expect } from "vitest";
import { runCompiled } from "../packages/compiler/test/run-compiled.ts";
import { leavesWithPaths } from "../packages/onnx/src/names.ts";

await init("wasm");
defaultDevice("wasm");
web.env.wasm.numThreads = 1;

export type Numbers = readonly number[];
type Runtime = { readonly Tensor: unknown; readonly InferenceSession: { create: unknown } };

/** One list of numbers per result. */
export async function runModel(
  { model, inputs, outputs, noise, keys }: Lowered,
  args: readonly unknown[],
  runtime: "node" | "web" = "node",
): Promise<Numbers[]> {
  const ort = (runtime === "node" ? native : web) as unknown as typeof native & Runtime;
  const leaves = tree.leaves(args as never) as unknown as ConcreteArray[];
  const given = new Map<string, ArrayLike<number>>();
  // A free batch axis has the length of the arguments.
  const shapes = new Map<string, Numbers>();
  names(args).forEach((name, i) => {
    const leaf = leaves[i] as unknown;
    given.set(name, typeof leaf === "number" ? [leaf] : (leaf as ConcreteArray).ref.dataSync());
    shapes.set(name, typeof leaf === "number" ? [] : (leaf as ConcreteArray).shape);
  });
  const drawn = runKeys(
    keys,
    Object.fromEntries(keys.keys.map((name) => [name, given.get(name) as Uint32Array])),
  );
  const feeds: { [name: string]: native.Tensor } = {};
  for (const { name, dtype, shape } of [...inputs, ...noise]) {
    const data = given.get(name) ?? drawn[name]!;
    feeds[name] = new ort.Tensor(dtype as "float32", typed(dtype, data) as Float32Array, [
      ...(shapes.get(name) ?? shape),
    ]);
  }
  const worker = globalThis.Worker;
  const session = await ort.InferenceSession.create(model, { intraOpNumThreads: 1 });
  // onnxruntime-web sets it in Node, and jax-js would then expect memory that it shares with workers.
  globalThis.Worker = worker;
  const results = await session.run(feeds);
  await session.release();
  return outputs.map(({ name }) => Array.from(results[name]!.data as Float32Array, Number));
}

const typed = (dtype: string, data: ArrayLike<number>): unknown => {
  if (dtype === "bool") return Uint8Array.from(data);
  if (dtype === "int32") return Int32Array.from(data);
  if (dtype === "uint32") return Uint32Array.from(data);
  if (dtype === "float64") return Float64Array.from(data);
  return Float32Array.from(data);
};

const names = (args: readonly unknown[]): string[] =>
  args.flatMap((arg, i) => leavesWithPaths(arg).map(({ path }) => [`input${i}`, ...path].join(".")));

/** What jax-js computes, one list of numbers per result. */
export function runJax(fn: Traceable, args: readonly unknown[]): Numbers[] {
  const leaves = tree.leaves(fn(...args) as never) as unknown as ConcreteArray[];
  return leaves.map((x) => Array.from(x.dataSync() as Float32Array, Number));
}

/**
 * Expects the model's results, in onnxruntime-node with random numbers inside and outside and where asked in
 * onnxruntime-web, and those of the compiled function, to be jax-js's. The tolerance is that of the issue, 1e-5, relative
 * above 1: they sum and exponentiate in other orders.
 */
export async function expectSame(
  fn: Traceable,
  args: () => readonly unknown[],
  options: LowerOptions & {
    readonly tolerance?: number;
    readonly web?: boolean;
    /** In place of `lower`. */
    readonly by?: typeof lower;
  } = {},
): Promise<Lowered> {
  const { tolerance = 1e-5, web: inWeb = false, by = lower, ...rest } = options;
  const expected = runJax(fn, args());
  const inside = by(fn, args(), rest);
  expectClose(await runModel(inside, args()), expected, tolerance);
  const outside = by(fn, args(), { ...rest, random: "outside" });
  if (outside.noise.length > 0) expectClose(await runModel(outside, args()), expected, tolerance);
  const compiled = runWhereCompiled(fn, args());
  if (compiled) expectClose(compiled, expected, tolerance);
  if (inWeb) expectClose(await runModel(inside, args(), "web"), expected, tolerance);
  return inside;
}

/** What the compiled function computes; undefined where something in it is of a type that compiled programs don't have. */
function runWhereCompiled(fn: Traceable, args: readonly unknown[]): Numbers[] | undefined {
  try {
    return runCompiled(fn, args);
  } catch (error) {
    if (/arrays of float(64|16) have no kernels/.test((error as Error).message)) return undefined;
    throw error;
  }
}

export function expectClose(
  actual: readonly Numbers[],
  expected: readonly Numbers[],
  tolerance: number,
): void {
  expect(actual.map((x) => x.length)).toEqual(expected.map((x) => x.length));
  actual.forEach((list, result) => {
    list.forEach((value, i) => {
      const want = expected[result]![i]!;
      const same =
        Object.is(value, want) || Math.abs(value - want) <= tolerance * Math.max(1, Math.abs(want));
      if (!same) expect.fail(`result ${result}, element ${i}: ${value}, where jax-js has ${want}`);
    });
  });
}
