import { beforeAll, describe, expect, test } from "vitest";
import { jaxBackend } from "../../src/engine/backends/jax.ts";
import {
  assess,
  type Backend,
  drawnDigits,
  type HostArrays,
  judgeRecipe,
  type LoadedGenerator,
  parametersIn,
  type Reader,
  rateOf,
  readerOf,
  type Split,
  trainClassifier,
  useDevice,
} from "../../src/index.ts";
import { nearestDistances } from "../../src/judge/nearest.ts";
import { judgeScores } from "../../src/judge/network.ts";
import { median, spread } from "../../src/judge/statistics.ts";

const dataset = drawnDigits({ train: 900, test: 300 });
let backend: Backend;
let judge: Reader;

beforeAll(async () => {
  backend = await useDevice("auto", { threads: 1 });
  const training = await trainClassifier(dataset.train, dataset, { ...judgeRecipe, epochs: 8 }, backend);
  await training.advance(training.totalSteps);
  judge = readerOf(parametersIn(await training.state()), dataset, backend);
}, 120_000);

const of = ({ images, labels, count }: Split, digit: number): Uint8Array[] =>
  Array.from({ length: count }, (_, n) => n)
    .filter((n) => labels[n] === digit)
    .map((n) => images.subarray(n * 784, (n + 1) * 784));

/** A generator whose n-th picture of a digit is given. */
function fake(
  picture: (digit: number, n: number) => Uint8Array,
  digits = [...Array(10).keys()],
): LoadedGenerator {
  async function* stream({ digit, count, from = 0 }: { digit: number; count: number; from?: number }) {
    for (let n = 0; n < count; n += 64)
      yield Array.from({ length: Math.min(64, count - n) }, (_, i) => picture(digit, from + n + i));
  }
  return {
    digits,
    stream,
    draw: async ({ digit, count }: { digit: number; count: number }) =>
      Array.from({ length: count }, (_, n) => picture(digit, n)),
  } as unknown as LoadedGenerator;
}

const cycle = (pictures: readonly Uint8Array[], n: number): Uint8Array => pictures[n % pictures.length]!;
const test9 = [...Array(10).keys()].map((digit) => of(dataset.test, digit));
const train9 = [...Array(10).keys()].map((digit) => of(dataset.train, digit));
const plan = { count: 24, seed: 0, ganTrain: false };

test("the judge learns and reads on device auto as on jax-js, to float32", async () => {
  const few = drawnDigits({ train: 8, test: 8 });
  const images = { images: { shape: [8, 784], data: few.test.images } };
  const results: HostArrays[] = [];
  for (const on of [backend, jaxBackend("wasm")]) {
    const training = await trainClassifier(few.train, few, { ...judgeRecipe, epochs: 2 }, on);
    await training.advance(2);
    const state = await training.state();
    training.dispose();
    const resident = on.put(parametersIn(state));
    const read = on.evaluate((params, { images: of }) => ({
      scores: judgeScores(params, of!, { height: 28, width: 28 }),
    }));
    results.push({ ...state, ...(await read(resident, images)) });
    resident.dispose();
  }
  const [ours, theirs] = results as [HostArrays, HostArrays];
  expect(Object.keys(ours)).toEqual(Object.keys(theirs));
  for (const [name, { data }] of Object.entries(theirs)) {
    // Moments of gradients, and scores: sums of up to 8 x 784 terms. Parameters move by 6e-5: that is no test of them.
    if (name.startsWith("params.")) continue;
    const largest = [...data].reduce((most, v) => Math.max(most, Math.abs(v)), 0);
    const apart = [...data].reduce((most, v, i) => Math.max(most, Math.abs(v - ours[name]!.data[i]!)), 0);
    expect(apart, name).toBeLessThanOrEqual(1e-4 * largest);
  }
});

describe("numbers", () => {
  test("Wilson's interval is that of the literature", () => {
    // Newcombe 1998, table I, method 3: 81 of 263 and 0 of 20; four digits are printed there.
    expect(rateOf(81, 263).low).toBeCloseTo(0.2553, 4);
    expect(rateOf(81, 263).high).toBeCloseTo(0.3662, 4);
    expect(rateOf(0, 20)).toMatchObject({ rate: 0, low: 0 });
    expect(rateOf(0, 20).high).toBeCloseTo(0.1611, 4);
  });

  test("spread is the summed variance of the pixels", () => {
    const s = spread(784);
    for (const v of [0, 255, 255]) s.add(new Uint8Array(784).fill(v));
    expect(s.total()).toBeCloseTo(784 / 3, 8); // 0, 1, 1: variance 1/3; float64 sums
    expect(spread(784).total()).toBeNaN();
  });

  test("median of odd and even counts, in the order of numbers", () => {
    expect(median([10, 9, 100])).toBe(10);
    expect(median([1, 10, 2, 9])).toBe(5.5);
  });

  test("nearest distances are those of a plain loop", async () => {
    const pictures = dataset.test.images.subarray(0, 7 * 784);
    const images = dataset.train.images.subarray(0, 50 * 784);
    const found = await nearestDistances(pictures, images, 784, backend);
    for (let p = 0; p < 7; p++) {
      let best = Number.POSITIVE_INFINITY;
      for (let n = 0; n < 50; n++) {
        let sum = 0;
        for (let i = 0; i < 784; i++) sum += ((pictures[p * 784 + i]! - images[n * 784 + i]!) / 255) ** 2;
        best = Math.min(best, Math.sqrt(sum));
      }
      expect(found[p]).toBeCloseTo(best, 3); // squares of about 50 in float32: 1e-5 of them
    }
  });
});

describe("the judge", () => {
  test("reads drawn digits", async () => {
    // 900 images and 72 steps; chance is 0.1, and one class alone reaches 0.15.
    expect(await judge.accuracy(dataset.test)).toBeGreaterThan(0.6);
  });

  test("goes on from a state to the same bits", async () => {
    const small = { ...judgeRecipe, epochs: 1 };
    const whole = await trainClassifier(dataset.train, dataset, small, backend);
    await whole.advance(4);
    const state = await whole.state();
    await whole.advance(3);
    const resumed = await trainClassifier(dataset.train, dataset, small, backend, { step: 4, state });
    await resumed.advance(3);
    expect(resumed.step).toBe(7);
    expect((await resumed.state())["params.w1"]!.data).toEqual((await whole.state())["params.w1"]!.data);
    expect(state["params.w1"]!.data).not.toEqual((await whole.state())["params.w1"]!.data);
    whole.dispose();
    resumed.dispose();
  });

  test("refuses parameters of another network", () => {
    expect(() => readerOf({ w1: { shape: [2], data: new Float32Array(2) } }, dataset, backend)).toThrow(
      /w1 has shape \[2\]/,
    );
  });
});

describe("assess", () => {
  test("real pictures get the judge's own accuracy, digit by digit", async () => {
    const verdict = await assess(
      fake((d, n) => cycle(test9[d]!, n)),
      judge,
      dataset,
      backend,
      plan,
    );
    for (const { digit, recognised, readAs } of verdict.digits) {
      const pictures = Array.from({ length: 24 }, (_, n) => cycle(test9[digit]!, n));
      const all = new Uint8Array(24 * 784);
      for (const [n, p] of pictures.entries()) all.set(p, n * 784);
      const right = (await judge.classes(all)).filter((c) => c === digit).length;
      expect(recognised.rate).toBe(right / 24);
      expect(readAs.reduce((a, b) => a + b)).toBe(24);
    }
    // Test images differ as much as training images do, up to the noise of 24 of them.
    expect(verdict.varianceRatio).toBeGreaterThan(0.8);
    expect(verdict.varianceRatio).toBeLessThan(1.2);
    // Means of 240 and of all test images: 4.83 and 4.80.
    expect(Math.abs(verdict.nearest.drawn - verdict.nearest.real)).toBeLessThan(0.15);
    expect(verdict.ganTrain).toBeNull();
  });

  test("the wrong digit is seen, and one picture for all has no variance", async () => {
    const wrong = fake((d) => test9[(d + 1) % 10]![0]!);
    const verdict = await assess(wrong, judge, dataset, backend, plan);
    expect(verdict.recognised.rate).toBeLessThan(0.3); // the judge errs on at most a few of ten pictures
    expect(verdict.varianceRatio).toBeCloseTo(0, 8);
    expect(verdict.worst).toHaveLength(80);
  });

  test("copies are found out", async () => {
    const verdict = await assess(
      fake((d, n) => cycle(train9[d]!, n)),
      judge,
      dataset,
      backend,
      plan,
    );
    expect(verdict.nearest.drawn).toBeLessThan(0.02); // 0 but for float32
    expect(verdict.nearest.trainOverTest).toBeLessThan(0.9);
  });

  test("a digit that can't be asked for is not recognised; GAN-train learns from the others", async () => {
    const nine = fake((d, n) => cycle(train9[d]!, n), [0, 1, 2, 3, 4, 5, 6, 7, 8]);
    const verdict = await assess(nine, judge, dataset, backend, { ...plan, ganTrain: true });
    expect(verdict.digits[9]).toMatchObject({ varianceRatio: null, recognised: { rate: 0, trials: 24 } });
    expect(verdict.ganTrain).toBeGreaterThan(0.2); // 24 steps on 810 images; chance is 0.1
  });
});
