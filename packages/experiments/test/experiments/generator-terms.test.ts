import "../setup.ts";
import { numpy as np, random } from "@jax-js/jax";
import { bernoulli, exact, type NamedArrays, sample, straightThrough } from "hardgrad";
import { describe, expect, test } from "vitest";
import { close } from "../../../hardgrad/test/close.ts";
import { logPriorOfBits } from "../../src/experiments/generator/bits.ts";
import { draw } from "../../src/experiments/generator/draw.ts";
import { logPrior } from "../../src/experiments/generator/flow.ts";
import { contrast, inconsistency, missingInformation } from "../../src/experiments/generator/information.ts";
import { layer } from "../../src/experiments/generator/layers.ts";
import { losses, oneHotLabels } from "../../src/experiments/generator/losses.ts";
import {
  classify,
  classifyAndView,
  decode,
  encode,
  initialParams,
  seen,
} from "../../src/experiments/generator/network.ts";
import { sampleTerms, styleLosses } from "../../src/experiments/generator/style.ts";
import { formOf, generator, resolveSettings } from "../../src/index.ts";
import { crossEntropy, splitKey } from "../../src/nn/layers.ts";
import { keepAll } from "../../src/nn/named-arrays.ts";
import { greyValues } from "../../src/nn/normalize.ts";

/** The terms of the loss, put together in float64 from what the networks say. */

const form = formOf({ data: "drawn" });
const BATCH = 4;
const SIZE = 3;
const settingsOf = (given: object = {}) =>
  resolveSettings(
    generator.options,
    { hidden: "9", styleSize: SIZE, priorHidden: "5", batch: 10, ...given },
    form,
  );
type Settings = ReturnType<typeof settingsOf>;

/** Parameters of which none is zero. */
function paramsOf(settings: Settings): NamedArrays {
  return Object.fromEntries(
    Object.entries(initialParams(random.key(1), settings, form)).map(([name, x], i) => [
      name,
      x.add(random.normal(random.key(50 + i), x.shape).mul(0.05)),
    ]),
  );
}
const images = (n: number): np.Array => random.uniform(random.key(n), [BATCH, 784]).mul(255);
const list = (x: np.Array): number[] => x.reshape([-1]).js() as number[];
const matrix = (x: np.Array): number[][] => x.js() as number[][];
const sum = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0);
const mean = (xs: readonly number[]): number => sum(xs) / xs.length;
// Sums over 784 pixels of logarithms in float32, of size 500.
const float32 = { within: 1e-3, relative: 1e-5 };

/** `log(1 + e^l) - x l` summed over the pixels, in float64. */
const reconstruction = (logits: readonly number[], x: readonly number[]): number =>
  sum(logits.map((l, i) => Math.max(l, 0) + Math.log1p(Math.exp(-Math.abs(l))) - x[i]! * l));

describe("the terms of the bound", () => {
  const digits = [2, 0, 5, 9];
  const classes = (params: NamedArrays): np.Array => oneHotLabels(np.array(digits), params);
  const given = (params: NamedArrays) => {
    const x = greyValues(images(3));
    return { x: x.ref, image: seen(params, x), y: classes(params), key: random.key(8) };
  };
  const pixels = matrix(greyValues(images(3)));

  test("continuous: the image given the style, and log q - log p at the same style", () => {
    const settings = settingsOf({ style: "continuous", priorLayers: 2 });
    const params = paramsOf(settings);
    const { image, y, ...rest } = given(params);
    for (const x of Object.values(rest)) x.dispose();
    const hidden = encode(params, image, y.ref);
    const [centre, scale] = [layer(params, "mean", 1, hidden.ref), layer(params, "scale", 1, hidden)].map(
      matrix,
    );
    const noise = matrix(random.normal(random.key(8), [BATCH, SIZE]));
    const z = noise.map((row, n) => row.map((e, i) => centre![n]![i]! + Math.exp(scale![n]![i]!) * e));
    const prior = list(logPrior(keepAll(params), np.array(z), y.ref));
    const drawn = matrix(decode(params, np.array(z), y, settings));
    const divergence = noise.map(
      (row, n) =>
        sum(row.map((e, i) => -0.5 * e * e - 0.5 * Math.log(2 * Math.PI) - scale![n]![i]!)) - prior[n]!,
    );
    const image_ = drawn.map((row, n) => reconstruction(row, pixels[n]!));
    const terms = sampleTerms(params, given(params), settings);
    close(list(terms.reconstruction), image_, float32);
    close(list(terms.divergence), divergence, { within: 1e-4 });
    const beta = np.array(0.3);
    const whole = styleLosses(params, { ...given(params), beta }, settings, straightThrough(), {});
    close(
      list(whole.losses),
      image_.map((r, n) => r + 0.3 * divergence[n]!),
      float32,
    );
    expect(whole.state).toEqual({});
  });

  test("bits: with what is known of them, at a sample; and for learning the mean over all bits", () => {
    const settings = settingsOf({ style: "binary" });
    const params = paramsOf(settings);
    const { image, y, ...rest } = given(params);
    for (const x of Object.values(rest)) x.dispose();
    const logits = layer(params, "bits", 1, encode(params, image, y.ref));
    const p = matrix(logits.ref).map((row) => row.map((a) => 1 / (1 + Math.exp(-a))));
    const known = p.map((row) => sum(row.map((v) => v * Math.log(v) + (1 - v) * Math.log(1 - v))));
    const at = (z: number[][]): { image: number[]; prior: number[] } => ({
      image: matrix(decode(params, np.array(z), y.ref, settings)).map((row, n) =>
        reconstruction(row, pixels[n]!),
      ),
      prior: list(logPriorOfBits(params, np.array(z), y.ref, settings)),
    });
    const bits = matrix(sample(bernoulli(logits), random.key(8)));
    const there = at(bits);
    const terms = sampleTerms(params, given(params), settings);
    close(list(terms.reconstruction), there.image, float32);
    close(
      list(terms.divergence),
      known.map((k, n) => k - there.prior[n]!),
      { within: 1e-4 },
    );
    const expected = known.map((k) => 0.3 * k);
    for (let s = 0; s < 2 ** SIZE; s++) {
      const z = Array.from({ length: SIZE }, (_, i) => (s >> i) & 1);
      const here = at(digits.map(() => z));
      for (const n of digits.keys()) {
        const weight = z.reduce((m, b, i) => m * (b ? p[n]![i]! : 1 - p[n]![i]!), 1);
        expected[n]! += weight * (here.image[n]! - 0.3 * here.prior[n]!);
      }
    }
    const beta = np.array(0.3);
    const whole = styleLosses(params, { ...given(params), beta }, settings, exact(), {});
    close(list(whole.losses), expected, float32);
  });
});

describe("the parts of a step's loss", () => {
  const key = (): np.Array => random.key(4);
  const run = (settings: Settings, asking = 0.8): number[] => {
    const params = paramsOf(settings);
    const inputs = {
      images: images(3),
      labels: np.array([2, 0, 5, 9]),
      key: key(),
      beta: np.array(0.3),
      asking: np.array(asking),
      ...(settings.mode === "supervised" ? {} : { deformed: images(5) }),
      ...(settings.mode === "semi-supervised"
        ? { "labelled.images": images(6), "labelled.labels": np.array([1, 1, 7, 3]) }
        : {}),
    };
    return list(losses(params, inputs as never, exact(), {}, settings).losses);
  };
  /** What a change of settings adds to every example. */
  const added = (base: object, change: object): number => {
    const without = run(settingsOf(base));
    const differences = run(settingsOf({ ...base, ...change })).map((v, n) => v - without[n]!);
    for (const d of differences) expect(Math.abs(d - differences[0]!)).toBeLessThan(1e-3);
    return mean(differences);
  };
  const off = { contrast: 0, consistency: 0, information: 0, labelWeight: 0, asked: 0, style: "binary" };

  test("without labels: contrast, consistency and information with their weights", () => {
    const base = { ...off, mode: "unsupervised" };
    const params = paramsOf(settingsOf(base));
    const own = classifyAndView(params, greyValues(images(3)));
    const copy = classifyAndView(params, greyValues(images(5)));
    const told = contrast(own.view, copy.view).item() as number;
    const stable = inconsistency(own.logits.ref, copy.logits).item() as number;
    const missing = missingInformation(own.logits).item() as number;
    expect(added(base, { contrast: 0.7 })).toBeCloseTo(0.7 * told, 2);
    expect(added(base, { consistency: 2 })).toBeCloseTo(2 * stable, 2);
    expect(added(base, { information: 1.5 })).toBeCloseTo(1.5 * missing, 2);
  });
  test("with some labels: the mean cross-entropy of the labelled images with its weight", () => {
    const base = { ...off, mode: "semi-supervised" };
    const params = paramsOf(settingsOf(base));
    const scores = classify(params, greyValues(images(6)));
    const wrong = mean(list(crossEntropy(scores, oneHotLabels(np.array([1, 1, 7, 3]), params))));
    expect(wrong).toBeGreaterThan(0.5);
    expect(added(base, { labelWeight: 3 })).toBeCloseTo(3 * wrong, 2);
  });
  test.each(["supervised", "unsupervised"])("%s: reading what was asked for", (mode) => {
    const base = { ...off, mode };
    const settings = settingsOf({ ...base, asked: 12 });
    const params = paramsOf(settings);
    const keys = splitKey(key(), mode === "supervised" ? 2 : 3);
    const digits = np.array(Array.from({ length: 12 }, (_, n) => n % settings.classes));
    const y = oneHotLabels(digits, params);
    const noise = random.normal(keys.at(-1)!, [12, SIZE]);
    const { image, logits } = draw(params, noise, y.ref, settings);
    logits.dispose();
    const misread = mean(list(crossEntropy(classify(params, image), y)));
    expect(added(base, { asked: 12 })).toBeCloseTo(0.8 * misread, 2);
  });
});
