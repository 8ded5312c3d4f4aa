import { drawnDigits, formOf, resolveSettings, startRun, useDevice, vae } from "@hardgrad/experiments";
import { numpy as np, random } from "@jax-js/jax";
import { categorical, exactGradient, reinmax, rloo, straightThroughSigmoid } from "hardgrad";
import { expect, test } from "vitest";
import { decodedAt, estimates, examplesOf } from "../src/frozen/draws.ts";
import { exactCategoricalGradient, lossesAtStates, oneHotStates } from "../src/frozen/exact.ts";
import { fidelityFigure } from "../src/frozen/figure.ts";
import { fidelity, overNetworks, spread, sumsOf } from "../src/frozen/moments.ts";
import { frozenVae, reconstruction } from "../src/frozen/network.ts";

const backend = await useDevice("wasm", { threads: 1 });
const dataset = drawnDigits({ train: 200, test: 20 });
const sizes = [2, 3] as const;
const config = {
  experiment: "vae",
  estimator: { id: "reinmax", options: {} },
  data: "drawn",
  seed: 0,
  settings: resolveSettings(
    vae.options,
    {
      variables: 2,
      categories: 3,
      hidden: "16",
      epochs: 1,
      learningRate: 0.02,
      boundSamples: 0,
    },
    formOf({ data: "drawn" }),
  ),
};
const run = await startRun(vae, config, dataset, backend);
await run.advance();
const network = frozenVae(await run.checkpoint());
const IMAGES = 6;
const WIDTH = 6;
const x = {
  shape: [IMAGES, 784],
  data: Float32Array.from(dataset.train.images.subarray(0, IMAGES * 784), (v) => v / 255),
};
const examples = await examplesOf(network, x, backend);
const losses = lossesAtStates(x.data, await decodedAt(network, oneHotStates(...sizes), backend), 784);
const logitsOf = (n: number) => (examples.logits.data as Float32Array).slice(n * WIDTH, (n + 1) * WIDTH);
const exact = Float64Array.from(
  losses.flatMap((values, n) => Array.from(exactCategoricalGradient(logitsOf(n), values, sizes))),
);

test("the gradient by enumeration is exactGradient's, example by example", async () => {
  const params = Object.fromEntries(
    Object.entries(network.params).map(([name, { shape, data }]) => [
      name,
      np.array(data as Float32Array, { shape: [...shape] }),
    ]),
  );
  for (const n of [0, IMAGES - 1]) {
    const image = np.array(x.data.slice(n * 784, (n + 1) * 784)).reshape([1, 784]);
    const q = categorical(np.array(logitsOf(n)).reshape([1, 2, 3]));
    const { gradient } = await exactGradient(q, reconstruction(network, params, image));
    const largest = Math.max(...gradient.map(Math.abs));
    expect(largest).toBeGreaterThan(1e-3);
    // f is about 500, in float32.
    for (const [i, g] of gradient.entries())
      expect(Math.abs(g - exact[n * WIDTH + i]!)).toBeLessThan(2e-4 + 1e-4 * largest);
  }
});

test("an unbiased estimator has no bias, a cosine of one, and less variance with more samples; straight-through is biased", async () => {
  const measured = async (estimator: ReturnType<typeof rloo>) =>
    fidelity(
      await sumsOf(estimates(network, examples, estimator, backend, { draws: 320, warmup: 0, seed: 1 }), 320),
      exact,
      IMAGES,
    );
  const unbiased = await measured(rloo({ samples: 16 }));
  expect(Math.abs(unbiased.squaredBias.value)).toBeLessThan(4.5 * unbiased.squaredBias.error);
  expect(Math.abs(unbiased.cosine.value - 1)).toBeLessThan(4.5 * unbiased.cosine.error);
  expect(unbiased.cosineOfMean.value).toBeLessThan(unbiased.cosine.value);
  const biased = await measured(straightThroughSigmoid() as never);
  expect(biased.squaredBias.value).toBeGreaterThan(4.5 * biased.squaredBias.error);
  // Two samples instead of sixteen: about fifteen times the variance, 1/(K - 1).
  const { variance } = await measured(rloo({ samples: 2 }));
  expect(variance.value).toBeGreaterThan(5 * unbiased.variance.value);
  expect(variance.error).toBeGreaterThan(0);
});

test("estimates are those of the same seed, whatever was drawn before", async () => {
  const first = async () => {
    const rows = estimates(network, examples, reinmax() as never, backend, { draws: 2, warmup: 0, seed: 3 });
    const all: number[][] = [];
    for await (const row of rows) all.push(Array.from(row));
    return all;
  };
  const [a, b] = [await first(), await first()];
  expect(a).toEqual(b);
  expect(a[0]).not.toEqual(a[1]);
});

/** Normal draws with a known mean and variance. */
async function* normal(mean: readonly number[], deviation: number, count: number) {
  const data = (await random.normal(random.key(5), [count, mean.length]).data()) as Float32Array;
  for (let n = 0; n < count; n++) yield mean.map((m, i) => m + deviation * data[n * mean.length + i]!);
}

test("moments are those of the law that is drawn, within their errors", async () => {
  const sums = await sumsOf(normal([3, 0, 4], 2, 4000), 4000);
  const near = ({ value, error }: { value: number; error: number }, expected: number) => {
    expect(error).toBeGreaterThan(0);
    expect(Math.abs(value - expected)).toBeLessThan(4.5 * error);
  };
  const { variance, squaredNorm } = spread(sums);
  near(variance, 12);
  near(squaredNorm, 25);
  const against = fidelity(sums, Float64Array.of(0, 0, 5), 1);
  near(against.cosine, 0.8);
  near(against.squaredBias, (9 + 1) / 25);
  near(against.variance, 12 / 25);
});

test("a cosine by example counts every example alike, whatever its length; a zero has no direction", async () => {
  async function* twice(row: number[]) {
    for (let i = 0; i < 2; i++) yield row;
  }
  const against = async (row: number[]) =>
    fidelity(await sumsOf(twice(row), 2, 2), Float64Array.of(1, 0, 0, 1), 2);
  const { cosineByExample, cosineOfMean } = await against([30, 0, 3, 4]);
  expect((await against([30, 0, 0, 0])).cosineByExample.value).toBeCloseTo(1 / 2, 12);
  expect(cosineByExample.value).toBeCloseTo((1 + 0.8) / 2, 12);
  expect(cosineOfMean.value).toBeCloseTo((30 + 4) / Math.sqrt(2 * 925), 12);
});

test("a NaN among the draws is refused, and so is a single group", async () => {
  await expect(sumsOf(normal([1, Number.NaN], 1, 32), 32)).rejects.toThrow("not finite");
  await expect(sumsOf(normal([1], 1, 1), 1)).rejects.toThrow("draw at least 2");
});

test("over networks the error is that of their spread", () => {
  const one = { value: 1, error: 0.5 };
  expect(overNetworks([one])).toEqual(one);
  expect(overNetworks([one, { value: 3, error: 0 }])).toEqual({ value: 2, error: 1 });
});

test("the figure names every biased estimator once, and epochs beside each other", () => {
  const cosine = { value: 0.5, error: 0.1 };
  const rows = [1, 5].flatMap((epoch) => [
    { estimator: "reinmax", epoch, unbiased: false, cosine },
    { estimator: "rloo", epoch, unbiased: true, cosine },
  ]);
  const svg = fidelityFigure(rows);
  expect(svg.match(/>reinmax</g)).toHaveLength(1);
  expect(svg).not.toContain("rloo");
  const legend = [...svg.matchAll(/translate\((\d+),-26\)"[^>]*><text[^>]*>epoch \d/g)];
  expect(legend.map(([, right]) => Number(right))).toEqual([0, 70]);
});
