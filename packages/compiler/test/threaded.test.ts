import type { Traceable } from "@hardgrad/onnx";
import { lowerGraph } from "@hardgrad/onnx/graph";
import { defaultDevice, init, nn, numpy as np } from "@jax-js/jax";
import { grad } from "hardgrad";
import { expect, test } from "vitest";
import { numbers } from "../src/arrays.ts";
import { compileGraph } from "../src/compile-graph.ts";
import { storageBytes } from "../src/memory.ts";
import { multiplyModule, scratchBytes } from "../src/multiply/index.ts";
import { grow } from "../src/program.ts";
import { useRelaxed } from "../src/relaxed.ts";
import { controlBytes, startThreads } from "../src/threads/index.ts";

await init("wasm");
defaultDevice("wasm");

/** Results of a function of one array of numbers, computed by so many threads. */
async function byThreads(
  fn: Traceable,
  x: Float32Array,
  shape: number[],
  threads: number,
): Promise<number[]> {
  const lowered = lowerGraph(fn, [np.array(x, { shape })], { names: ["x"], random: "outside" });
  const maximum = 65_536;
  const scratch = 1024;
  const fused = useRelaxed();
  const compiled = compileGraph(lowered.graph, lowered.resultNames, {
    start: scratch + scratchBytes(threads),
    memory: { shared: true, maximum },
    threads,
    fused,
  });
  const memory = new WebAssembly.Memory({ initial: 1, maximum, shared: true });
  grow(memory, compiled.bytes);
  expect(controlBytes).toBeLessThanOrEqual(scratch - 64);
  const pool = await startThreads(threads, { memory, control: 64 });
  const host = compiled.host.map((operation) => operation(memory.buffer));
  const none = WebAssembly.Module.exports(new WebAssembly.Module(compiled.module));
  expect(none.map(({ name }) => name)).toEqual(["run"]);
  const run = await pool.load({
    modules: [multiplyModule({ fused, shared: true, maximum }), new WebAssembly.Module(compiled.module)],
    numbers: { scratch },
    functions: { host: (i) => host[i!]!() },
  });
  for (const { storage, value } of compiled.constants)
    numbers(memory.buffer, storage).set(value.data as Float32Array);
  numbers(memory.buffer, compiled.inputs[0]!.storage).set(x);
  for (let i = 0; i < 20; i++) run();
  const results = compiled.outputs.flatMap(({ storage }) => [...numbers(memory.buffer, storage)]);
  pool.close();
  expect(storageBytes({ dtype: "float32", length: 1 })).toBe(64);
  return results;
}

const big = Float32Array.from({ length: 300 * 401 }, (_, i) => Math.sin(i) * 2);

const functions: readonly (readonly [string, Traceable])[] = [
  [
    "a network with its gradient",
    (x: np.Array) =>
      grad((w: np.Array) => {
        const h = np.tanh(np.matmul(x.ref, np.transpose(w.ref)));
        return np.mean(nn.logSoftmax(np.matmul(h, w), -1).slice([], 3));
      })(x.ref.mul(0.1)),
  ],
  [
    "rows that are picked and added",
    (x: np.Array) => {
      const order = np.argsort(np.negative(x.ref.slice([], 0)), 0).slice([0, 200]);
      return grad((y: np.Array) => np.sum(np.square(np.take(y, order, 0))))(x);
    },
  ],
  [
    "sums along both axes, and of everything",
    (x: np.Array) => [np.sum(x.ref, 0), np.max(x.ref, 1), np.sum(np.exp(x))],
  ],
  [
    "slices, joins and paddings",
    (x: np.Array) =>
      np.concatenate(
        [
          np.flip(x.ref, [1]),
          np.pad(x.slice([1, 300]), [
            [0, 1],
            [0, 0],
          ]),
        ],
        1,
      ),
  ],
];

for (const [name, fn] of functions)
  test(`${name}: the same bits from one, two and three threads`, async () => {
    const one = await byThreads(fn, big, [300, 401], 1);
    expect(one.every((x) => Number.isFinite(x))).toBe(true);
    expect(new Set(one).size).toBeGreaterThan(1);
    for (const threads of [2, 3]) expect(await byThreads(fn, big, [300, 401], threads)).toEqual(one);
  });
