import { numpy as np } from "@jax-js/jax";
import { grad } from "hardgrad";
import { expect, test } from "vitest";
import { DEFORMED, deform, deformAll } from "../../src/data/deform.ts";
import { randomSource as randomNumbers } from "../../src/data/random.ts";
import { contrast, inconsistency, missingInformation } from "../../src/experiments/generator/information.ts";
import { labelledBatches } from "../../src/experiments/generator/labelled.ts";
import { drawnDigits, generator, resolveSettings, useDevice } from "../../src/index.ts";

await useDevice("wasm");

/** Logits whose softmax these probabilities are. */
const logitsOf = (rows: number[][]): np.Array => np.array(rows.map((row) => row.map(Math.log)));
const entropy = (p: number[]): number => -p.reduce((sum, x) => sum + (x > 0 ? x * Math.log(x) : 0), 0);
// float32 logarithms of numbers near 1, with 1e-8 added to each probability
const CLOSE = 5;

test("missing information: 4 (log classes - H(mean)) + mean H", () => {
  const [p, q] = [
    [0.7, 0.2, 0.1],
    [0.1, 0.3, 0.6],
  ];
  const mean = p!.map((x, i) => (x + q![i]!) / 2);
  const expected = 4 * (Math.log(3) - entropy(mean)) + (entropy(p!) + entropy(q!)) / 2;
  expect(missingInformation(logitsOf([p!, q!])).js()).toBeCloseTo(expected, CLOSE);
});

test("missing information: none for certain and even classes, most for one class", () => {
  const certain = np.array([
    [50, 0, 0],
    [0, 50, 0],
    [0, 0, 50],
  ]);
  expect(missingInformation(certain).js()).toBeCloseTo(0, CLOSE);
  const one = np.array([
    [50, 0, 0],
    [50, 0, 0],
  ]);
  expect(missingInformation(one).js()).toBeCloseTo(4 * Math.log(3), CLOSE);
});

test("inconsistency: KL of image and copy, and only the copy learns from it", () => {
  const [p, q] = [
    [0.7, 0.2, 0.1],
    [0.1, 0.3, 0.6],
  ];
  const expected = p!.reduce((sum, x, i) => sum + x * Math.log(x / q![i]!), 0);
  expect(inconsistency(logitsOf([p!]), logitsOf([q!])).js()).toBeCloseTo(expected, CLOSE);
  expect(inconsistency(logitsOf([p!]), logitsOf([p!])).js()).toBeCloseTo(0, CLOSE);
  const ofImage = grad((a: np.Array) => inconsistency(a, logitsOf([q!])))(logitsOf([p!])) as np.Array;
  expect(ofImage.js()).toEqual([[0, 0, 0]]);
  const ofCopy = grad((b: np.Array) => inconsistency(logitsOf([p!]), b))(logitsOf([q!])) as np.Array;
  const gradient = ofCopy.js() as number[][];
  // d KL / d logits of the copy = q - p
  for (let i = 0; i < 3; i++) expect(gradient[0]![i]).toBeCloseTo(q![i]! - p![i]!, CLOSE);
});

test("contrast: cross-entropy of cosines over the batch, both ways, whatever the lengths", () => {
  const a = [
    [3, 0],
    [0, 1],
  ];
  const b = [
    [1, 1],
    [0, 2],
  ];
  const root = Math.SQRT1_2;
  const cosines = [
    [root, 0],
    [root, 1],
  ].map((row) => row.map((c) => c / 0.2));
  const lse = (x: number, y: number): number => Math.log(Math.exp(x) + Math.exp(y));
  const [[c00, c01], [c10, c11]] = cosines as [[number, number], [number, number]];
  const there = lse(c00, c01) - c00 + lse(c10, c11) - c11;
  const back = lse(c00, c10) - c00 + lse(c01, c11) - c11;
  expect(contrast(np.array(a), np.array(b)).js()).toBeCloseTo((there + back) / 4, CLOSE);
});

const { train } = drawnDigits({ train: 40, test: 10 });
const shape = { height: 28, width: 28 };
const imageOf = (n: number): Uint8Array => train.images.subarray(n * 784, (n + 1) * 784);

test("deforming with strength 0 leaves an image as it is", () => {
  const into = new Uint8Array(784).fill(9);
  deform(imageOf(0), into, shape, randomNumbers(1), 0);
  expect(into).toEqual(imageOf(0));
});

test("deformed copies move ink, keep most of it, and differ from step to step and by purpose", () => {
  const batch = train.images.subarray(0, 20 * 784);
  const copyAt = (seed: number, purpose: number, step: number): Uint8Array => {
    const into = new Uint8Array(batch.length).fill(9);
    deformAll(batch, into, shape, seed, step, purpose);
    return into;
  };
  const copy = copyAt(0, DEFORMED.batch, 5);
  expect(copyAt(0, DEFORMED.batch, 5)).toEqual(copy);
  for (const other of [
    copyAt(1, DEFORMED.batch, 5),
    copyAt(0, DEFORMED.labelled, 5),
    copyAt(0, DEFORMED.batch, 6),
    batch,
  ])
    expect(other).not.toEqual(copy);
  const ink = (pixels: Uint8Array): number => pixels.reduce((sum, x) => sum + x, 0);
  for (let n = 0; n < 20; n++) {
    const ratio = ink(copy.subarray(n * 784, (n + 1) * 784)) / ink(batch.subarray(n * 784, (n + 1) * 784));
    // Both axes by 15 % at most: areas by 0.72 to 1.33; a little may leave the picture.
    expect(ratio).toBeGreaterThan(0.65);
    expect(ratio).toBeLessThan(1.45);
  }
});

test("labelled images keep their labels, are deformed at each step, and are the same on resuming", () => {
  const dataset = drawnDigits({ train: 400, test: 10 });
  const settings = resolveSettings(generator.options, { labels: 20, batch: 10 }, dataset);
  const one = labelledBatches(dataset, settings, 3);
  const two = labelledBatches(dataset, settings, 3);
  const seen = [0, 1, 2, 3].map((step) => structuredClone(one(step)));
  expect(structuredClone(two(3))).toEqual(seen[3]);
  const images = (n: number): ArrayLike<number> => seen[n]!["labelled.images"]!.data;
  expect(images(0)).not.toEqual(images(2));
  const counts = new Array<number>(10).fill(0);
  for (const step of [0, 1]) for (const label of seen[step]!["labelled.labels"]!.data) counts[label]!++;
  expect(counts).toEqual(new Array(10).fill(2));
});
