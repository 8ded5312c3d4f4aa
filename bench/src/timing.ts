import { Failure } from "@hardgrad/cli/internal/ask/errors";
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

/** Seconds per step: by the clock, and on all cores together. */
export interface Time {
  readonly wall: number;
  readonly cpu: number;
}

/** Seconds per step over some steps. */
export async function timeSteps({ child, row, patience }: Starter, steps: number): Promise<Time> {
  const { seconds, cpu, loss } = await child.ask({ do: "time", row, steps }, patience);
  if (typeof seconds !== "number" || !(seconds > 0))
    throw new Failure(`it answered "time" with seconds ${seconds}.`);
  if (typeof loss !== "number" || !Number.isFinite(loss))
    throw new Failure(`its loss became ${loss} while it was timed.`);
  return { wall: seconds / steps, cpu: typeof cpu === "number" ? cpu / steps : Number.NaN };
}

/** Warms up, and finds how many steps fill a turn. */
export async function pace(runner: Starter, secondsPerTurn: number): Promise<number> {
  await timeSteps(runner, 1);
  const { wall: first } = await timeSteps(runner, 1);
  const some = Math.ceil((0.2 * secondsPerTurn) / first);
  const perStep = some > 1 ? (await timeSteps(runner, Math.min(some, 2000))).wall : first;
  return Math.max(1, Math.min(5000, Math.round(secondsPerTurn / perStep)));
}

/** The number of threads with the shortest of three turns; those that begin three times slower than the best are left out. */
export async function bestThreads(runner: Runner, choices: readonly number[]): Promise<number> {
  const { child, patience } = runner;
  const best = new Map<number, number>();
  const turn = async (threads: number, steps: number): Promise<void> => {
    await child.ask({ do: "threads", threads }, patience);
    await timeSteps(runner, 1);
    const { wall: time } = await timeSteps(runner, Math.max(1, Math.round(steps)));
    best.set(threads, Math.min(best.get(threads) ?? time, time));
  };
  for (const threads of choices) await turn(threads, runner.steps / 40);
  const limit = 3 * Math.min(...best.values());
  for (const threads of choices) if (best.get(threads)! > limit) best.delete(threads);
  for (let i = 0; i < 3 && best.size > 1; i++)
    for (const threads of [...best.keys()]) await turn(threads, runner.steps / 4);
  return [...best].reduce((a, b) => (b[1] < a[1] ? b : a))[0];
}

/**
 * Rounds in which the runners take turns, so that noise of the machine disturbs all alike. Calls `lost` for one that fails,
 * and goes on without it; those that are left have one time per round.
 */
export async function race(
  runners: readonly Runner[],
  rounds: number,
  events: { turn(): void; lost(runner: Runner, error: unknown): void },
): Promise<Map<Runner, Time[]>> {
  const times = new Map<Runner, Time[]>(runners.map((runner) => [runner, []]));
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
