import "../setup.ts";
import { numpy as np } from "@jax-js/jax";
import { codebookUse, moveCodebook } from "hardgrad";
import { describe, expect, test } from "vitest";
import { followed } from "../../src/experiments/vae/codebook.ts";
import { type RunConfig, type Settings, startRun, trainingStep, vae } from "../../src/index.ts";
import { backend, data, settingsOf, train } from "./tiny-vae.ts";

/** The autoencoder with latents that are codes. */

const tiny: Settings = { variables: 3, hidden: "16", batch: 20, epochs: 4, learningRate: 3e-3, dimensions: 4, codes: 16, levels: "3-4", bits: 4 }; // biome-ignore format: one thought

function config(given: Settings, id = "straight-through"): RunConfig {
  const estimator = { id, options: {} };
  return {
    experiment: "vae",
    estimator,
    data: "drawn",
    seed: 5,
    settings: settingsOf({ ...tiny, ...given }),
  };
}

const ways: [string, Settings, number][] = [
  ["fsq", { latents: "fsq" }, 12],
  ["lfq", { latents: "lfq" }, 16],
  ["lfq, not spherical", { latents: "lfq", spherical: false, entropyWeight: 0 }, 16],
  ["straight-through", { latents: "vq", optimizer: "adamw" }, 16],
  ["moving average", { latents: "vq", codebookUpdate: "moving-average", optimizer: "adamw", decay: 0.9 }, 16],
  ["rotation", { latents: "vq", method: "rotation", deadBelow: 0 }, 16],
  ["diveq", { latents: "vq", method: "diveq" }, 16],
  ["simvq", { latents: "vq", method: "simvq", optimizer: "adamw" }, 16],
];

describe("training", () => {
  test.each(ways)("%s: the loss falls, and what is said of the codes is right", async (_, given, codes) => {
    const { losses, metrics, pictures } = await train(config(given));
    expect(losses.at(-1)!).toBeLessThan(losses[0]! - 20);
    expect(metrics["kl/test"]!).toBeCloseTo(3 * Math.log(codes), 6);
    expect(metrics["reconstruction/test"]!).toBeCloseTo(metrics["loss/test"]! - metrics["kl/test"]!, 6);
    // The mean image alone gives about 300 nats of the 784 log 2.
    expect(metrics["reconstruction/test"]!).toBeLessThan(300);
    expect(metrics["error/test"]!).toBeGreaterThan(0.01);
    expect(metrics["error/test"]!).toBeLessThan(0.2);
    const used = Math.round(metrics["codes/used"]! * codes);
    expect(used).toBeGreaterThan(1);
    expect(metrics["codes/perplexity"]!).toBeGreaterThan(1);
    expect(metrics["codes/perplexity"]!).toBeLessThan(used + 1e-9);
    expect(pictures.map((p) => p.name)).toEqual(["reconstructions", "samples"]);
  });
  test.each(ways.slice(3, 5))("%s: going on gives the same bits as not stopping", async (_, given) => {
    const c = config({ ...given, epochs: 5 });
    const whole = await train(c);
    const half = await train(c, 100);
    expect(half.checkpoint.step).toBe(100);
    const text = JSON.stringify(half.checkpoint, (__, v) => (v instanceof Float32Array ? { floats: Array.from(v) } : v)); // biome-ignore format: one thought
    const saved = JSON.parse(text, (__, v) => (v?.floats ? Float32Array.from(v.floats) : v));
    const resumed = await train(c, Number.POSITIVE_INFINITY, saved);
    expect(resumed.checkpoint).toEqual(whole.checkpoint);
  });
});

describe("the codebook", () => {
  const after = async (given: Settings) => {
    const { initial, step, inputs } = await trainingStep(vae, config(given), data);
    const resident = backend.put(initial);
    await backend.update(step)(resident, inputs(0));
    const end = await resident.read();
    resident.dispose();
    return { initial, end };
  };
  test("SimVQ's frozen codes stay, and its weights learn", async () => {
    const { initial, end } = await after({ latents: "vq", method: "simvq", optimizer: "adamw", weightDecay: 0.5 }); // biome-ignore format: one thought
    expect(end["params.codebook.frozen"]!.data).toEqual(initial["params.codebook.frozen"]!.data);
    expect(end["params.codebook.weights"]!.data).not.toEqual(initial["params.codebook.weights"]!.data);
  });
  test("with a decay of 0 a moving average is the mean of its vectors, whatever the optimizer does", async () => {
    const given = {
      latents: "vq",
      codebookUpdate: "moving-average",
      decay: 0,
      deadBelow: 0,
      weightDecay: 0.9,
    };
    const { end } = await after({ ...given, optimizer: "adamw" });
    const count = Array.from(end["params.codebook.count"]!.data, Number);
    expect(count.reduce((a, b) => a + b, 0)).toBe(60);
    expect(codebookUse(count).share).toBeGreaterThan(2 / 16);
    const [sum, vectors] = [end["params.codebook.sum"]!.data, end["params.codebook.vectors"]!.data];
    for (const [code, n] of count.entries())
      for (let d = 0; d < 4 && n > 0; d++)
        expect(vectors[code * 4 + d]!).toBeCloseTo(sum[code * 4 + d]! / n, 4);
  });
  test("a step's end: counts move, then dead codes become vectors of the batch", () => {
    const settings = settingsOf({ latents: "vq", codes: 3, dimensions: 2, decay: 0.5, deadBelow: 0.6 });
    const vectors = np.array([[[0, 1], [0, 1]], [[0, 1], [2, 3]]]); // biome-ignore format: two examples
    const seen = { vectors, indices: np.array([[1, 1], [1, 0]], { dtype: np.int32 }), key: np.array([1, 2], { dtype: np.uint32 }) }; // biome-ignore format: one thought
    const params = {
      "encoder.w1": np.ones([1]),
      "codebook.vectors": np.array([[9, 9], [8, 8], [7, 7]]), // biome-ignore format: a matrix
      "codebook.count": np.ones([3]),
    };
    const next = followed(params, seen, settings as never);
    // Equal use is 4/3 vectors a code, and less than 0.6 of that, 0.8, is dead: the third, at 0.5.
    expect(next["codebook.count"]!.js()).toEqual([1, 2, Math.fround(0.8)]);
    const rows = next["codebook.vectors"]!.js() as number[][];
    expect(rows.slice(0, 2)).toEqual([[9, 9], [8, 8]]); // biome-ignore format: a matrix
    expect(["0,1", "2,3"]).toContain(String(rows[2]));
    expect(next["encoder.w1"]!.js()).toEqual([1]);
  });
  test("a moving average is that of the library", () => {
    const settings = settingsOf({ latents: "vq", codes: 3, dimensions: 2, decay: 0.5, deadBelow: 0, codebookUpdate: "moving-average" }); // biome-ignore format: one thought
    const codebook = (): np.Array => np.array([[9, 9], [8, 8], [7, 7]]); // biome-ignore format: a matrix
    const vectors = (): np.Array => np.array([[[0, 1], [0, 1]], [[0, 1], [2, 3]]]); // biome-ignore format: two examples
    const indices = (): np.Array => np.array([[1, 1], [1, 0]], { dtype: np.int32 }); // biome-ignore format: a matrix
    const state = { codebook: codebook(), count: np.ones([3]), sum: codebook() };
    const expected = moveCodebook(state, vectors(), indices(), { decay: 0.5 });
    const params = {
      "codebook.vectors": codebook(),
      "codebook.count": np.ones([3]),
      "codebook.sum": codebook(),
    };
    const key = np.array([1, 2], { dtype: np.uint32 });
    const next = followed(params, { vectors: vectors(), indices: indices(), key }, settings as never);
    expect(next["codebook.vectors"]!.js()).toEqual(expected.codebook.js());
    expect(next["codebook.sum"]!.js()).toEqual(expected.sum.js());
  });
});

test.each<[RegExp, Settings, string?]>([
  [/^vae: --latents vq chooses codes without chance, .* nothing to do; leave it out/, { latents: "vq" }, "rloo"],
  [/^vae: --embedding learned is for random variables/, { latents: "fsq", embedding: "learned" }],
  [/^vae: --latents lfq has no temperature to anneal/, { latents: "lfq", temperatureEnd: 2 }],
  [/^vae: --levels 2-3 must be numbers of levels from 3/, { latents: "fsq", levels: "2-3" }],
  [/^vae: --levels none must be/, { latents: "fsq", levels: "none" }],
  [/^vae: --levels 300-300 make 90000 codes, more than 65536/, { latents: "fsq", levels: "300-300" }],
  [/^vae: --method rotation needs --dimensions 2 or more/, { latents: "vq", method: "rotation", dimensions: 1 }],
  [/^vae: the codebook of --method diveq learns by its gradient/, { latents: "vq", method: "diveq", codebookUpdate: "moving-average" }],
  [/^vae: --method simvq has no codewords of its own to replace/, { latents: "vq", method: "simvq", deadBelow: 0.1 }],
])("refused: %s", async (message, given, id) => {
  await expect(startRun(vae, config(given, id), data, backend)).rejects.toThrow(message);
}); // biome-ignore format: a table
