import { describe, expect, test } from "vitest";
import {
  drawnDigits,
  gated,
  type HostArray,
  makeEstimator,
  type RunConfig,
  resolveSettings,
  type Settings,
  startRun,
  trainingStep,
  useDevice,
} from "../../src/index.ts";
import { gatedConfig } from "./gated-config.ts";

const backend = await useDevice("wasm");
const data = drawnDigits({ train: 400, test: 100 });

function config(id: string, settings: Settings): RunConfig {
  // With less noise, some gate opens for all examples, more than there is room for.
  const options = { ...gated.recommended(id).options, ...(id === "noisy-rectifier" ? { scale: 1 } : {}) };
  const small = { network: "fast", units: 96, gater: 12, block: 8, epochs: 1, batch: 20, rate: 0.25 };
  const asked = { ...gated.recommended(id).settings, ...small, ...settings } as Settings;
  return gatedConfig({ id, options }, asked, data);
}

async function afterSteps(c: RunConfig, steps: number): Promise<{ [name: string]: HostArray }> {
  const { initial, step, inputs } = await trainingStep(gated, c, data);
  const resident = backend.put(initial);
  const compiled = backend.update(step);
  for (let i = 0; i < steps; i++) await compiled(resident, inputs(i));
  const arrays = await resident.read();
  resident.dispose();
  return arrays;
}

describe("a routed step is the masked one", () => {
  for (const id of [
    "reinforce-minimum-variance",
    "noisy-rectifier",
    "stochastic-times-smooth",
    "hard-concrete",
  ])
    test(id, async () => {
      // 19 of 20: routed, and with room for every gate that opens but in the rarest of batches.
      const masked = await afterSteps(config(id, { room: 1 }), 3);
      const routed = await afterSteps(config(id, { room: 0.95 }), 3);
      const fresh = await afterSteps(config(id, { room: 1 }), 0);
      for (const [name, { data: wanted }] of Object.entries(masked)) {
        const given = routed[name]!.data;
        // Three steps of float32 sums in another order; a wrong gradient would differ by the steps themselves.
        let moved = 0;
        for (let i = 0; i < wanted.length; i++) {
          expect(Math.abs(given[i]! - wanted[i]!), `${name}[${i}]`).toBeLessThan(2e-5);
          moved = Math.max(moved, Math.abs(wanted[i]! - fresh[name]!.data[i]!));
        }
        if (name === "params.experts" || name === "params.gater2") expect(moved).toBeGreaterThan(2e-4);
      }
    });
});

test("a routed run trains, and says how many open gates found no room", async () => {
  const run = await startRun(gated, config("noisy-rectifier", { room: 0.5, epochs: 3 }), data, backend);
  while (run.step < run.totalSteps) await run.advance();
  const { metrics } = run.summary();
  run.dispose();
  // Ten classes: 10 % is chance, with a standard error of 3 % on 100 images; measured 53 %.
  expect(metrics["accuracy/test"]).toBeGreaterThan(0.3);
  // Half of the room that would always do: some gates find none (measured 0.22), and most do.
  expect(metrics["gate/left-out"]).toBeGreaterThan(0.05);
  expect(metrics["gate/left-out"]).toBeLessThan(0.5);
});

test("estimators that need closed blocks, and gates of single units, are refused in one sentence", () => {
  const refused = (id: string, settings: Settings, sentence: string): void => {
    const c = config(id, settings);
    const own = resolveSettings(gated.options, c.settings, data);
    expect(() => gated.check(makeEstimator(c.estimator), own, data)).toThrow(sentence);
  };
  refused("straight-through", { room: 0.5 }, "straight-through with --gate binary needs closed ones too");
  refused("rloo", { room: 0.5 }, "rloo with --gate binary needs closed ones too");
  refused("noisy-rectifier", { room: 0.5, block: 1 }, "--room below 1 is for gates of blocks");
});
