import "../setup.ts";
import { nn, numpy as np, random } from "@jax-js/jax";
import { exact, findEstimator, type NamedArrays } from "hardgrad";
import { describe, expect, test } from "vitest";
import { randomSource as generatorOf } from "../../src/data/random.ts";
import { bestAssignment, confusion } from "../../src/experiments/generator/assignment.ts";
import { contrast, missingInformation } from "../../src/experiments/generator/information.ts";
import { labelledImages } from "../../src/experiments/generator/labelled.ts";
import { layer } from "../../src/experiments/generator/layers.ts";
import { bitsEstimator, losses } from "../../src/experiments/generator/losses.ts";
import { classifyAndView, encode, initialParams, seen } from "../../src/experiments/generator/network.ts";
import type { GeneratorSettings } from "../../src/experiments/generator/options.ts";
import { sampleTerms, styleLosses } from "../../src/experiments/generator/style.ts";
import {
  type Checkpoint,
  drawnDigits,
  generator,
  type RunConfig,
  type Settings,
  type StepInputs,
  shuffled,
  startRun,
  useDevice,
} from "../../src/index.ts";
import { keepAll } from "../../src/nn/named-arrays.ts";
import { tinyGenerator } from "./tiny-generator.ts";

const backend = await useDevice("wasm");
const data = drawnDigits({ train: 200, test: 60 });
const tiny = tinyGenerator(
  {
    styleSize: 3,
    priorLayers: 2,
    batch: 20,
    epochs: 2,
    learningRate: 3e-3,
    // so that most of the loss is of the pictures
    information: 5,
    consistency: 10,
    contrast: 3,
    labelWeight: 5,
  },
  data,
);
const modes = ["supervised", "semi-supervised", "unsupervised"] as const;
const styles = ["continuous", "binary"] as const;

function config(id: string, settings: Settings = {}, options: Settings = {}): RunConfig {
  return {
    experiment: "generator",
    estimator: { id, options },
    data: "drawn",
    seed: 5,
    settings: { ...tiny, ...settings },
  };
}

/** Trains from a checkpoint, or from the start; `middle` is a checkpoint after that many steps. */
async function train(c: RunConfig, from?: Checkpoint, half = 30) {
  const run = await startRun(generator, c, data, backend, from);
  const rows: { readonly [tag: string]: number }[] = [];
  let middle: Checkpoint | undefined;
  while (run.step < run.totalSteps) {
    for (const row of await run.advance()) rows.push(row.values);
    if (run.step === half) middle = await run.checkpoint();
  }
  const checkpoint = await run.checkpoint();
  const summary = run.summary();
  const pictures = await run.pictures(4);
  run.dispose();
  return { rows, checkpoint, middle, summary, pictures };
}

const mean = (x: ArrayLike<number>): number => Array.from(x).reduce((a, b) => a + b, 0) / x.length;

/** What a step is given, for the first images. */
function inputsOf(settings: GeneratorSettings, size = 4): StepInputs {
  const images = np.array(Float32Array.from(data.train.images.subarray(0, size * 784)), {
    shape: [size, 784],
  });
  const labels = np.array(Float32Array.from(data.train.labels.subarray(0, size)));
  const inputs: StepInputs = {
    images: images.ref,
    labels: labels.ref,
    key: random.key(11),
    beta: np.array(0.7),
    asking: np.array(0),
  };
  if (settings.mode === "supervised") return inputs;
  return { ...inputs, deformed: images.ref, "labelled.images": images, "labelled.labels": labels };
}

describe("the loss", () => {
  test("supervised, standard normal prior: the divergence is the closed form, in the mean", () => {
    const settings: GeneratorSettings = { ...tiny, priorLayers: 0 };
    const params = initialParams(random.key(3), settings, data);
    const rows = 4000;
    const x = np.broadcastTo(random.uniform(random.key(1), [1, 784]), [rows, 784]);
    const y = np.broadcastTo(nn.oneHot(np.array(Int32Array.of(7)), 10), [rows, 10]);
    const image = seen(params, x.ref);
    const { divergence, reconstruction } = sampleTerms(params, { x, image, y, key: random.key(2) }, settings);
    reconstruction.dispose();
    // The same posterior by hand: its head's values for one image.
    const given = np.array(random.uniform(random.key(1), [1, 784]).dataSync(), { shape: [1, 784] });
    const one = { x: given.ref, image: seen(params, given), y: nn.oneHot(np.array(Int32Array.of(7)), 10) };
    const { mu, log } = posterior(params, one);
    const expected = mu.reduce((sum, m, i) => sum + (m ** 2 + Math.exp(2 * log[i]!) - 1) / 2 - log[i]!, 0);
    // 4,000 draws of a sum with standard deviation about sqrt(3/2): 0.02 is one standard error.
    expect(Math.abs(mean(divergence.dataSync()) - expected)).toBeLessThan(0.1);
  });

  for (const style of styles)
    test(`semi-supervised, exact, ${style} style: the sum over all digits, each weighed by its probability`, () => {
      const settings: GeneratorSettings = { ...tiny, mode: "semi-supervised", style };
      const params = initialParams(random.key(4), settings, data);
      const x = inputsOf(settings).images.mul(1 / 255);
      const { logits, view } = classifyAndView(params, x.ref);
      const q = nn.softmax(logits.ref, -1).dataSync();
      const forStyle = random.split(random.key(11), 3).slice([1, 2]).reshape([2]);
      const everyDigit = np.broadcastTo(np.eye(10).reshape([10, 1, 10]), [10, 4, 10]);
      const given = { x: x.ref, image: seen(params, x), y: everyDigit, key: forStyle, beta: np.array(0.7) };
      const perDigit = styleLosses(params, given, settings, bitsEstimator(exact()), {}).losses.dataSync();
      const missing = missingInformation(logits.ref).item();
      const told = contrast(view.ref, view).item(); // the copies of these inputs are not deformed
      const labels = data.train.labels.subarray(0, 4);
      const log = nn.logSoftmax(logits, -1).dataSync();
      const wrong = -mean(Array.from(labels, (label, n) => log[n * 10 + label]!));
      const weight = (name: "labelWeight" | "contrast" | "information" | "consistency"): number =>
        settings[name];
      const whole =
        weight("labelWeight") * wrong + weight("contrast") * told + weight("information") * missing;
      const expected = Array.from({ length: 4 }, (_, n) => {
        let sum = whole;
        for (let k = 0; k < 10; k++) {
          const p = q[n * 10 + k]!;
          sum += p * (perDigit[k * 4 + n]! + Math.log(p) + Math.log(10));
        }
        return sum;
      });
      const actual = losses(keepAll(params), inputsOf(settings), exact(), {}, settings).losses.dataSync();
      // Sums of 784 pixels of about 540 nats in float32.
      for (const [n, value] of expected.entries()) expect(actual[n]).toBeCloseTo(value, 2);
      expect(Math.abs(perDigit[0]! - perDigit[4]!)).toBeGreaterThan(0.05);
    });
});

/** Mean and log of the standard deviation of one image's style. */
function posterior(
  params: NamedArrays,
  { x, image, y }: { x: np.Array; image: np.Array; y: np.Array },
): { mu: number[]; log: number[] } {
  x.dispose();
  const h = encode(params, image, y);
  return {
    mu: [...layer(params, "mean", 1, h.ref).dataSync()],
    log: [...layer(params, "scale", 1, h).dataSync()],
  };
}

describe("training", () => {
  // Several compilations each: on a busy machine they take their time.
  const patience = 600_000;

  for (const mode of modes)
    for (const style of styles)
      test(`${mode}, ${style} style: learns to describe digits, and draws a row of each`, {
        timeout: patience,
      }, async () => {
        const c = config("reinmax", { mode, style, epochs: 5, hidden: "24", beta: 1, learningRate: 6e-3 });
        const { rows, summary, pictures, checkpoint, middle } = await train(c);
        const losses = rows.map((row) => row["loss/test"]).filter((x) => x !== undefined);
        // 784 pixels at one half each are 543 nats; five epochs of ten steps go halfway to the mean image alone.
        expect(losses[0]).toBeGreaterThan(350);
        expect(losses.at(-1)).toBeLessThan(300);
        const { metrics, notes } = summary;
        if (mode === "supervised") expect(metrics["accuracy/test"]).toBeGreaterThan(0.3);
        expect(notes !== undefined).toBe(mode === "supervised" && style === "continuous");
        expect(pictures[0]!.tiles).toHaveLength(40);
        expect(pictures[0]!.rows).toHaveLength(10);
        if (mode === "unsupervised") {
          const names = Array.from({ length: 10 }, (_, k) => metrics[`class/${k}`]!);
          for (const name of names) expect(Number.isInteger(name) && name >= -1 && name <= 9).toBe(true);
          expect(names.some((name) => name >= 0)).toBe(true);
          // Chance is 0.1; named after the digit that most of a class are (measured 0.20 and 0.22).
          expect(metrics["accuracy/test-named"]).toBeGreaterThan(0.1);
          expect(metrics["accuracy/test-named"]).toBeLessThan(1);
        }
        // The steps of both are made of all parts that any mode has.
        if (mode === "supervised" || (mode === "unsupervised") !== (style === "binary")) return;
        expect(middle!.step).toBe(30);
        const resumed = await train(c, middle);
        expect(resumed.checkpoint).toEqual(checkpoint);
      });

  // One of each family; every entry of the catalogue is proven by itself elsewhere.
  const families: [string, string][] = [
    ["exact", "continuous"],
    ["reinforce-moving-average", "binary"],
    ["gumbel-softmax", "binary"],
    ["rebar", "continuous"],
    ["muprop", "continuous"],
  ];
  for (const [id, style] of families)
    test(`the digit is learned through ${id}, ${style} style`, async () => {
      const { rows, checkpoint } = await train(config(id, { mode: "semi-supervised", style, epochs: 1 }));
      expect(rows.at(-1)!["loss/test"]).toBeLessThan(560);
      expect(checkpoint.tensors["params.classifier.w1"]!.data.every(Number.isFinite)).toBe(true);
    });

  test("a temperature is annealed", async () => {
    const c = config("gumbel-softmax", { mode: "unsupervised", epochs: 1, temperatureRate: 0.1 });
    expect((await train(c)).rows.at(-1)!["loss/test"]).toBeLessThan(560);
  });
});

describe("what is refused, in one sentence", () => {
  const refused: [string, string, Settings, RegExp][] = [
    [
      "Bernoulli estimators for a digit",
      "disarm",
      { mode: "unsupervised" },
      /does not support a categorical digit/,
    ],
    [
      "categorical ones for bits",
      "categorical-disarm",
      { mode: "supervised", style: "binary" },
      /does not support bits/,
    ],
    [
      "counting all states of the bits",
      "exact",
      { mode: "supervised", style: "binary", styleSize: 16, batch: 100 },
      /states are more than/,
    ],
    ["another bound", "vimco", { mode: "unsupervised" }, /vimco trains another bound/],
    ["labels that are no multiple of ten", "rloo", { mode: "semi-supervised", labels: 15 }, /multiple of 10/],
    [
      "more labels than images",
      "rloo",
      { mode: "semi-supervised", labels: 1000 },
      /use --labels \d+0 or less/,
    ],
    [
      "other than ten classes with labels",
      "rloo",
      { classes: 12 },
      /--classes 12 is for --mode unsupervised/,
    ],
    ["no hidden layer", "rloo", { hidden: "none" }, /--hidden none/],
  ];
  for (const [what, id, settings, message] of refused)
    test(what, async () => {
      await expect(startRun(generator, config(id, settings), data, backend)).rejects.toThrow(message);
    });
  test("data without labels", async () => {
    const bare = { ...data, classes: [] };
    await expect(startRun(generator, config("rloo"), bare, backend)).rejects.toThrow(/has no labels/);
  });
});

describe("parts", () => {
  test("the best assignment beats every other, by trying 2,000 permutations", () => {
    const random = generatorOf(3);
    const counts = Array.from({ length: 10 }, () => Array.from({ length: 10 }, () => random.below(100)));
    const value = (labels: readonly number[]): number =>
      labels.reduce((sum, label, k) => sum + counts[k]![label]!, 0);
    const best = bestAssignment(counts);
    expect([...best].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    for (let i = 0; i < 2000; i++) expect(value([...shuffled(10, i, 0)])).toBeLessThanOrEqual(value(best));
    // A hidden permutation is found again.
    const hidden = [3, 1, 4, 0, 5, 9, 2, 6, 8, 7];
    const labels = Array.from({ length: 500 }, () => random.below(10));
    expect(
      bestAssignment(
        confusion(
          labels.map((label) => hidden.indexOf(label)),
          labels,
          10,
          10,
        ),
      ),
    ).toEqual(hidden);
  });

  test("a confusion counts every image", () => {
    expect(confusion([0, 1, 1, 0], [2, 0, 0, 1], 2, 3)).toEqual([
      [0, 1, 1],
      [2, 0, 0],
    ]);
  });

  test("more classes than digits: each by its majority", () => {
    const counts = [[0, 5, 0, 0, 0, 0, 0, 0, 0, 6], [9, 0, 0, 0, 0, 0, 0, 0, 0, 0], [8, 0, 0, 0, 0, 0, 0, 0, 0, 0]]; // biome-ignore format: rows
    expect(bestAssignment(counts)).toEqual([9, 0, 0]);
  });

  test("labelled images: equally many of each digit, others for another seed", () => {
    const chosen = labelledImages(data.train, 10, 50, 1);
    const counts = new Array<number>(10).fill(0);
    for (const n of chosen) counts[data.train.labels[n]!]!++;
    expect(counts).toEqual(new Array(10).fill(5));
    expect(new Set(chosen).size).toBe(50);
    expect([...labelledImages(data.train, 10, 50, 1)]).toEqual([...chosen]);
    expect([...labelledImages(data.train, 10, 50, 2)]).not.toEqual([...chosen]);
  });

  test("bits learn through the digit's estimator where that works by the chain rule, else through straight-through", () => {
    const of = (id: string): string => bitsEstimator(findEstimator(id)!.create({})).id;
    expect(of("reinmax")).toBe("reinmax");
    for (const id of ["exact", "rloo", "muprop", "reinforce-moving-average", "categorical-disarm"])
      expect(of(id)).toBe("straight-through");
  });
});
