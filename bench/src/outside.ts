import { startChild } from "./child.ts";
import { ours } from "./contestants.ts";
import type { OwnOptions } from "./own.ts";
import type { OutsideResult } from "./results.ts";
import { configOf } from "./rows/training.ts";

/** The part of a run's training time that is spent outside the compiled step: batches, schedules, keys, metrics. */
export async function timeOutside(
  device: string,
  steps: number,
  options: OwnOptions,
): Promise<OutsideResult[]> {
  const estimator = { id: "straight-through-sigmoid", options: {} };
  const results: OutsideResult[] = [];
  const settings = { epochs: 100 };
  const child = startChild(`hardgrad ${device}`, ours(device).command!);
  try {
    for (const experiment of ["classifier", "vae"]) {
      options.say(`hardgrad ${device}: a run of ${experiment}`);
      const config = configOf({ experiment, estimator, settings }, 10_000);
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
