import { numpy as np, random, vmap } from "@jax-js/jax";
import { bernoulli, categorical, sample, straightThrough } from "hardgrad";
import { expect, test } from "vitest";
import { runJax, runModel } from "../../../test/onnx-harness.ts";
import { decodeModel, lower, runKeys } from "../src/index.ts";

const words = (seed: number): Uint32Array => random.key(seed).dataSync() as Uint32Array;
const normal = (seed: number, shape: number[]): np.Array => random.normal(random.key(seed), shape);

test("the key leaves the model, and uniform numbers come in", () => {
  const fn = (x: np.Array, key: np.Array): np.Array => sample(bernoulli(x), key);
  const { inputs, noise, keys, model } = lower(fn, [normal(1, [4, 3]), random.key(5)], { random: "outside" });
  expect(inputs.map((p) => p.name)).toEqual(["input0"]);
  expect(noise).toEqual([{ name: "noise0", dtype: "float32", shape: [4, 3] }]);
  expect(keys.keys).toEqual(["input1"]);
  const operators = decodeModel(model).graph.node.map((node) => node.opType);
  expect(operators.filter((op) => op.startsWith("Bit"))).toEqual([]);
  const expected = Array.from(
    straightThrough()
      .noise(bernoulli(normal(1, [4, 3])), random.key(5))
      .dataSync(),
  );
  expect(Array.from(runKeys(keys, { input1: words(5) }).noise0!)).toEqual(expected);
});

test("a key that is also read for itself stays an argument", async () => {
  const fn = (key: np.Array): np.Array[] => [random.uniform(key.ref, [3]), key.astype(np.float32)];
  const lowered = lower(fn, [random.key(5)], { random: "outside" });
  expect(lowered.inputs.map((p) => p.name)).toEqual(["input0"]);
  expect(await runModel(lowered, [random.key(5)])).toEqual(runJax(fn, [random.key(5)]));
});

test("keys of keys, keys of a batch, and words beside numbers", async () => {
  const fn = (key: np.Array): np.Array[] => {
    const [first, second, third] = np.split(random.split(key, 3), 3, 0).map((k) => k.reshape([2])) as [
      np.Array,
      np.Array,
      np.Array,
    ];
    return [
      vmap((k: np.Array) => random.uniform(k, [2, 3]).add(2 ** -24))(random.split(first, 4)),
      random.bits(random.split(second, 2).slice(1), [5]),
      random.randint(third.ref, { minval: 0, maxval: 10, shape: [7] }),
      random.split(third, 2),
    ];
  };
  const lowered = lower(fn, [random.key(9)], { random: "outside" });
  expect(lowered.inputs).toEqual([]);
  // The same bits, so no tolerance.
  expect(await runModel(lowered, [random.key(9)])).toEqual(runJax(fn, [random.key(9)]));
});

test("draws from a captured key are constants", () => {
  const fn = (x: np.Array): np.Array => x.add(random.uniform(random.key(5), [3]));
  for (const where of ["graph", "outside"] as const) {
    const { model, noise } = lower(fn, [normal(1, [3])], { random: where });
    expect(noise).toEqual([]);
    expect(decodeModel(model).graph.node.map((node) => node.opType)).toEqual(["Add"]);
  }
});

test("what does not come from keys alone is drawn in the model", async () => {
  const fn = (x: np.Array): np.Array => random.uniform(x.astype(np.uint32), [3]);
  const lowered = lower(fn, [np.array([0, 5])], { random: "outside" });
  expect(lowered.noise).toEqual([]);
  expect(await runModel(lowered, [np.array([0, 5])])).toEqual(runJax(fn, [np.array([0, 5])]));
});

test("a key of the wrong size is refused by its name", () => {
  const fn = (x: np.Array, key: np.Array): np.Array => sample(categorical(x), key);
  const { keys } = lower(fn, [normal(1, [4, 3]), random.key(5)], {
    random: "outside",
    names: ["logits", "key"],
  });
  expect(() => runKeys(keys, { key: Uint32Array.of(1, 2, 3) })).toThrow(/key needs 2 words of uint32, not 3/);
  expect(() => runKeys(keys, {})).toThrow(/key needs 2 words of uint32, not none/);
});
