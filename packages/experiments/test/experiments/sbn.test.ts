import "../setup.ts";
import { jit, numpy as np, random, tree } from "@jax-js/jax";
import { catalogue, grad, type NamedArrays } from "hardgrad";
import { describe, expect, test } from "vitest";
import { losses, sampleLoss, startStates } from "../../src/experiments/sbn/losses.ts";
import {
  type Checkpoint,
  type Dataset,
  datasetFromExamples,
  drawnDigits,
  makeEstimator,
  modelsOf,
  parametersOf,
  type RunConfig,
  resolveSettings,
  type Settings,
  sbn,
  startRun,
  useDevice,
} from "../../src/index.ts";

const backend = await useDevice("wasm");
const data = drawnDigits({ train: 600, test: 100 });
const tiny: Settings = {
  variables: 4,
  categories: 3,
  batch: 20,
  epochs: 1,
  learningRate: 0.01,
  boundSamples: 2,
};
const settingsOf = (settings: Settings = {}) => resolveSettings(sbn.options, { ...tiny, ...settings }, data);
const config = (id: string, settings: Settings = {}, options: Settings = {}): RunConfig => ({
  experiment: "sbn",
  estimator: { id, options },
  data: "drawn",
  seed: 3,
  settings: settingsOf(settings),
});

async function train(c: RunConfig, stopAt = Number.POSITIVE_INFINITY, from?: Checkpoint) {
  const run = await startRun(sbn, c, data, backend, from);
  while (run.step < Math.min(run.totalSteps, stopAt)) await run.advance();
  const checkpoint = await run.checkpoint();
  const ended = run.step === run.totalSteps;
  const pictures = ended ? await run.pictures(3) : [];
  const { metrics } = run.summary();
  run.dispose();
  return { checkpoint, metrics, pictures };
}

/** A network of two units a layer and two pixels a half, so that all 16 states can be listed. */
const small = settingsOf({ variables: 2 });
const params = {
  w1: [[0.4, -1.1], [0.9, 0.3]],
  b1: [0.1, -0.2],
  w2: [[1.2, -0.7], [-0.5, 0.8]],
  b2: [0.3, 0.2],
  w3: [[2, -1.5], [-1, 0.7]],
  b3: [0.2, -0.4],
}; // biome-ignore format: matrices
const image = [255, 0, 0, 255];
const arrays = (): NamedArrays =>
  Object.fromEntries(Object.entries(params).map(([name, values]) => [name, np.array(values as number[])]));
const inputs = (count: number, key: np.Array, slope = 1) => ({
  images: np.array(Array.from({ length: count }, () => image)),
  labels: np.zeros([count]),
  key,
  slope: np.array(slope),
});

/** E[-log p(y|h1, h2)] and its derivative with respect to b1 and b2, by listing the states, in float64. */
function listed(slope: number) {
  const sigmoid = (a: number) => 1 / (1 + Math.exp(-a));
  const states = [[0, 0], [0, 1], [1, 0], [1, 1]]; // biome-ignore format: one thought
  const layer = (w: number[][], b: number[], x: number[]) =>
    b.map((bias, j) => bias + x.reduce((sum, v, i) => sum + v * w[i]![j]!, 0));
  const value = (b1: number[], b2: number[]): number => {
    let total = 0;
    const p1 = layer(params.w1, b1, [1, 0]).map((a) => sigmoid(slope * a));
    for (const h1 of states) {
      const p2 = layer(params.w2, b2, h1).map((a) => sigmoid(slope * a));
      for (const h2 of states) {
        const a = layer(params.w3, params.b3, h2);
        const loss = a.reduce((sum, v, i) => sum + Math.log1p(Math.exp(v)) - v * [0, 1][i]!, 0);
        const chance = (p: number[], h: number[]) => p.reduce((c, q, i) => c * (h[i] ? q : 1 - q), 1);
        total += chance(p1, h1) * chance(p2, h2) * loss;
      }
    }
    return total;
  };
  const slopeOf = (which: "b1" | "b2", i: number): number => {
    const moved = (by: number) => {
      const at = { b1: [...params.b1], b2: [...params.b2] };
      at[which][i]! += by;
      return value(at.b1, at.b2);
    };
    return (moved(1e-5) - moved(-1e-5)) / 2e-5;
  };
  return {
    value: value(params.b1, params.b2),
    gradient: [slopeOf("b1", 0), slopeOf("b1", 1), slopeOf("b2", 0), slopeOf("b2", 1)],
  };
}

/** Means and standard errors over batches of 256 samples: gradient with respect to b1 and b2, and the loss. */
async function measured(id: string, options: Settings, slope = 1) {
  const estimator = makeEstimator({ id, options: options as never });
  const batches = 64;
  const step = jit((key: np.Array, before: NamedArrays) => {
    const loss = (p: NamedArrays): [np.Array, { state: NamedArrays; value: np.Array }] => {
      const result = losses(p, inputs(256, key, slope), estimator, before, small);
      const value = np.mean(result.losses);
      return [value.ref, { state: result.state, value }];
    };
    const [{ b1, b2, ...others }, { state, value }] = grad(loss, { hasAux: true })(arrays());
    tree.dispose(others);
    return [np.concatenate([b1!, b2!, value.reshape([1])]), state] as [np.Array, NamedArrays];
  }) as unknown as (key: np.Array, state: NamedArrays) => [np.Array, NamedArrays];
  const rows: number[][] = [];
  let state = startStates(estimator, small);
  for (let i = 0; i < batches; i++) {
    const [found, next] = step(random.key(i), state);
    state = next;
    rows.push(Array.from((await found.data()) as Float32Array));
  }
  tree.dispose(state);
  return rows[0]!.map((_, j) => {
    const column = rows.map((row) => row[j]!);
    const mean = column.reduce((a, b) => a + b, 0) / batches;
    const squares = column.reduce((sum, v) => sum + (v - mean) ** 2, 0);
    return { mean, error: Math.sqrt(squares / (batches - 1) / batches) };
  });
}

describe("both layers get the estimator's gradient", () => {
  test.each<[string, Settings, number]>([
    ["rloo", { samples: 2 }, 1],
    ["reinforce", {}, 1],
    ["nvil", {}, 1],
    ["muprop", {}, 1],
    ["disarm", {}, 1],
    ["rloo", { samples: 2 }, 1.7],
  ])("%s %j at slope %d: unbiased against all 16 states", async (id, options, slope) => {
    const { value, gradient } = listed(slope);
    const found = await measured(id, options, slope);
    for (const [i, expected] of [...gradient, value].entries()) {
      const { mean, error } = found[i]!;
      expect(error).toBeGreaterThan(0);
      expect(Math.abs(mean - expected), `${i}`).toBeLessThan(4.5 * error + 1e-5);
    }
  });

  test("straight-through is biased there", async () => {
    const { gradient } = listed(1);
    const found = await measured("straight-through", {});
    expect(gradient.some((g, i) => Math.abs(found[i]!.mean - g) > 4.5 * found[i]!.error)).toBe(true);
  });

  test("the loss of one sample is drawn from the same law", async () => {
    const loss = (await sampleLoss(arrays(), inputs(20_000, random.key(1)), small).data()) as Float32Array;
    const mean = loss.reduce((a, b) => a + b, 0) / loss.length;
    const variance = loss.reduce((sum, v) => sum + (v - mean) ** 2, 0) / loss.length;
    expect(Math.abs(mean - listed(1).value)).toBeLessThan(4.5 * Math.sqrt(variance / loss.length));
  });
});

describe("runs", () => {
  test("learns; the bound of more samples is lower; a resumed run has the same bits", async () => {
    const c = config("straight-through-sigmoid", { variables: 20, epochs: 2, boundSamples: 20 });
    const { checkpoint, metrics, pictures } = await train(c);
    // An untrained network gives 392 ln 2 = 272 nats.
    expect(metrics["loss/test"]).toBeLessThan(140);
    expect(metrics["bound/test"]).toBeLessThan(metrics["loss/test"]!);
    expect(metrics["gradient/variance"]).toBeGreaterThan(0);
    const tile = pictures[0]!.tiles[3]!.pixels;
    const original = data.test.images.subarray(0, 784);
    for (let i = 0; i < 392; i++) expect(tile[i]).toBe(original[i]! > 127.5 ? 255 : 0);
    expect(Array.from(tile.subarray(392)).some((v) => v > 0 && v < 255)).toBe(true);
    const half = await train(c, 10);
    const again = await train(c, Number.POSITIVE_INFINITY, half.checkpoint);
    expect(again.checkpoint.tensors).toEqual(checkpoint.tensors);
    expect(again.metrics["bound/test"]).toBe(metrics["bound/test"]);
  });

  test.each([
    ["gumbel-softmax", { latents: "categorical", temperatureRate: 0.01 }],
    ["nvil", { latents: "categorical" }],
    ["straight-through-sigmoid", { slopeGrowth: 1.5, epochs: 2 }],
    ["muprop", { latents: "categorical" }],
  ])("%s with %j ends with finite numbers", async (id, settings) => {
    const { metrics } = await train(config(id, settings));
    for (const value of Object.values(metrics)) expect(Number.isFinite(value)).toBe(true);
  });

  test("the exported model completes: its upper half is the image's", async () => {
    const { checkpoint } = await train(config("reinmax"), 10);
    const { completer } = modelsOf(sbn, checkpoint.config, 1);
    const held = Object.fromEntries(
      Object.entries(parametersOf(checkpoint)).map(([n, t]) => [
        n,
        np.array(t.data, { shape: [...t.shape] }),
      ]),
    );
    const grey = np
      .array(Float32Array.from(data.test.images.subarray(0, 784), (v) => v / 255))
      .reshape([1, 784]);
    const { image: out } = completer!.fn(held, { image: grey, key: random.key(0) });
    const pixels = (await out!.data()) as Float32Array;
    expect(pixels).toHaveLength(784);
    expect(pixels[200]).toBe(data.test.images[200]! > 127.5 ? 1 : 0);
    expect(pixels.subarray(392).every((p) => p > 0 && p < 1)).toBe(true);
  });

  test("what can't be is refused in a sentence; every estimator of the kind is either taken or refused", () => {
    const of = (shape: { length: number } | { height: number; width: number }) =>
      datasetFromExamples("own", {
        shape,
        classes: ["a", "b"],
        images: Uint8Array.from({ length: 24 }, (_, i) => 9 * i),
        labels: Uint8Array.of(0, 0, 1, 1),
        count: 4,
      });
    const at = (id: string, settings: Settings = {}, dataset: Dataset = data) =>
      sbn.check(makeEstimator({ id, options: {} }), settingsOf(settings), dataset);
    expect(() => at("disarm", { latents: "categorical" })).toThrow(
      /does not support categorical units; use --latents bernoulli/,
    );
    expect(() => at("double-cv")).toThrow(/keeps state and differentiates/);
    expect(() => at("vimco")).toThrow(/rloo/);
    expect(() => at("exact", { variables: 8 })).toThrow(/times per step/);
    expect(() => at("reinmax", {}, of({ length: 6 }))).toThrow(/is a vector; use images/);
    expect(() => at("reinmax", {}, of({ height: 3, width: 2 }))).toThrow(/has 3 rows; use images/);
    const supported = catalogue.filter((e) => e.create().supports.includes("bernoulli"));
    const taken = supported.filter(({ id }) => {
      try {
        at(id);
        return true;
      } catch (error) {
        expect((error as Error).message).toMatch(/^sbn: .*\.$/);
        return false;
      }
    });
    expect(taken.length).toBeGreaterThan(20);
  });
});
