import { describe, expect, test } from "vitest";
import {
  type Backend,
  type Checkpoint,
  continual,
  gated,
  resolveSettings,
  type Settings,
  startRun,
} from "../../src/index.ts";
import { type Arrays32, compiled, data, expectClose, notices, onBoth, plain } from "./on-both.ts";

const everything = ["params.", "optimizer.", "run.", "estimator."];

describe("compiled steps are those of jax-js", () => {
  test.each([
    ["straight-through", {}],
    ["reinforce-minimum-variance", {}],
    ["noisy-rectifier", {}],
    ["hard-concrete", { rate: 0.5 }],
    ["soft-threshold-top-k", { network: "fast" }],
    ["straight-through", { network: "fast", block: 8 }],
  ] as const)("gated, %s %o", async (id, settings) => {
    const own = gated.recommended(id);
    const all = { ...own.settings, units: 64, gater: 12, block: 2, ...settings } as Settings;
    expectClose(await onBoth("gated", { id, options: own.options }, all, 3), 1e-3, everything);
    expect(notices).toEqual([]);
  });

  test.each(["binary", "float"])("binary, form %s", async (form) => {
    const small = { hidden: 32, form };
    expectClose(await onBoth("binary", "straight-through-sigmoid", small, 3), 1e-3, everything);
    expect(notices).toEqual([]);
  });

  test.each([
    ["straight-through-gumbel-softmax", {}],
    ["exact", { mode: "semi-supervised" }],
    ["reinmax", { mode: "unsupervised" }],
    ["rloo", { mode: "unsupervised", style: "binary" }],
  ])("generator, %s %o", async (id, settings) => {
    const small = { hidden: "12", styleSize: 3, priorLayers: 2, priorHidden: "8", asked: 10, ...settings };
    expectClose(await onBoth("generator", id, small, 3), 5e-3, everything);
    expect(notices).toEqual([]);
  });

  test.each(["hat", "ewc", "si", "rehearsal", "wsn"])("continual, %s, two tasks", async (method) => {
    const small = {
      method,
      tasks: 2,
      layers: "12-10",
      epochs: 1,
      batch: 30,
      fisher: 20,
      memory: 5,
    };
    const config = {
      experiment: "continual",
      estimator: { id: "straight-through-sigmoid", options: {} },
      data: "drawn",
      seed: 7,
      settings: resolveSettings(
        continual.options,
        { gateRate: 5, beside: "none", ...small } as Settings,
        data,
      ),
    };
    const run = async (backend: Backend): Promise<Arrays32> => {
      const running = await startRun(continual, config as never, data, backend);
      while (running.step < running.totalSteps) await running.advance();
      const { tensors }: Checkpoint = await running.checkpoint();
      running.dispose();
      return Object.fromEntries(Object.entries(tensors).map(([name, x]) => [name, x.data]));
    };
    expectClose([await run(compiled), await run(plain)], 5e-3, [""]);
    expect(notices).toEqual([]);
  });
});
