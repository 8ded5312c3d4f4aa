import { loadRuntime, readRuntimeFile } from "@hardgrad/runtime";
import { numpy as np } from "@jax-js/jax";
import type { NamedArrays } from "hardgrad";
import { beforeAll, describe, expect, test } from "vitest";
import type { BinarySettings } from "../../src/experiments/binary/options.ts";
import { learnedOf, roundedUnits, roundedWeights } from "../../src/experiments/binary/rounding.ts";
import {
  binary,
  type Checkpoint,
  checkRuntimeFile,
  drawnDigits,
  exportModel,
  makeEstimator,
  modelChecker,
  modelsOf,
  parametersOf,
  type RunConfig,
  runtimeFile,
  startRun,
  TOLERANCE,
  useDevice,
} from "../../src/index.ts";
import "../setup.ts";

const dataset = drawnDigits({ train: 1000, test: 300 });

type Kind = "binary" | "float" | BinarySettings["rounding"];
const kinds: readonly Kind[] = ["binary", "float", "dorefa", "lsq", "stable-qat"];

const configOf = (kind: Kind): RunConfig<BinarySettings> => ({
  experiment: "binary",
  estimator: { id: "straight-through-sigmoid", options: {} },
  data: "drawn",
  seed: 0,
  settings: {
    form: kind === "binary" || kind === "float" ? kind : "rounded",
    rounding: kind === "binary" || kind === "float" ? "lsq" : kind,
    bits: 2,
    epochs: 3,
    batch: 50,
    hidden: 64,
    learningRate: 0.01,
  },
});

const ends: { [form: string]: { checkpoint: Checkpoint; accuracy: number } } = {};
beforeAll(async () => {
  const backend = await useDevice("wasm");
  for (const form of kinds) {
    const run = await startRun(binary, configOf(form), dataset, backend);
    while (run.step < run.totalSteps) await run.advance();
    const accuracy = run.summary().metrics["accuracy/test"]!;
    ends[form] = { checkpoint: await run.checkpoint(), accuracy };
    run.dispose();
  }
});

test.each(kinds)("%s learns to read drawn digits", (kind) => {
  // Chance is 0.1.
  expect(ends[kind]!.accuracy).toBeGreaterThan(0.6);
});

describe.each(["binary", "float", "lsq", "stable-qat"])("%s", (form) => {
  test("the runtime's file has the accuracy of the run, and the outputs of jax-js", async () => {
    const { checkpoint, accuracy } = ends[form]!;
    const parameters = parametersOf(checkpoint);
    const file = runtimeFile(binary, parameters, checkpoint.config, 3, {});
    const kinds = readRuntimeFile(file.bytes).layers.map((layer) => layer.kind);
    expect(kinds.filter((kind) => kind === (form === "binary" ? "bits" : "linear"))).toHaveLength(3);
    const check = await checkRuntimeFile(file, parameters, dataset.test);
    // A unit within rounding of a threshold may differ. (Of a binary network sums are whole, only scale and shift round.)
    expect(check.flipped).toBeLessThanOrEqual(1);
    expect(check.largest).toBeLessThan(1e-5);
    expect(check.accuracy.jax).toBeCloseTo(accuracy, 10);
    expect(Math.abs(check.accuracy.file - accuracy)).toBeLessThanOrEqual(check.flipped / 300);
  });
});

test("the outputs are those of the formula in float64, weights and units in -1 and 1", async () => {
  const { checkpoint } = ends.binary!;
  const parameters = parametersOf(checkpoint);
  const runtime = await loadRuntime(runtimeFile(binary, parameters, checkpoint.config, 3, {}).bytes);
  for (let n = 0; n < 20; n++) {
    const grey = Float32Array.from(dataset.test.images.subarray(n * 784, (n + 1) * 784), (v) => v / 255);
    let x: number[] = Array.from(grey, (v) => (v > 0.5 ? 1 : 0));
    for (let i = 1; i <= 3; i++) {
      const [inputs, outputs] = parameters[`w${i}`]!.shape as [number, number];
      const of = (name: string, j: number): number => parameters[`${name}${i}`]!.data[j]!;
      const z = Array.from({ length: outputs }, (_, j) => {
        let sum = 0;
        for (let k = 0; k < inputs; k++) sum += x[k]! * (of("w", k * outputs + j) >= 0 ? 1 : -1);
        return (
          (of("scale", j) * (sum - of("mean", j))) / Math.sqrt(of("variance", j) + 1e-4) + of("shift", j)
        );
      });
      x = i === 3 ? z : z.map((v) => (v > 0 ? 1 : -1));
    }
    const exp = x.map((v) => Math.exp(v - Math.max(...x)));
    const total = exp.reduce((a, b) => a + b, 0);
    const given = runtime.forward(grey);
    for (let c = 0; c < 10; c++) expect(given[c]).toBeCloseTo(exp[c]! / total, 4);
  }
});

test.each(["dorefa", "lsq", "stable-qat"] as const)("%s: weights and units have 4 values at most", (kind) => {
  const { checkpoint } = ends[kind]!;
  const params: NamedArrays = Object.fromEntries(
    Object.entries(parametersOf(checkpoint)).map(([name, { shape, data }]) => [
      name,
      np.array(data).reshape([...shape]),
    ]),
  );
  const { settings } = checkpoint.config as RunConfig<BinarySettings>;
  const values = (x: np.Array): Set<number> => new Set(x.dataSync() as Float32Array);
  for (const i of [1, 2, 3]) {
    const { size } = values(roundedWeights(params, i, settings));
    expect(size).toBeGreaterThan(2);
    expect(size).toBeLessThanOrEqual(4);
  }
  const z = np.linspace(-3, 9, 500);
  expect(values(roundedUnits(params, 1, z, settings)).size).toBe(4);
  // Steps are learned: those of the start are 2 mean|w| and 2 sqrt(2/pi) / sqrt(3).
  if (kind !== "dorefa")
    expect(Math.abs(checkpoint.tensors["params.unitStep1"]!.data[0]! - 0.921318)).toBeGreaterThan(1e-3);
});

test.each(["dorefa", "lsq", "stable-qat"] as const)(
  "%s: the ONNX model computes what jax-js does",
  async (kind) => {
    const { checkpoint } = ends[kind]!;
    const parameters = parametersOf(checkpoint);
    const { classifier } = modelsOf(binary, checkpoint.config, 3);
    const { bytes } = exportModel("classifier", classifier!, parameters, {});
    const { largest } = await (await modelChecker())(bytes, classifier!, parameters);
    expect(largest).toBeLessThan(TOLERANCE);
  },
);

test("the normalized surrogate has the published slope, divided by its mean", () => {
  const slope = (rounding: BinarySettings["rounding"]): number =>
    learnedOf("weight", { ...configOf("lsq").settings, rounding })!
      .slope(np.array([0]), np.array(1))
      .item() as number;
  expect(slope("lsq")).toBe(1);
  // A = 0.21: (1 - k)/(1 + k) with k = sqrt(2) pi A, and its mean over a bin.
  expect(slope("stable-qat")).toBeCloseTo(0.0346583, 6);
  expect(slope("stable-qat-normalized")).toBeCloseTo(0.0346583 / 0.3024574, 4);
});

test("rounding of tanh is not the runtime's, and says so", () => {
  const { checkpoint } = ends.dorefa!;
  expect(() => runtimeFile(binary, parametersOf(checkpoint), checkpoint.config, 3, {})).toThrow(
    /--rounding dorefa .* has no runtime file; export --format onnx/,
  );
});

test("weights stay within -1 and 1, and the kept moments are those of training images", () => {
  const { tensors } = ends.binary!.checkpoint;
  for (const i of [1, 2, 3]) expect(tensors[`params.w${i}`]!.data.every((w) => Math.abs(w) <= 1)).toBe(true);
  // Of sums of 64 signs, whose variance is at most 64 squared.
  const variances = tensors["params.variance2"]!.data;
  expect(variances.every((v) => v > 0 && v <= 4096)).toBe(true);
  expect(variances.some((v) => v !== 1)).toBe(true);
});

test("estimators without a hard path, and data without labels, are refused in one sentence", () => {
  const settings = configOf("binary").settings;
  for (const id of ["reinforce", "rloo", "gumbel-softmax"])
    expect(() => binary.check(makeEstimator({ id, options: {} }), settings, dataset)).toThrow(
      `${id} can't train them; use straight-through-sigmoid`,
    );
  const bare = { ...dataset, classes: [] };
  const estimator = makeEstimator(configOf("binary").estimator);
  expect(() => binary.check(estimator, settings, bare)).toThrow("has no labels");
});
