import type { MetricRow } from "@hardgrad/experiments";
import type { ChartRow } from "../figures/chart.ts";

/** The x axis of a curve. */
export type Axis = "epoch" | "step" | "seconds" | "evaluations";

export const axes: readonly [Axis, ...Axis[]] = ["epoch", "step", "seconds", "evaluations"];

export const axisTitles: { readonly [A in Axis]: string } = {
  epoch: "epoch",
  step: "step",
  seconds: "seconds of training",
  evaluations: "evaluations of the loss",
};

/** Learning curves of groups of runs: the mean over seeds at each step, plus and minus one standard error. */
export interface Curves {
  /** Adds the rows of a run; NaN where the time or the evaluations of a step are unknown. */
  add(group: string, rows: readonly MetricRow[], perStep: { ms: number; evaluations: number }): void;
  points(group: string, tag: string, axis: Axis): ChartRow[];
}

/** Running mean and spread over seeds at a step, so that no run is kept in memory. */
interface Sums {
  readonly epoch: number;
  count: number;
  mean: number;
  /** Sum of squared distances from the mean (Welford's). */
  spread: number;
}

/** Runs that differ in nothing but their seed. */
interface Group {
  readonly tags: Map<string, Map<number, Sums>>;
  /** Milliseconds per step of each run. */
  readonly times: number[];
  readonly evaluations: number;
}

/** More points than this say nothing more to the eye. */
const MOST_POINTS = 400;

export function emptyCurves(): Curves {
  const groups = new Map<string, Group>();
  return {
    add(group, rows, { ms, evaluations }) {
      const { tags, times }: Pick<Group, "tags" | "times"> = groups.get(group) ?? {
        tags: new Map(),
        times: [],
      };
      groups.set(group, { tags, times, evaluations });
      if (Number.isFinite(ms)) times.push(ms);
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
      const { tags, times = [], evaluations = Number.NaN } = groups.get(group) ?? {};
      const steps = [...(tags?.get(tag) ?? [])].sort(([a], [b]) => a - b);
      const every = Math.ceil(steps.length / MOST_POINTS);
      const seconds = times.reduce((a, b) => a + b, 0) / times.length / 1000;
      return steps
        .filter((_, i) => i % every === 0 || i === steps.length - 1)
        .map(([step, { epoch, count, mean, spread }]) => {
          const error = count > 1 ? Math.sqrt(spread / (count - 1) / count) : 0;
          const x = { epoch, step, seconds: step * seconds, evaluations: step * evaluations }[axis];
          return { x, y: mean, series: group, low: mean - error, high: mean + error };
        })
        .filter(({ x }) => Number.isFinite(x));
    },
  };
}
