import { Failure } from "../errors.ts";
import type { Child } from "./child.ts";

/** A contestant on the track: it is loaded, and knows how many steps a turn has. */
export interface Runner {
  readonly child: Child;
  readonly row: string;
  /** Seconds that an answer may take. */
  readonly patience: number;
  steps: number;
}

type Starter = Omit<Runner, "steps">;

/** A pause before each turn, in ms: thread pools of the one before spin for a while. */
const PAUSE = 50;

/** Seconds per step over some steps. */
export async function timeSteps({ child, row, patience }: Starter, steps: number): Promise<number> {
  const { seconds, loss } = await child.ask({ do: "time", row, steps }, patience);
  if (typeof seconds !== "number" || !(seconds > 0))
    throw new Failure(`it answered "time" with seconds ${seconds}.`);
  if (typeof loss !== "number" || !Number.isFinite(loss))
    throw new Failure(`its loss became ${loss} while it was timed.`);
  return seconds / steps;
}

/** Warms up, and finds how many steps fill a turn. */
export async function pace(runner: Starter, secondsPerTurn: number): Promise<number> {
  await timeSteps(runner, 2);
  const first = await timeSteps(runner, 2);
  const some = Math.ceil((0.2 * secondsPerTurn) / first);
  const perStep = some > 2 ? await timeSteps(runner, Math.min(some, 2000)) : first;
  return Math.max(1, Math.min(5000, Math.round(secondsPerTurn / perStep)));
}

/** The number of threads with the shortest of three turns. */
export async function bestThreads(runner: Runner, choices: readonly number[]): Promise<number> {
  const { child, patience } = runner;
  const use = (threads: number) => child.ask({ do: "threads", threads }, patience);
  const steps = Math.max(1, Math.round(runner.steps / 4));
  const best = new Map(choices.map((threads) => [threads, Number.POSITIVE_INFINITY]));
  for (let i = 0; i < 3; i++)
    for (const threads of choices) {
      await use(threads);
      await timeSteps(runner, 1);
      best.set(threads, Math.min(best.get(threads)!, await timeSteps(runner, steps)));
    }
  return choices.reduce((a, b) => (best.get(b)! < best.get(a)! ? b : a));
}

/**
 * Rounds in which the runners take turns, so that noise of the machine disturbs all alike. Calls `lost` for one that fails,
 * and goes on without it; those that are left have one time per round.
 */
export async function race(
  runners: readonly Runner[],
  rounds: number,
  events: { turn(): void; lost(runner: Runner, error: unknown): void },
): Promise<Map<Runner, number[]>> {
  const times = new Map<Runner, number[]>(runners.map((runner) => [runner, []]));
  for (let round = 0; round < rounds; round++)
    for (const runner of [...times.keys()]) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
      try {
        times.get(runner)!.push(await timeSteps(runner, runner.steps));
      } catch (error) {
        times.delete(runner);
        events.lost(runner, error);
      }
      events.turn();
    }
  return times;
}
