import { catalogue } from "hardgrad";
import { describe, expect, test } from "vitest";
import { totalVariance } from "../../src/engine/variance.ts";
import {
  type Checkpoint,
  classifier,
  drawnDigits,
  type RunConfig,
  resolveSettings,
  type Settings,
  startRun,
  useDevice,
} from "../../src/index.ts";

const backend = await useDevice("wasm");
const data = drawnDigits({ train: 600, test: 200 });
const defaults: Settings = resolveSettings(classifier.options, {}, data);

function config(id: string, settings: Settings = {}, options: { [name: string]: number } = {}): RunConfig {
  const all = {
    ...defaults,
    ...classifier.recommended(id).settings,
    epochs: 2,
    batch: 50,
    hidden: 30,
    ...settings,
  };
  return { experiment: "classifier", estimator: { id, options }, data: "drawn", seed: 3, settings: all };
}

async function train(c: RunConfig, stopAt = Number.POSITIVE_INFINITY, from?: Checkpoint) {
  const run = await startRun(classifier, c, data, backend, from);
  const losses: number[] = [];
  while (run.step < Math.min(run.totalSteps, stopAt))
    for (const row of await run.advance()) losses.push(row.values["loss/train"]!);
  const checkpoint = await run.checkpoint();
  const summary = run.summary();
  run.dispose();
  return { losses, checkpoint, summary };
}

describe("the classifier", () => {
  const runnable = catalogue.map(({ create }) => create()).filter((e) => e.supports.includes("bernoulli"));
  test.each(runnable.map((e) => [e.id, e.enumerates] as const))("learns with %s", async (id, enumerates) => {
    // REINFORCE, the noisiest, is at 0.18 to 0.29 after 6 epochs, by what the last bits were; at 0.3 to 0.47 after 15.
    const epochs = id === "reinforce" ? 15 : 6;
    const settings: Settings = enumerates ? { hidden: 6, epochs } : { epochs };
    const { losses, summary } = await train(config(id, settings));
    expect(losses.at(-1)!).toBeLessThan(losses[0]!);
    // Ten classes: 10 % is chance, with a standard error of 2 % on 200 test images.
    expect(summary.metrics["accuracy/test"]).toBeGreaterThan(0.2);
    // Two estimators have none: they draw nothing. The others: 0.008 (Rao-Blackwell) to 12 (REINFORCE), for weights that start alike.
    const variance = summary.metrics["gradient/variance"]!;
    if (["exact", "straight-through-argmax", "mean-field"].includes(id)) expect(variance).toBe(0);
    else expect(variance).toBeGreaterThan(0.002);
    expect(variance).toBeLessThan(100);
  });
  test("deterministic units, tanh units, hard-sigmoid probabilities, Adam, slope and temperature annealing", async () => {
    const cases: [string, Settings][] = [
      ["straight-through", { mode: "deterministic", learningRate: 0.02 }],
      ["straight-through", { unit: "tanh" }],
      ["straight-through", { unit: "linear", learningRate: 0.01 }],
      ["straight-through-hard-sigmoid", { probability: "hard-sigmoid" }],
      ["reinmax", { optimizer: "adam", learningRate: 0.01 }],
      ["straight-through-sigmoid", { slopeGrowth: 1.1 }],
      ["gumbel-softmax", { temperatureRate: 0.01 }],
    ];
    for (const [id, settings] of cases) {
      const { losses } = await train(config(id, { epochs: 4, ...settings }));
      expect(losses.at(-1)!, `${id} ${JSON.stringify(settings)}`).toBeLessThan(losses[0]!);
    }
  });
  test("what can't work is refused", async () => {
    await expect(
      startRun(classifier, config("rloo", { mode: "deterministic" }), data, backend),
    ).rejects.toThrow(/learns from samples/);
    await expect(startRun(classifier, config("exact"), data, backend)).rejects.toThrow(/enumerates 2\^30/);
    await expect(startRun(classifier, config("rloo", { batch: 5000 }), data, backend)).rejects.toThrow(
      /more than the 600/,
    );
    await expect(
      startRun(classifier, config("rloo", { probability: "hard-sigmoid" }), data, backend),
    ).rejects.toThrow(/needs a straight-through/);
    await expect(startRun(classifier, config("nonsense"), data, backend)).rejects.toThrow(/unknown/);
  });
  test("a loss that explodes is an error, not a NaN", async () => {
    await expect(
      train(config("straight-through", { learningRate: 10, unit: "linear", momentum: 0.999, epochs: 4 })),
    ).rejects.toThrow(/the loss became/);
  });
});

describe("resuming", () => {
  test.each(["straight-through", "reinforce-minimum-variance", "gumbel-softmax"])(
    "%s: the same bits as without a stop",
    async (id) => {
      const c = config(id, {
        epochs: 3,
        ...(id === "gumbel-softmax" ? { temperatureRate: 0.01, optimizer: "adam", learningRate: 0.01 } : {}),
      });
      const whole = await train(c);
      const half = await train(c, 12);
      expect(half.checkpoint.step).toBe(12);
      const resumed = await train(c, Number.POSITIVE_INFINITY, half.checkpoint);
      expect(resumed.checkpoint).toEqual(whole.checkpoint);
    },
  );
  test("a checkpoint of another run is refused", async () => {
    const { checkpoint } = await train(config("straight-through"), 1);
    await expect(startRun(classifier, config("reinmax"), data, backend, checkpoint)).rejects.toThrow(
      /belongs to another run/,
    );
    const damaged = {
      ...checkpoint,
      tensors: { ...checkpoint.tensors, "params.w1": { shape: [1], data: new Float32Array(1) } },
    };
    await expect(startRun(classifier, config("straight-through"), data, backend, damaged)).rejects.toThrow(
      /params.w1 has shape \[1\]/,
    );
  });
});

test("total variance: the sum of unbiased sample variances", async () => {
  const draws = [
    [1, 0],
    [3, 0],
    [5, 6],
  ]; // variances 4 and 12
  expect(await totalVariance(async (i) => [draws[i]!], 3)).toBeCloseTo(16);
});
