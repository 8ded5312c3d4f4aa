import type { Metric, MetricRow } from "@hardgrad/experiments";
import { MultiBar, Presets } from "cli-progress";
import { duration, short } from "./console.ts";
import { formatMetric } from "./metric.ts";
import { type Lane, type Tracker, trackRuns } from "./progress-tracker.ts";

/** Progress of one or more runs: a bar for each that runs now on a terminal, a line now and then elsewhere. */
export interface Progress {
  /** News of a run; the first call begins it. */
  update(name: string, rows: readonly MetricRow[], step: number, total: number): void;
  /** A run is finished. */
  end(name: string): void;
  /** It stopped before its end, and may go on later. */
  leave(name: string): void;
  stop(): void;
}

const LINE_EVERY = 5_000;

/** `runs` in all, of which `workers` run at a time; `widest` is the longest name, `headline` the metric to show. */
export function progressOf(
  plan: {
    readonly runs: number;
    readonly workers: number;
    readonly widest: number;
    readonly headline: Metric;
  },
  quiet: boolean,
): Progress {
  if (quiet) return { update: () => {}, end: () => {}, leave: () => {}, stop: () => {} };
  const tracker = trackRuns(plan.runs, plan.workers);
  const newsOf = (lane: Lane): string => news(lane, plan.headline);
  return process.stderr.isTTY ? bars(tracker, plan.widest, newsOf) : lines(tracker, newsOf);
}

/** The last loss of a run, and its headline metric. */
function news({ values }: Lane, { tag, title, unit }: Metric): string {
  const loss = values["loss/train"];
  const value = values[tag];
  return [
    ...(loss === undefined ? [] : [`loss ${short(loss)}`]),
    ...(value === undefined ? [] : [`${title} ${formatMetric(unit, value)}`]),
  ].join(", ");
}

const leftOf = (seconds: number | undefined): string =>
  seconds === undefined ? "" : `${duration(seconds)} left`;

function bars(tracker: Tracker, widest: number, newsOf: (lane: Lane) => string): Progress {
  const width = Math.max(widest, "all".length);
  const multi = new MultiBar(
    {
      format: "{name} {bar} {percentage}%  {left}  {news}",
      stream: process.stderr,
      hideCursor: true,
      barsize: 24,
      emptyOnZero: true,
    },
    Presets.shades_classic,
  );
  const bar = (name: string) => multi.create(1, 0, { name: name.padEnd(width), left: "", news: "" });
  const lanes = tracker.lanes.map(() => bar(""));
  const all = tracker.runs > 1 ? bar("all") : undefined;
  const draw = (): void => {
    for (const [i, lane] of tracker.lanes.entries()) {
      if (!lane) continue; // what ended there last stays, at 100 %
      const left = lane.step === lane.total ? "done" : leftOf(tracker.left(lane));
      lanes[i]?.setTotal(lane.total);
      lanes[i]?.update(lane.step, {
        name: lane.name.padEnd(width),
        left,
        news: newsOf(lane) || (lane.step === lane.total ? "" : "starting"),
      });
    }
    const news = `${tracker.ended} of ${tracker.runs} runs done`;
    all?.setTotal(tracker.runs);
    const left = tracker.ended === tracker.runs ? "" : leftOf(tracker.allLeft());
    all?.update(tracker.work(), { left, news });
  };
  return {
    update: (name, rows, step, total) => {
      tracker.update(name, rows, step, total);
      draw();
    },
    end: (name) => {
      tracker.end(name);
      draw();
    },
    leave: (name) => tracker.leave(name),
    stop: () => {
      if (multi.isActive) multi.stop(); // a second one would go back up over what was printed since
    },
  };
}

function lines(tracker: Tracker, newsOf: (lane: Lane) => string): Progress {
  let shown = Date.now();
  const write = (): void => {
    shown = Date.now();
    const running = tracker.lanes.flatMap((lane) => {
      if (!lane) return [];
      const parts = [`step ${lane.step} of ${lane.total}`, newsOf(lane), leftOf(tracker.left(lane))];
      return [`${lane.name}: ${parts.filter(Boolean).join(", ")}`];
    });
    const left = tracker.ended === tracker.runs ? "" : leftOf(tracker.allLeft());
    const all = `${tracker.ended} of ${tracker.runs} runs done${left && `, ${left}`}`;
    process.stderr.write(`${[...(tracker.runs > 1 ? [all] : []), ...running].join("; ")}\n`);
  };
  return {
    update: (name, rows, step, total) => {
      tracker.update(name, rows, step, total);
      if (step < total && Date.now() - shown >= LINE_EVERY) write();
    },
    end: (name) => {
      if (tracker.runs === 1) return write();
      tracker.end(name);
      if (tracker.ended === tracker.runs) write();
    },
    leave: (name) => tracker.leave(name),
    stop: () => {},
  };
}
