import type { RunConfig } from "@hardgrad/experiments";
import { type Child, startChild } from "./child.ts";
import { ours } from "./contestants.ts";
import type { EstimatorResult, OutsideResult, ScalingResult } from "./results.ts";
import { configOf } from "./rows/training.ts";
import { exponent, ratios, spread } from "./statistics.ts";
import { pace, type Runner, race } from "./timing.ts";

/** The parts of the bench that have no peers: what our own estimators, sizes and engine cost. */
export interface OwnOptions {
  readonly rounds: number;
  readonly secondsPerTurn: number;
  /** Seconds that any answer may take. */
  readonly patience: number;
  say(line: string): void;
  turn(): void;
}

const BASE = "straight-through-sigmoid";

/** Times configurations in turns, all in one process of a device. A failure of one ends the part. */
async function timed(
  device: string,
  configs: readonly (readonly [name: string, config: RunConfig])[],
  options: OwnOptions,
): Promise<Map<string, number[]>> {
  const child = startChild(`hardgrad ${device}`, ours(device).command!);
  try {
    const runners: Runner[] = [];
    for (const [row, config] of configs) {
      options.say(`hardgrad ${device}: ${row}`);
      const starter = { child, row, patience: options.patience };
      await child.ask({ do: "train", row, config }, options.patience);
      runners.push({ ...starter, steps: await pace(starter, options.secondsPerTurn) });
    }
    const times = await race(runners, options.rounds, {
      turn: options.turn,
      lost: (_, error) => {
        throw error;
      },
    });
    return new Map([...times].map(([runner, values]) => [runner.row, values.map((t) => t.wall)]));
  } finally {
    child.stop();
  }
}

/** Step time of estimators on the classifier, over that of straight-through. */
export async function timeEstimators(
  device: string,
  ids: readonly string[],
  options: OwnOptions,
): Promise<EstimatorResult[]> {
  const names = [BASE, ...ids.filter((id) => id !== BASE)];
  const configs = names.map((id) => {
    const estimator = { id, options: {} };
    return [id, configOf({ experiment: "classifier", estimator, settings: { learningRate: 0.01 } })] as const;
  });
  const times = await timed(device, configs, options);
  return names.map((estimator) => ({
    device,
    estimator,
    ratio: ratios(times.get(estimator)!, times.get(BASE)!),
  }));
}

/** Hidden units that make 10^4, 10^4.5, ..., 10^7 parameters of a classifier with 795 per unit; and batches. */
const HIDDEN = [13, 40, 126, 398, 1258, 3978, 12579];
const BATCHES = [10, 32, 100, 316, 1000, 3162, 10_000];

/** How many points the scaling curves of one device have. */
export const SCALING_POINTS: number = HIDDEN.length + BATCHES.length;

/** Step time against parameters, and against the batch. */
export async function timeScaling(device: string, options: OwnOptions): Promise<ScalingResult[]> {
  const estimator = { id: BASE, options: {} };
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
    const times = await timed(device, configs, options);
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

/** The part of a run's training time that is spent outside the compiled step: batches, schedules, keys, metrics. */
export async function timeOutside(
  device: string,
  steps: number,
  options: OwnOptions,
): Promise<OutsideResult[]> {
  const results: OutsideResult[] = [];
  const settings = { epochs: 100 };
  const child: Child = startChild(`hardgrad ${device}`, ours(device).command!);
  try {
    for (const experiment of ["classifier", "vae"]) {
      options.say(`hardgrad ${device}: a run of ${experiment}`);
      const config = configOf({ experiment, estimator: { id: BASE, options: {} }, settings }, 10_000);
      const { outside, milliseconds } = await child.ask({ do: "run", config, steps }, options.patience);
      results.push({
        device,
        experiment,
        fraction: Number(outside),
        millisecondsPerStep: Number(milliseconds),
      });
      options.turn();
    }
    return results;
  } finally {
    child.stop();
  }
}
