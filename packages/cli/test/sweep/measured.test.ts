import { type RunConfig, type Summary, vae } from "@hardgrad/experiments";
import { expect, test } from "vitest";
import { resultsOf } from "../../src/sweep/results.ts";
import { tableOf } from "../../src/sweep/table.ts";

test("a table has the metrics that its runs measured, and no others", () => {
  const config = { estimator: { id: "straight-through", options: {} }, seed: 0 } as unknown as RunConfig;
  const metrics = {
    "loss/test": 180,
    "loss/epoch": 220,
    "kl/test": 88.7,
    "codes/used": 0.5,
    "error/test": 0.05,
  };
  const summary = { metrics, bests: {}, msPerStep: 1 } as unknown as Summary;
  const { head, rows } = tableOf(vae, resultsOf(vae, [{ run: { config, varied: {} }, summary } as never]));
  expect(head).toEqual(["estimator", "test -ELBO", "best", "train -ELBO", "KL", "pixel error", "codes used", "ms/step", "seeds"]); // biome-ignore format: one thought
  expect(rows[0]!.length).toBe(head.length);
  expect(rows[0]).toContain("50.00 %");
});
