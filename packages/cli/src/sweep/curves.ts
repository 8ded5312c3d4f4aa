import type { MetricRow } from "@hardgrad/experiments";
import type { ChartRow } from "../figures/chart.ts";

/** Over what a curve is drawn. */
export type Axis = "epoch" | "step" | "seconds";

export const axes: readonly [Axis, ...Axis[]] = ["epoch", "step", "seconds"];

export const axisTitles: { readonly [A in Axis]: string } = {
  epoch: "epoch",
  step: "step",
  seconds: "seconds of training",
};

/** Curves of groups of runs: mean over seeds at each step, with one standard error to both sides. */
export interface Curves {
  /** Adds the rows of a run. */
  add(group: string, rows: readonly MetricRow[], msPerStep: number): void;
  points(group: string, tag: string, axis: Axis): ChartRow[];
}

/** Sums over the seeds at a step, so that no run has to be kept. */
interface Sums {
  readonly epoch: number;
  count: number;
  mean: number;
  /** Sum of squared distances from the mean (Welford's). */
  spread: number;
}

/** More points than this say nothing more to the eye. */
const MOST_POINTS = 400;

export function emptyCurves(): Curves {
  const groups = new Map<string, { tags: Map<string, Map<number, Sums>>; ms: number[] }>();
  return {
    add(group, rows, msPerStep) {
      const { tags, ms } = groups.get(group) ?? { tags: new Map<string, Map<number, Sums>>(), ms: [] };
      groups.set(group, { tags, ms });
      if (Number.isFinite(msPerStep)) ms.push(msPerStep);
      for (const { step, epoch, values } of rows)
        for (const [tag, value] of Object.entries(values)) {
          const steps = tags.get(tag) ?? new Map<number, Sums>();
          tags.set(tag, steps);
          const sums = steps.get(step) ?? { epoch, count: 0, mean: 0, spread: 0 };
          steps.set(step, sums);
          const from = value - sums.mean;
          sums.count++;
          sums.mean += from / sums.count;
          sums.spread += from * (value - sums.mean);
        }
    },
    points(group, tag, axis) {
      const { tags, ms = [] } = groups.get(group) ?? {};
      const steps = [...(tags?.get(tag) ?? [])];
      const every = Math.ceil(steps.length / MOST_POINTS);
      const seconds = ms.reduce((a, b) => a + b, 0) / ms.length / 1000;
      return steps
        .filter((_, i) => i % every === 0 || i === steps.length - 1)
        .map(([step, { epoch, count, mean, spread }]) => {
          const error = count > 1 ? Math.sqrt(spread / (count - 1) / count) : 0;
          const x = axis === "epoch" ? epoch : axis === "step" ? step : step * seconds;
          return { x, y: mean, series: group, low: mean - error, high: mean + error };
        })
        .filter(({ x }) => Number.isFinite(x));
    },
  };
}
