import * as fs from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Metric } from "@hardgrad/experiments";
import { Failure, Interrupted } from "../ask/errors.ts";
import { progressOf } from "../print/progress.ts";
import { claimRun, LEASE, type RunClaim, tidy } from "./claim.ts";
import { isSettled, logLine, placesOf } from "./places.ts";
import type { Plan, PlannedRun } from "./plan.ts";
import { type RunEnding, workerPool } from "./pool.ts";
import type { Job } from "./worker.ts";

/** How this process works. */
export interface Working {
  /** How many runs at a time. */
  readonly jobs: number;
  readonly device: string;
  readonly threads: number;
  readonly headline: Metric;
  readonly quiet: boolean;
  readonly narrate: (line: string) => void;
  /** How to go on after a stop: `continue with: npx hardgrad work FOLDER`. */
  readonly goOn: string;
  /** Seconds after which a worker without a sign of life is taken for dead. */
  readonly lease?: number;
}

/** Between two looks at what others have in hand, in milliseconds. */
const LOOK_EVERY = 1_000;

/**
 * Works off these runs of a plan, together with whoever else does: until each has been published or has failed.
 *
 * @throws Interrupted after Ctrl-C or SIGTERM; Failure if nothing can be written.
 */
export async function workOff(
  path: string,
  plan: Plan,
  runs: readonly PlannedRun[],
  working: Working,
): Promise<void> {
  const { narrate, goOn, lease = LEASE } = working;
  const open = new Set(runs.filter((run) => !isSettled(placesOf(path, run.name))));
  if (open.size === 0) return;
  const jobs = Math.min(working.jobs, open.size);
  const pool = workerPool(jobs);
  const widest = Math.max(...[...open].map((run) => run.name.length));
  const progress = progressOf(
    { runs: open.size, workers: jobs, widest, headline: working.headline },
    working.quiet,
  );
  let stop: Error | undefined;
  const halt = (error: Error): void => {
    stop ??= error;
    void pool.stop();
  };
  const signals = onSignals(() =>
    halt(new Interrupted(`stopped; finished runs are kept and the others saved, ${goOn}`)),
  );

  const next = async (): Promise<RunClaim | "wait" | "none"> => {
    for (const run of open) {
      if (stop) return "none";
      refuseRemoved(path);
      const places = placesOf(path, run.name);
      if (isSettled(places)) {
        open.delete(run);
        progress.end(run.name);
        continue;
      }
      const found = await claimRun(path, run, lease);
      if (found) return found;
    }
    return open.size === 0 ? "none" : "wait";
  };
  const lane = async (): Promise<void> => {
    while (!stop) {
      const found = await next();
      if (found === "none") return;
      if (found === "wait") await sleep(LOOK_EVERY);
      else if (stop) await found.release();
      else await train(found);
    }
  };
  const train = async (found: RunClaim): Promise<void> => {
    const { run, places } = found;
    const pace = paceOf();
    const outcome: RunEnding = found.finished
      ? { kind: "ended" }
      : await pool.run(jobOf(found, plan, working), {
          onRows: (rows, step, total) => {
            progress.update(run.name, rows, step, total);
            found.tell(step, total, pace(step, total));
          },
          onNotice: (sentence) => {
            logLine(places, sentence);
            narrate(`${run.name}: ${sentence}`);
          },
          onText: (text) => logLine(places, text),
        });
    const lost = (): void => narrate(`${run.name}: another worker has taken it over`);
    progress.leave(run.name);
    switch (outcome.kind) {
      case "ended":
        if (!(await found.publish())) lost();
        return;
      case "stopped":
        return found.release();
      case "failed":
        narrate(`${run.name} failed: ${outcome.reason}`);
        return found.fail(outcome.reason);
      case "died":
        narrate(`${run.name}: ${outcome.reason}; it goes on from its last checkpoint`);
        return found.die(outcome.reason);
      case "unwritten": {
        refuseRemoved(path);
        if (!fs.existsSync(found.attempt)) return lost();
        await found.release();
        const reason = outcome.reason.replace(/\.$/, "");
        throw new Failure(`${run.name}: ${reason}; runs are saved up to their last checkpoints, ${goOn}.`);
      }
    }
  };
  try {
    await Promise.all(
      Array.from({ length: jobs }, () =>
        lane().catch((error) => {
          halt(error);
        }),
      ),
    );
    await (stop ? pool.stop() : pool.end());
  } finally {
    progress.stop();
    signals.off();
  }
  if (stop) throw stop;
  tidy(path);
}

function jobOf(
  { run, attempt, resume }: RunClaim,
  { checkpointEvery }: Plan,
  { device, threads }: Working,
): Job {
  return { config: run.config, path: attempt, device, threads, checkpointEvery, resume };
}

/** Seconds left of a run, once its pace is known: the first report, which compiles, says little of it. */
function paceOf(): (step: number, total: number) => number | undefined {
  const seen: { step: number; at: number }[] = [];
  return (step, total) => {
    seen.push({ step, at: performance.now() });
    const [, warm] = seen;
    if (!warm || step <= warm.step) return undefined;
    return ((performance.now() - warm.at) / 1000 / (step - warm.step)) * (total - step);
  };
}

function refuseRemoved(path: string): void {
  if (!fs.existsSync(path))
    throw new Failure(
      `${path} is gone: somebody has removed or renamed it; put it back, or plan the sweep again.`,
    );
}

/** Ctrl-C and SIGTERM: the first stops, and the second ends at once. */
function onSignals(stop: () => void): { off(): void } {
  let signals = 0;
  const interrupt = (): void => {
    if (signals++ > 0) {
      process.stderr.write(
        "stopped at once; runs that are not finished go on from their last checkpoints.\n",
      );
      process.exit(130); // workers without a parent save and end
    }
    stop();
  };
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt);
  return { off: () => void process.off("SIGINT", interrupt).off("SIGTERM", interrupt) };
}
