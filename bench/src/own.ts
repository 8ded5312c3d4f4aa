import type { RunConfig } from "@hardgrad/experiments";
import { startChild } from "./child.ts";
import { ours } from "./contestants.ts";
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

/** Times configurations in turns, all in one process of a device. A failure of one ends the part. */
export async function timesOf(
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
