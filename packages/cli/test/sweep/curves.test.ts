import type { RunConfig } from "@hardgrad/experiments";
import { expect, test } from "vitest";
import { axes, emptyCurves } from "../../src/sweep/curves.ts";
import { evaluationsPerStep } from "../../src/sweep/evaluations.ts";
import { resultsCsv } from "../../src/sweep/table.ts";

const row = (step: number, value: number) => ({ step, epoch: step / 10, values: { loss: value } });

test("a curve: mean and standard error over seeds at each step, on every axis", () => {
  const curves = emptyCurves();
  curves.add("a", [row(10, 1), row(20, 4)], { ms: 2, evaluations: 300 });
  curves.add("a", [row(10, 3)], { ms: Number.NaN, evaluations: 300 }); // resumed at its end: no time of its own
  curves.add("a", [row(10, 5), row(20, 6)], { ms: 4, evaluations: 300 });
  const of = (axis: (typeof axes)[number]) => curves.points("a", "loss", axis);
  // 1, 3, 5: mean 3, deviation 2, error 2 / sqrt(3); 4 and 6: mean 5, deviation sqrt(2), error 1.
  const error = 2 / Math.sqrt(3);
  const [first, last] = of("step");
  expect(first).toMatchObject({ x: 10, y: 3, series: "a" });
  expect([first!.low, first!.high]).toEqual([expect.closeTo(3 - error, 12), expect.closeTo(3 + error, 12)]);
  expect(last).toMatchObject({ x: 20, y: 5, low: expect.closeTo(4, 12), high: expect.closeTo(6, 12) });
  expect(axes.map((axis) => of(axis).map(({ x }) => x))).toEqual([
    [1, 2],
    [10, 20],
    [0.03, 0.06],
    [3000, 6000],
  ]);
  expect(curves.points("a", "none", "step")).toEqual([]);
  expect(curves.points("b", "loss", "step")).toEqual([]);
});

test("a long curve is thinned, and keeps its ends", () => {
  const curves = emptyCurves();
  curves.add(
    "a",
    Array.from({ length: 10_001 }, (_, i) => row(i, i)),
    { ms: 1, evaluations: Number.NaN },
  );
  const points = curves.points("a", "loss", "step");
  expect(points.length).toBeLessThanOrEqual(402);
  expect([points[0]!.x, points.at(-1)!.x]).toEqual([0, 10_000]);
  expect(curves.points("a", "loss", "evaluations")).toEqual([]);
});

test("evaluations of a step: the batch times those of the estimator, unknown where they depend on the layer", () => {
  const of = (id: string, options = {}, settings: RunConfig["settings"] = { batch: 20 }) =>
    evaluationsPerStep({
      experiment: "classifier",
      estimator: { id, options },
      data: "drawn",
      seed: 0,
      settings,
    });
  expect([of("reinmax"), of("disarm"), of("rloo", { samples: 8 })]).toEqual([20, 40, 160]);
  expect([of("exact"), of("reinmax", {}, {})]).toEqual([Number.NaN, Number.NaN]);
});

test("results as CSV: a column for each flag that differs, quotes where they are needed, nothing where there is no number", () => {
  const one = {
    group: "",
    seeds: [0, 1],
    values: [],
    value: 1,
    standardError: 1,
    errorFrom: "seeds" as const,
    testError: 0,
    best: 1,
  };
  const csv = resultsCsv([
    {
      ...one,
      estimator: "a,b.mjs",
      varied: { rate: 0.1 },
      metrics: { loss: 2, "x/y": 3 },
      errors: { loss: 0.5, "x/y": Number.NaN },
      msPerStep: 1,
    },
    {
      ...one,
      estimator: 'say "rloo"',
      varied: { unit: "step" },
      metrics: { loss: 4 },
      errors: { loss: 1 },
      msPerStep: Number.NaN,
    },
  ]);
  expect(csv.split("\n")).toEqual([
    "estimator,rate,unit,seeds,loss,loss standard error,x/y,x/y standard error,ms per step",
    '"a,b.mjs",0.1,,0 1,2,0.5,3,,1',
    '"say ""rloo""",,step,0 1,4,1,,,',
    "",
  ]);
});
