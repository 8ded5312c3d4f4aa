import type { MetricRow } from "@hardgrad/experiments";

/** A run that runs now. */
export interface Lane {
  readonly name: string;
  /** Where and when it began: not at 0 if it goes on from a checkpoint. */
  readonly first: number;
  readonly since: number;
  /** Where and when its first steps were done: what comes before is mostly compiling, and says little of its pace. */
  readonly warm: { readonly step: number; readonly at: number } | undefined;
  readonly step: number;
  readonly total: number;
  /** The last value of each metric. */
  readonly values: { readonly [tag: string]: number };
}

/** What runs in each of some workers, and how long all `runs` take. Times are in seconds. */
export interface Tracker {
  readonly runs: number;
  readonly ended: number;
  /** One for each worker; undefined where none runs. */
  readonly lanes: readonly (Lane | undefined)[];
  update(name: string, rows: readonly MetricRow[], step: number, total: number): void;
  end(name: string): void;
  /** It stopped before its end: its worker is free. */
  leave(name: string): void;
  /** Runs done, with the parts of those that run. */
  work(): number;
  /** What a run still takes, once its pace is known. */
  left(lane: Lane): number | undefined;
  /** What all still take: those that run, and for each that waits the mean of the others. */
  allLeft(): number | undefined;
}

export function trackRuns(
  runs: number,
  workers: number,
  now: () => number = () => performance.now() / 1000,
): Tracker {
  const lanes: (Lane | undefined)[] = Array.from({ length: Math.min(workers, runs) }, () => undefined);
  const running = (): Lane[] => lanes.filter((lane) => lane !== undefined);
  const find = (name: string): number => lanes.findIndex((lane) => lane?.name === name);
  const durations: number[] = []; // of whole runs
  let ended = 0;
  const whole = (lane: Lane, seconds: number): number => (seconds * lane.total) / (lane.total - lane.first);
  const left = ({ warm, step, total }: Lane): number | undefined =>
    warm && step > warm.step ? ((total - step) / (step - warm.step)) * (now() - warm.at) : undefined;
  return {
    runs,
    get ended() {
      return ended;
    },
    lanes,
    left,
    update: (name, rows, step, total) => {
      const at = find(name) >= 0 ? find(name) : lanes.indexOf(undefined);
      const { first, since, warm, values } = lanes[at] ?? { first: step, since: now(), values: {} };
      lanes[at] = {
        name,
        first,
        since,
        warm: warm ?? (step > first ? { step, at: now() } : undefined),
        step,
        total,
        values: Object.assign({}, values, ...rows.map((row) => row.values)),
      };
    },
    end: (name) => {
      const at = find(name);
      const lane = lanes[at];
      ended++;
      if (!lane) return;
      if (lane.total > lane.first) durations.push(whole(lane, now() - lane.since));
      lanes[at] = undefined;
    },
    leave: (name) => {
      const at = find(name);
      if (at >= 0) lanes[at] = undefined;
    },
    work: () => running().reduce((sum, { step, total }) => sum + step / total, ended),
    allLeft: () => {
      const lefts = running().flatMap((lane) => left(lane) ?? []);
      const expected = running().flatMap((lane) => {
        const rest = left(lane);
        return rest === undefined ? [] : [whole(lane, now() - lane.since + rest)];
      });
      const known = [...durations, ...expected];
      if (known.length === 0) return undefined;
      const mean = known.reduce((a, b) => a + b, 0) / known.length;
      const others = runs - ended - lefts.length;
      const sum = lefts.reduce((a, b) => a + b, others * mean);
      return Math.max(sum / lanes.length, ...lefts);
    },
  };
}
