import { catalogue, type Estimator } from "hardgrad";
import { describe, expect, test } from "vitest";
import { expectClose, notices, onBoth } from "./on-both.ts";

describe("a compiled step is the step of jax-js", () => {
  const all = catalogue.map(({ create }) => create());
  // They learn control variates by the gradient of a variance, a difference of numbers of the size of squared losses.
  const adaptive = ["rebar", "relax", "double-cv", "rodeo"];
  const state = (e: Estimator): string[] => (adaptive.includes(e.id) ? [] : ["estimator."]);

  test.each(all.filter((e) => e.supports.includes("bernoulli")).map((e) => [e.id, e] as const))(
    "classifier, %s",
    async (id, e) => {
      const arrays = await onBoth("classifier", id, { hidden: 6 }, 1);
      // Both round sums of 20 examples and 784 pixels in float32; estimates are differences of losses.
      expectClose(arrays, 1e-3, ["params.", "optimizer.", "run.", ...state(e)]);
      expect(notices).toEqual([]);
    },
  );

  const categorical = all.filter(
    (e) => e.supports.includes("categorical") && !e.supports.includes("bernoulli"),
  );
  test.each([...categorical.map((e) => e.id), "reinmax", "gumbel-rao", "rloo"])("vae, %s", async (id) => {
    const arrays = await onBoth("vae", id, { variables: 2, categories: 3, hidden: "8" }, 1);
    // Losses are near 540 here, so that differences of losses keep four digits. Adam's first step is of the size of the
    // learning rate where a gradient is near zero, whatever its sign: parameters say nothing that moments do not.
    expectClose(arrays, 5e-3, ["optimizer.", "run."]);
    expect(notices).toEqual([]);
  });
});

describe("100 compiled steps are those of jax-js", () => {
  // Rounding grows from step to step. A hard sample within rounding of its threshold would part the runs; of the 20,000
  // samples drawn here none is, for these seeds.
  test.each([
    ["classifier", "straight-through-sigmoid", { hidden: 6, learningRate: 0.01 }],
    ["classifier", "reinmax", { hidden: 6, optimizer: "adam", learningRate: 1e-3 }],
    ["vae", "straight-through", { variables: 2, categories: 3, hidden: "8" }],
    ["vae", "straight-through-sigmoid", { latents: "bernoulli", variables: 4, hidden: "8" }],
  ] as const)("%s, %s", async (experiment, id, settings) => {
    expectClose(await onBoth(experiment, id, settings, 100), 1e-3, ["params.", "run."]);
  });
});
