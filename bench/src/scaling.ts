import type { RunConfig } from "@hardgrad/experiments";
import { type OwnOptions, timesOf } from "./own.ts";
import type { ScalingResult } from "./results.ts";
import { configOf } from "./rows/training.ts";
import { exponent, spread } from "./statistics.ts";

/** Hidden units that make 10^4, 10^4.5, ..., 10^7 parameters of a classifier with 795 per unit; and batches. */
const HIDDEN = [13, 40, 126, 398, 1258, 3978, 12579];
const BATCHES = [10, 32, 100, 316, 1000, 3162, 10_000];

/** How many points the scaling curves of one device have. */
export const SCALING_POINTS: number = HIDDEN.length + BATCHES.length;

/** Step time against parameters, and against the batch. */
export async function timeScaling(device: string, options: OwnOptions): Promise<ScalingResult[]> {
  const estimator = { id: "straight-through-sigmoid", options: {} };
  const curve = async (
    along: ScalingResult["along"],
    points: readonly { x: number; settings: RunConfig["settings"]; train: number }[],
  ): Promise<ScalingResult> => {
    const configs = points.map(
      ({ x, settings, train }) =>
        [
          `${along} ${x}`,
          configOf(
            { experiment: "classifier", estimator, settings: { learningRate: 1e-3, ...settings } },
            train,
          ),
        ] as const,
    );
    const times = await timesOf(device, configs, options);
    const fitted = points.map(({ x }) => {
      const milliseconds = 1000 * spread(times.get(`${along} ${x}`)!).median;
      return { x, y: milliseconds, milliseconds };
    });
    return {
      device,
      along,
      points: fitted.map(({ x, milliseconds }) => ({ x, milliseconds })),
      exponent: exponent(fitted),
      upperExponent: exponent(fitted.slice(-4)),
    };
  };
  return [
    await curve(
      "parameters",
      HIDDEN.map((hidden) => ({ x: 795 * hidden + 10, settings: { hidden }, train: 1000 })),
    ),
    await curve(
      "batch",
      BATCHES.map((batch) => ({ x: batch, settings: { batch }, train: Math.max(batch, 1000) })),
    ),
  ];
}
