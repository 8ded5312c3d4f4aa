import "../setup.ts";
import { numpy as np } from "@jax-js/jax";
import { catalogue } from "hardgrad";
import { describe, expect, test } from "vitest";
import { divergence } from "../../src/experiments/vae/losses.ts";
import { decode } from "../../src/experiments/vae/network.ts";
import {
  type Checkpoint,
  type RunConfig,
  type Settings,
  type Split,
  startRun,
  trainingStep,
  vae,
} from "../../src/index.ts";
import { backend, data, settingsOf, train } from "./tiny-vae.ts";

const defaults = settingsOf({});

const tiny: Settings = { variables: 2, categories: 3, hidden: "8", batch: 20, epochs: 1, learningRate: 3e-3 };

function config(id: string, settings: Settings = {}, options: Settings = {}): RunConfig<typeof defaults> {
  const all = settingsOf({ ...tiny, ...settings });
  return { experiment: "vae", estimator: { id, options }, data: "drawn", seed: 5, settings: all };
}

const sum = (values: Iterable<number>): number => [...values].reduce((a, b) => a + b, 0);

describe("the divergence from the prior", () => {
  // Logits up to +-60: probabilities that float32 has no room for beside 1.
  const logits = [
    [0.3, -1.2, 2.5],
    [0, 0, 0],
    [60, -60, 0],
  ];
  test("categorical: the sum over all states of the joint posterior, in float64", () => {
    const settings = { ...defaults, variables: 3, categories: 3 };
    const log = logits.map((row) => {
      const top = Math.max(...row);
      const norm = top + Math.log(sum(row.map((a) => Math.exp(a - top))));
      return row.map((a) => a - norm);
    });
    let expected = 0;
    for (let s = 0; s < 27; s++) {
      const logQ = log[0]![s % 3]! + log[1]![Math.floor(s / 3) % 3]! + log[2]![Math.floor(s / 9)]!;
      expected += Math.exp(logQ) * (logQ + 3 * Math.log(3));
    }
    const terms = divergence(np.array([logits]), settings).dataSync();
    expect(sum(terms)).toBeCloseTo(expected, 5);
    expect(terms[1]).toBeCloseTo(0, 6);
  });
  test("Bernoulli: the same", () => {
    const a = [0.3, -1.2, 2.5, 0, 60];
    const expected = a.map((x) => {
      const p = 1 / (1 + Math.exp(-x));
      return Math.LN2 + p * Math.log(p) + (p < 1 ? (1 - p) * Math.log(1 - p) : 0);
    });
    const terms = divergence(np.array([a]), { ...defaults, latents: "bernoulli" }).dataSync();
    for (const [i, value] of expected.entries()) expect(terms[i]).toBeCloseTo(value, 5);
  });
});

describe("the importance-weighted bound", () => {
  test("falls with the number of samples, from the mean of -ELBO to -log p(x) by enumeration", async () => {
    // Not trained: the posterior then has mass on every state, and 200 samples see all that matter.
    const untrained = { learningRate: 1e-7, initial: "glorot" };
    const at = async (samples: number) => train(config("reinmax", { boundSamples: samples, ...untrained }));
    const { checkpoint, summary } = await at(1);
    const exact = enumerated(checkpoint, config("reinmax").settings);
    const bounds = [
      summary.metrics["bound/test"]!,
      (await at(8)).summary.metrics["bound/test"]!,
      (await at(200)).summary.metrics["bound/test"]!,
    ];
    // One sample of the weight is one sample of -ELBO: the same mean. Its spread over 200 images is about 0.1 nats.
    expect(Math.abs(bounds[0]! - summary.metrics["loss/test"]!)).toBeLessThan(0.5);
    expect(bounds[0]!).toBeGreaterThan(bounds[1]!);
    expect(bounds[1]!).toBeGreaterThan(bounds[2]!);
    expect(bounds[0]! - exact).toBeGreaterThan(0.2);
    // The gap is half the variance of the mean weight, relative to its square: of the order of 1/200 times a few.
    expect(Math.abs(bounds[2]! - exact)).toBeLessThan(0.05);
  });
});

test("VIMCO trains the bound: with many samples its loss is -log p(x)", async () => {
  const untrained = { learningRate: 1e-7, initial: "glorot" };
  const c = config("vimco", untrained, { samples: 200 });
  const { checkpoint, summary } = await train(c);
  // The epoch's steps see each training image once; the tolerance is that of the bound above.
  const exact = enumerated(checkpoint, c.settings, data.train);
  expect(Math.abs(summary.metrics["loss/epoch"]! - exact)).toBeLessThan(0.05);
});

/** `-log p(x)`, mean over the images, from the decoder's output at each of the 9 states. */
function enumerated({ tensors }: Checkpoint, settings: typeof defaults, split: Split = data.test): number {
  const params = Object.fromEntries(
    Object.entries(tensors)
      .filter(([name]) => name.startsWith("params."))
      .map(([name, { data: values, shape }]) => [
        name.slice("params.".length),
        np.array(values, { shape: [...shape] }),
      ]),
  );
  const states = Array.from({ length: 9 }, (_, s) =>
    [s % 3, Math.floor(s / 3)].map((on) => [0, 1, 2].map((c) => (c === on ? 1 : 0))),
  );
  const logits = decode(params, np.array(states), settings).dataSync();
  let total = 0;
  for (let n = 0; n < split.count; n++) {
    const log = states.map((_, s) => {
      let value = -Math.log(9);
      for (let i = 0; i < 784; i++) {
        const a = logits[s * 784 + i]!;
        const x = split.images[n * 784 + i]! / 255;
        value += x * a - Math.max(a, 0) - Math.log1p(Math.exp(-Math.abs(a)));
      }
      return value;
    });
    const top = Math.max(...log);
    total -= top + Math.log(sum(log.map((w) => Math.exp(w - top))));
  }
  return total / split.count;
}

describe("training", () => {
  test("learns to describe drawn digits, and says what it learned", async () => {
    const { losses, summary, pictures } = await train(
      config("reinmax", { variables: 4, categories: 8, hidden: "64-32", epochs: 8, boundSamples: 4 }),
    );
    // 784 pixels at one half each are 543 nats; the mean image alone gives about 300.
    expect(losses[0]!).toBeGreaterThan(300);
    expect(losses.at(-1)!).toBeLessThan(280);
    const { metrics, bests } = summary;
    expect(summary.headline).toBe("loss/test");
    expect(metrics["loss/test"]!).toBeLessThan(280);
    expect(metrics["loss/test"]! - metrics["kl/test"]!).toBeCloseTo(metrics["reconstruction/test"]!, 6);
    // All four variables carry something, at most log 8 each; measured 2.1 nats, and a variance of 18.
    expect(metrics["latents/active"]!).toBe(4);
    expect(metrics["kl/test"]!).toBeGreaterThan(1);
    expect(metrics["kl/test"]!).toBeLessThan(4 * Math.log(8));
    expect(metrics["gradient/variance"]!).toBeGreaterThan(1);
    expect(metrics["gradient/variance"]!).toBeLessThan(300);
    expect(bests["loss/test"]!.value).toBeLessThanOrEqual(metrics["loss/test"]!);
    expect(pictures.map((p) => [p.name, p.tiles.length])).toEqual([
      ["reconstructions", 12],
      ["samples", 12],
    ]);
    // The first row of a sheet is the images, the second what comes back: close to them, and not the same.
    const [image, back] = [pictures[0]!.tiles[0]!.pixels, pictures[0]!.tiles[6]!.pixels];
    const ink = sum(image);
    const shared = sum(image.map((v, i) => Math.min(v, back[i]!)));
    expect(image).toEqual(data.test.images.slice(0, 784));
    expect(shared / ink).toBeGreaterThan(0.25);
    expect(back).not.toEqual(image);
  });
  test.each<[string, Settings]>([
    ["straight-through-gumbel-softmax", { temperatureRate: 0.01, embedding: "learned" }],
    ["mve", { temperatureEnd: 1e4, embedding: "integer" }],
    ["gumbel-rao", { binarize: "dynamic", activation: "leaky-relu" }],
    ["zgr", { latents: "bernoulli", binarize: "threshold", hidden: "none", initial: "glorot" }],
    ["rloo", { latents: "bernoulli", embedding: "integer", activation: "tanh", optimizer: "radam" }],
    ["reinmax", { optimizer: "sgd", learningRate: 1e-3, schedule: "cosine", warmUp: 0.5 }],
  ])("%s with %j: the loss falls", async (id, settings) => {
    const { losses } = await train(config(id, { epochs: 4, boundSamples: 0, ...settings }));
    expect(losses.at(-1)!).toBeLessThan(losses[0]! - 3);
  });
  test("output biases of the mean image: the first loss is that of the mean image", async () => {
    const first = async (outputBias: string) => (await train(config("zgr", { outputBias }), 1)).losses[0]!;
    // The mean over the first 30 steps; without them it begins at 784 log 2 = 543.
    expect(await first("initial")).toBeGreaterThan(300);
    expect(await first("mean")).toBeLessThan(260);
  });
  test("the estimated gradient is the encoder's alone: the decoder's is that of any network", async () => {
    // Same key, same sample: a path estimator and one that sees values only differ in the encoder alone.
    const step = async (id: string) => {
      const { initial, step: fn, inputs } = await trainingStep(vae, config(id, { optimizer: "sgd" }), data);
      const resident = backend.put(initial);
      await backend.update(fn)(resident, inputs(0));
      const after = await resident.read(["params.decoder.w1", "params.encoder.w1"]);
      resident.dispose();
      return after;
    };
    const [a, b] = [await step("straight-through-sigmoid"), await step("reinforce")];
    const gap = (name: string): number =>
      Math.max(...Array.from(a[name]!.data, (v, i) => Math.abs(v - b[name]!.data[i]!)));
    expect(gap("params.decoder.w1")).toBeLessThan(1e-6);
    expect(gap("params.encoder.w1")).toBeGreaterThan(1e-4);
  });
});

describe("every estimator does a step, and its numbers are finite", () => {
  const all = catalogue.map(({ create }) => create());
  const cases = (["categorical", "bernoulli"] as const).flatMap((kind) =>
    all.filter((e) => e.supports.includes(kind)).map((e) => [e.id, kind] as const),
  );
  test.each(cases)("%s, %s", async (id, kind) => {
    const small = { latents: kind, variables: 2, categories: 3, hidden: "4", batch: 3 };
    const { initial, step, inputs } = await trainingStep(vae, config(id, small), data);
    const resident = backend.put(initial);
    await backend.update(step)(resident, inputs(0));
    const after = await resident.read();
    resident.dispose();
    for (const [name, { data: values }] of Object.entries(after))
      expect(values.every(Number.isFinite), name).toBe(true);
    expect(after["params.encoder.w1"]!.data).not.toEqual(initial["params.encoder.w1"]!.data);
    // Near 784 log 2 at the start, give or take the first weights.
    expect(after["run.total"]!.data[0]!).toBeGreaterThan(300);
    expect(after["run.total"]!.data[0]!).toBeLessThan(700);
  });
});

describe("stopping and refusing", () => {
  test.each<[string, Settings]>([
    ["reinmax", { temperatureEnd: 2, optimizer: "radam", schedule: "cosine", warmUp: 1 }],
    ["relax", { binarize: "dynamic", optimizer: "adamw" }],
  ])("%s: going on gives the same bits as not stopping", async (id, settings) => {
    const c = config(id, { batch: 5, boundSamples: 1, ...settings });
    const whole = await train(c);
    const half = await train(c, 100);
    expect(half.checkpoint.step).toBe(100);
    const resumed = await train(c, Number.POSITIVE_INFINITY, JSON.parse(serialised(half.checkpoint), revive));
    expect(resumed.checkpoint).toEqual(whole.checkpoint);
  });
  test("what can't work is refused with the way out", async () => {
    const start = (id: string, settings: Settings = {}) => startRun(vae, config(id, settings), data, backend);
    await expect(start("arm")).rejects.toThrow(
      /arm does not support categorical latents; use --latents bernoulli/,
    );
    await expect(start("mve", { latents: "bernoulli" })).rejects.toThrow(/use --latents categorical/);
    await expect(start("exact", { variables: 4, categories: 8, batch: 100 })).rejects.toThrow(
      /evaluates 409600 latent states per step/,
    );
    await expect(start("rloo", { temperatureEnd: 2 })).rejects.toThrow(/no temperature to anneal/);
    await expect(start("reinmax", { temperatureEnd: 2, temperatureRate: 1e-3 })).rejects.toThrow(
      /one of them/,
    );
    await expect(start("zgr", { latents: "bernoulli", embedding: "learned" })).rejects.toThrow(
      /categorical latents/,
    );
    const { checkpoint } = await train(config("reinmax"), 1);
    await expect(startRun(vae, config("zgr"), data, backend, checkpoint)).rejects.toThrow(
      /belongs to another run/,
    );
  });
});

/** Through JSON, as a checkpoint on disk is: nothing of the first run may live on in memory. */
const serialised = (checkpoint: Checkpoint): string =>
  JSON.stringify(checkpoint, (_, v) => (v instanceof Float32Array ? { floats: Array.from(v) } : v));
const revive = (_: string, v: { floats?: number[] } | null): unknown =>
  v?.floats ? Float32Array.from(v.floats) : v;
