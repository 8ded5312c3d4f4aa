import { numpy as np, random } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import { runJax, runModel } from "../../../../test/onnx-harness.ts";
import { lower } from "../../../onnx/src/index.ts";
import {
  type Checkpoint,
  checkRuntimeFile,
  drawnDigits,
  gated,
  makeEstimator,
  modelsOf,
  parametersOf,
  type RunConfig,
  resolveSettings,
  runtimeFile,
  type Settings,
  startRun,
  useDevice,
} from "../../src/index.ts";
import { expectClose, notices, onBoth } from "../engine/on-both.ts";
import { gatedConfig } from "./gated-config.ts";
import "../setup.ts";

const backend = await useDevice("wasm");
const data = drawnDigits({ train: 600, test: 200 });
/** A hundred steps are few for the control that suits a training. */
const quick: Settings = { control: 1.05, strength: 0.01 };
const names = ["top-k", "expert-choice", "loss-free", "sparse-mixer", "relu"] as const;
const small: Settings = { units: 64, gater: 12, block: 8, epochs: 4, batch: 20, rate: 0.25 };

function configOf(router: (typeof names)[number], given: Settings = {}): RunConfig {
  const asked = resolveSettings(gated.options, { router }, data);
  const own = gated.recommended("straight-through", "drawn", asked);
  const settings = {
    ...own.settings,
    ...small,
    router,
    ...(router === "relu" && quick),
    ...given,
  } as Settings;
  return gatedConfig({ id: gated.estimator!(asked), options: {} }, settings, data);
}

async function train(config: RunConfig, stopAt = Number.POSITIVE_INFINITY, from?: Checkpoint) {
  const run = await startRun(gated, config, data, backend, from);
  const losses: number[] = [];
  while (run.step < Math.min(run.totalSteps, stopAt))
    for (const row of await run.advance()) losses.push(row.values["loss/epoch"] ?? Number.NaN);
  const checkpoint = await run.checkpoint();
  const { metrics } = run.summary();
  run.dispose();
  return { losses: losses.filter((v) => !Number.isNaN(v)), checkpoint, metrics };
}

describe("the gated network with a router", () => {
  test.each(names)(
    "%s learns at the rate, exports what it does, and resumes to the same bits",
    async (router) => {
      const config = configOf(router);
      const whole = await train(config);
      expect(whole.losses.at(-1)!).toBeLessThan(whole.losses[0]!);
      // Ten classes: 10 % is chance, with a standard error of 2 % on 200 test images.
      expect(whole.metrics["accuracy/test"]).toBeGreaterThan(0.18);
      // 2 of 8 for each image; the others hold it on average over images that are not the test's, relu by its control alone.
      const within = { "expert-choice": 0.05, relu: 0.1 }[router as string] ?? 1e-6;
      expect(Math.abs(whole.metrics["gate/rate"]! - 0.25)).toBeLessThan(within);
      expect(whole.metrics["gate/max-violation"]).toBeLessThan(3);

      const half = await train(config, 40);
      expect(half.checkpoint.step).toBeLessThan(whole.checkpoint.step);
      const resumed = await train(config, Number.POSITIVE_INFINITY, half.checkpoint);
      expect(resumed.checkpoint.tensors).toEqual(whole.checkpoint.tensors);
      expect(resumed.metrics).toEqual(whole.metrics);

      const { classifier } = modelsOf(gated, whole.checkpoint.config, 4);
      const params = Object.fromEntries(
        Object.entries(parametersOf(whole.checkpoint)).map(([name, { shape, data: values }]) => [
          name,
          np.array(values as Float32Array).reshape([...shape]),
        ]),
      );
      const image = (): np.Array => random.uniform(random.key(1), [5, 784]);
      const fn = (x: np.Array): np.Array[] => {
        const { scores, gates } = classifier!.fn(params, { image: x });
        return [scores!, gates!];
      };
      const [scores, gates] = await runModel(lower(fn as never, [image()]), [image()]);
      const [wanted, open] = runJax(fn as never, [image()]);
      // Sums of 784 products in another order.
      scores!.forEach((v, i) => {
        expect(Math.abs(v - wanted![i]!)).toBeLessThan(1e-4);
      });
      expect(gates!.map((v) => v !== 0)).toEqual(open!.map((v) => v !== 0));
    },
  );

  test.each(names)("%s: the compiled step is that of jax-js", async (router) => {
    const { settings } = configOf(router, { room: 0.5 });
    expectClose(await onBoth("gated", "straight-through", settings, 3), 1e-3, ["params.", "estimator."]);
    expect(notices).toEqual([]);
  });

  test("with room for all, a step that computes open blocks only is the masked one", async () => {
    const after = async (room: number): Promise<Checkpoint> =>
      (await train(configOf("top-k", { room, epochs: 1 }), 10)).checkpoint;
    const [masked, routed] = [await after(1), await after(0.99)];
    for (const [name, { data: wanted }] of Object.entries(masked.tensors))
      if (name.startsWith("params."))
        wanted.forEach((v, i) => {
          // Twenty-five steps of float32 sums in another order.
          expect(Math.abs(Number(routed.tensors[name]!.data[i]) - Number(v))).toBeLessThan(1e-3);
        });
  });

  test("relu, and top-k with one expert, run in the hard runtime", async () => {
    for (const config of [configOf("relu"), configOf("top-k", { rate: 0.1, balance: 1 })]) {
      const { checkpoint } = await train(config, 25);
      const parameters = parametersOf(checkpoint);
      const file = runtimeFile(gated, parameters, { settings: config.settings, data: "drawn" }, 1, {});
      const { largest, flipped } = await checkRuntimeFile(file, parameters, data.test, "auto");
      // Float32 sums of 784 terms in another order; a gate within rounding of the next may fall the other way.
      expect(largest).toBeLessThan(1e-5);
      expect(flipped).toBeLessThanOrEqual(1);
    }
    const { settings } = configOf("loss-free");
    const { checkpoint } = await train(configOf("loss-free"), 25);
    expect(() => runtimeFile(gated, parametersOf(checkpoint), { settings, data: "drawn" }, 1, {})).toThrow(
      "the runtime has no gates of --router loss-free; export --format onnx",
    );
  });
});

describe("settings", () => {
  const check =
    (router: (typeof names)[number], given: Settings, estimator = "straight-through") =>
    () =>
      gated.check(
        makeEstimator({ id: estimator, options: {} }),
        configOf(router, given).settings as never,
        data,
      );
  test("what can't work is refused in one sentence", () => {
    expect(check("top-k", {})).not.toThrow();
    expect(check("top-k", { network: "dense" })).toThrow("--network dense has none; use --network fast.");
    expect(check("top-k", { gate: "smooth" })).toThrow("leave out --gate smooth.");
    expect(check("top-k", {}, "rloo")).toThrow("without rloo; leave --estimator out.");
    expect(check("relu", { block: 64 })).toThrow("needs 2 experts or more, not 1");
    expect(check("loss-free", { units: 2000, block: 1 })).toThrow("compares all experts, and there are 2000");
    expect(check("sparse-mixer", { units: 64, block: 1, rate: 0.5 })).toThrow("--rate 0.5 of 64 are 32");
    expect(check("top-k", { block: 1, room: 0.5 })).toThrow("--room below 1 is for gates of blocks");
  });
  test("nothing is estimated, and a run says so", () => {
    const { settings } = configOf("relu");
    expect(gated.estimated(settings as never).parameters).toEqual([]);
    expect(gated.advice?.(settings as never, makeEstimator({ id: "straight-through", options: {} }))).toEqual(
      ["--router relu trains the gater through its own gates: nothing is estimated."],
    );
  });
});
