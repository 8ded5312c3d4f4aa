import { loadRuntime, readRuntimeFile } from "@hardgrad/runtime";
import { random } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import {
  checkRuntimeFile,
  drawnDigits,
  findExperiment,
  formOf,
  resolveSettings,
  runtimeFile,
  type Settings,
  type StepExperiment,
  type Tensor,
} from "../../src/index.ts";
import "../setup.ts";

const gated = findExperiment("gated") as StepExperiment;
const { test: images } = drawnDigits({ train: 1, test: 200 });
const form = formOf({ data: "drawn" });
const settingsOf = (given: Settings): Settings =>
  resolveSettings(gated.options, { units: 96, gater: 12, ...given }, form);

/** Fresh parameters with biases that are not zero, and a threshold that some gates are above and some below. */
async function parametersOf(settings: Settings): Promise<{ [name: string]: Tensor }> {
  const params = gated.init(random.key(3), settings, {
    ...form,
    meanImage: new Float32Array(784),
  });
  const tensors: { [name: string]: Tensor } = {};
  for (const [name, array] of Object.entries(params)) {
    const { shape } = array;
    const data = (await array.data()) as Float32Array;
    tensors[name] = { shape, data: data.map((v, i) => v + 0.05 * Math.sin(i)) };
  }
  if (tensors.gaterBias2) tensors.gaterBias2.data.fill(0);
  if (tensors.threshold) tensors.threshold.data.fill(settings.gate === "hard-concrete" ? -0.2 : 0.05);
  return tensors;
}

const kinds: { readonly [name: string]: Settings } = {
  "a gate per unit, linear experts": { network: "paper", gate: "binary" },
  "blocks of 8": { network: "fast", block: 8, gate: "binary" },
  "blocks of 16": { network: "fast", block: 16, gate: "binary" },
  "blocks of 32, rectified values": { network: "fast", block: 32, gate: "rectifier" },
  "stochastic times smooth": { network: "fast", block: 8, gate: "smooth" },
  sigmoid: { network: "paper", gate: "sigmoid" },
  "hard concrete": { network: "fast", block: 8, gate: "hard-concrete" },
  "the largest of each example": { network: "fast", block: 8, gate: "top", rate: 0.25 },
};

describe("a gated network in the runtime is the dense masked one of jax-js", () => {
  for (const [name, given] of Object.entries(kinds))
    test(name, async () => {
      const settings = settingsOf(given);
      const parameters = await parametersOf(settings);
      const file = runtimeFile(gated, parameters, { settings, data: "drawn" }, 1, { name });
      for (const path of ["auto", "dense", "gates", "inputs"] as const) {
        const { largest, flipped, accuracy } = await checkRuntimeFile(file, parameters, images, path);
        // Float32 sums of 784 terms in another order; a gate within rounding of its threshold may fall the other way.
        expect(largest).toBeLessThan(1e-5);
        expect(flipped).toBeLessThanOrEqual(1);
        expect(Math.abs(accuracy.file - accuracy.jax)).toBeLessThanOrEqual(flipped / images.count);
      }
      // The test is of gates only if some are open and some are not.
      const x = Float32Array.from(images.images.subarray(0, 50 * 784), (v) => v / 255);
      const { rate } = (await loadRuntime(file.bytes)).explain(x).find((r) => r.kind === "gate")!;
      expect(rate).toBeGreaterThan(0.05);
      if (given.gate === "top") expect(rate).toBeCloseTo(0.25, 10);
      else expect(rate).toBeLessThan(0.95);
    });

  test("without gates", async () => {
    const settings = settingsOf({ network: "dense" });
    const parameters = await parametersOf(settings);
    const file = runtimeFile(gated, parameters, { settings, data: "drawn" }, 1, {});
    expect(readRuntimeFile(file.bytes).layers.map((layer) => layer.kind)).toEqual([
      "linear",
      "linear",
      "softmax",
    ]);
    const { largest, flipped } = await checkRuntimeFile(file, parameters, images);
    expect(largest).toBeLessThan(1e-5);
    expect(flipped).toBe(0);
  });
});

test("a wrong threshold and a wrong block are found by the check", async () => {
  const settings = settingsOf({ network: "fast", block: 16, gate: "binary" });
  const parameters = await parametersOf(settings);
  const shifted = { ...parameters, threshold: { shape: [1], data: Float32Array.of(0.15) } };
  const file = runtimeFile(gated, shifted, { settings, data: "drawn" }, 1, {});
  const { flipped } = await checkRuntimeFile(file, parameters, images);
  expect(flipped).toBeGreaterThan(20);
});

test("blocks that the runtime does not have are refused in one sentence", async () => {
  const settings = settingsOf({ network: "fast", block: 12, gate: "binary" });
  const parameters = await parametersOf(settings);
  expect(() => runtimeFile(gated, parameters, { settings, data: "drawn" }, 1, {})).toThrow(
    "train with --block 8, 16 or 32",
  );
});

test("the whole of a network whose closed experts are poisoned gives the same outputs", async () => {
  const settings = settingsOf({ network: "fast", block: 8, gate: "binary" });
  const parameters = await parametersOf(settings);
  // A gate that is closed for every image, with weights that no float32 sum survives.
  const closed = 5;
  const poisoned = structuredClone(parameters);
  for (const p of [parameters, poisoned]) p.gaterBias2!.data[closed] = -100;
  const units = poisoned.experts!.shape[1]!;
  for (let i = 0; i < 784; i++)
    poisoned.experts!.data.fill(3e38, i * units + 8 * closed, i * units + 8 * closed + 8);
  const x = Float32Array.from(images.images.subarray(0, 64 * 784), (v) => v / 255);
  const outputs = async (p: typeof parameters): Promise<Float32Array> =>
    (await loadRuntime(runtimeFile(gated, p, { settings, data: "drawn" }, 1, {}).bytes)).forward(x);
  expect(await outputs(poisoned)).toEqual(await outputs(parameters));
});
