import "../setup.ts";
import { numpy as np, random } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import { inUse } from "../../src/experiments/gated/averages.ts";
import { visiblePixels } from "../../src/experiments/gated/losses.ts";
import {
  drawnDigits,
  gated,
  modelsOf,
  parametersOf,
  type RunConfig,
  type Settings,
  startRun,
  trainingStep,
  useDevice,
} from "../../src/index.ts";
import { gatedConfig } from "./gated-config.ts";

const backend = await useDevice("wasm");
const data = drawnDigits({ train: 240, test: 100 });

function config(settings: Settings = {}): RunConfig {
  const small = { units: 32, gater: 8, block: 8, epochs: 2, batch: 20, learningRate: 0.3 };
  return gatedConfig({ id: "straight-through", options: {} }, { ...small, ...settings }, data);
}

async function trained(c: RunConfig) {
  const run = await startRun(gated, c, data, backend);
  while (run.step < run.totalSteps) await run.advance();
  const checkpoint = await run.checkpoint();
  const { metrics } = run.summary();
  run.dispose();
  return { checkpoint, metrics };
}

describe("moving averages of the weights", () => {
  test("follow decay average + (1 - decay) weight, step by step, from the first weights on", async () => {
    const { initial, step, inputs } = await trainingStep(gated, config({ averaging: 0.8 }), data);
    const resident = backend.put(initial);
    const run = backend.update(step);
    const names = ["params.output", "params.average.output", "params.gater2", "params.average.gater2"];
    const first = await resident.read(names);
    let expected = [first["params.output"]!.data, first["params.gater2"]!.data].map((x) => Array.from(x));
    for (let i = 0; i < 3; i++) {
      await run(resident, inputs(i));
      const now = await resident.read(names);
      expected = ["output", "gater2"].map((name, j) =>
        expected[j]!.map((average, n) => 0.8 * average + 0.2 * now[`params.${name}`]!.data[n]!),
      );
      // Float32: three roundings of numbers below 1.
      for (const [j, name] of ["output", "gater2"].entries())
        for (const [n, value] of expected[j]!.entries())
          expect(Math.abs(now[`params.average.${name}`]!.data[n]! - value)).toBeLessThan(3e-7);
    }
    expect(Array.from(first["params.average.output"]!.data)).toEqual(
      Array.from(first["params.output"]!.data),
    );
    expect(Object.keys(initial)).not.toContain("params.average.threshold");
    resident.dispose();
  });

  test("do not change what is trained, and are what is measured, exported and run", async () => {
    const plain = await trained(config());
    const { checkpoint, metrics } = await trained(config({ averaging: 0.9 }));
    for (const name of ["experts", "gater1", "output"])
      expect(checkpoint.tensors[`params.${name}`]).toEqual(plain.checkpoint.tensors[`params.${name}`]);
    const params = parametersOf(checkpoint);
    expect(params["average.output"]).not.toEqual(params.output);
    const scoresOf = async (tensors: typeof params) => {
      const held = Object.fromEntries(
        Object.entries(tensors).map(([name, t]) => [name, np.array(t.data, { shape: [...t.shape] })]),
      );
      const { classifier } = modelsOf(gated, checkpoint.config, 2);
      const grey = Float32Array.from(data.test.images, (v) => v / 255);
      const out = classifier!.fn(held, { image: np.array(grey).reshape([data.test.count, 784]) });
      return Array.from((await out.probabilities!.data()) as Float32Array);
    };
    const used = await scoresOf(params);
    expect(used).toEqual(await scoresOf(inUse(params)));
    const { threshold: _, ...rest } = params;
    const without = Object.fromEntries(Object.entries(rest).filter(([name]) => !name.startsWith("average.")));
    expect(used).not.toEqual(await scoresOf({ ...without, threshold: params.threshold! }));
    const right = Array.from(data.test.labels).filter((label, n) => {
      const row = used.slice(10 * n, 10 * n + 10);
      return row.indexOf(Math.max(...row)) === label;
    });
    expect(metrics["accuracy/test"]).toBeCloseTo(right.length / data.test.count, 6);
    const { network } = gated.runtime!(params, checkpoint.config.settings as never, data, 2);
    const weights = network.layers.flatMap((layer) => ("weight" in layer ? [layer.weight] : []));
    expect(weights).toContain(params["average.gater1"]!.data);
    expect(weights).not.toContain(params.gater1!.data);
  });
});

describe("dropout on the pixels", () => {
  const settings = (inputDropout: number) => config({ inputDropout }).settings as never;
  test("hides its share and scales the rest; none draws nothing", async () => {
    const count = 40_000;
    const { x, key } = visiblePixels(np.ones([1, count]), random.key(1), settings(0.3));
    const values = (await x.data()) as Float32Array;
    const hidden = values.filter((v) => v === 0).length;
    expect(Math.abs(hidden / count - 0.3)).toBeLessThan(4.5 * Math.sqrt(0.21 / count));
    for (const v of values) expect(v === 0 || Math.abs(v - 1 / 0.7) < 1e-6).toBe(true);
    expect(await key.data()).not.toEqual(await random.key(1).data());
    const [same, given] = [np.ones([1, 3]), random.key(1)];
    const untouched = visiblePixels(same, given, settings(0));
    expect([untouched.x === same, untouched.key === given]).toEqual([true, true]);
  });

  test("trains, and does not touch what is measured", async () => {
    const { metrics } = await trained(config({ inputDropout: 0.2, averaging: 0.9 }));
    for (const value of Object.values(metrics)) expect(Number.isFinite(value)).toBe(true);
    expect(metrics["loss/epoch"]).not.toBe((await trained(config())).metrics["loss/epoch"]);
  });
});
