import { fileURLToPath } from "node:url";
import type { MetricRow } from "@hardgrad/experiments";
import { pool, TerminateError } from "workerpool";
import type { Job, Notice, Report } from "./worker.ts";

/** How long stopped runs may take to save before the command ends without waiting; they save all the same. */
const SAVE_LIMIT = 600_000;

/** How a run in a worker process ended. */
export type RunEnding =
  | { readonly kind: "ended" }
  /** After Ctrl-C or SIGTERM; it has saved. */
  | { readonly kind: "stopped" }
  /** It can't be, or became infinite; `exitCode` as the command `train` would have it. */
  | { readonly kind: "failed"; readonly reason: string; readonly exitCode: number }
  /** A file could not be written: the disk's fault, or the folder is gone. */
  | { readonly kind: "unwritten"; readonly reason: string }
  /** Its process ended by itself. */
  | { readonly kind: "died"; readonly reason: string };

/** What a run tells while it is trained. */
export interface Ears {
  /** At first without rows, when it begins. */
  onRows(rows: readonly MetricRow[], step: number, total: number): void;
  onNotice(sentence: string): void;
  /** What its process writes to stderr. */
  onText(text: string): void;
}

/** Worker processes. */
export interface WorkerPool {
  run(job: Job, ears: Ears): Promise<RunEnding>;
  /** Stops all: each saves what it runs and ends. */
  stop(): Promise<void>;
  /** Ends the idle. */
  end(): Promise<void>;
}

/** So many worker processes, begun when they are needed. */
export function workerPool(size: number): WorkerPool {
  const workers = pool(fileURLToPath(new URL("./worker.js", import.meta.url)), {
    workerType: "process",
    maxWorkers: size,
    emitStdStreams: true, // or what a worker prints would be in our data
  });
  let stopping: Promise<void> | undefined;
  const terminate = async (force: boolean, limit: number): Promise<void> => {
    try {
      await workers.terminate(force, limit);
    } catch {
      // a worker that died while idle never answers
    }
  };
  return {
    async run(job, ears) {
      let printed = "";
      const on = (report: Report | Notice | { stdout: string } | { stderr: string }): void => {
        if ("notice" in report) ears.onNotice(report.notice);
        else if ("step" in report) ears.onRows(report.rows, report.step, report.total);
        else if ("stderr" in report) {
          printed = `${printed}${report.stderr}`.slice(-4000);
          ears.onText(report.stderr);
        }
      };
      try {
        await workers.exec("run", [job], { on });
        return { kind: "ended" };
      } catch (error) {
        if (error instanceof TerminateError) return stopping ? { kind: "stopped" } : deathOf(error, printed);
        const {
          message,
          exitCode = 1,
          unwritten,
        } = error as Error & { exitCode?: number; unwritten?: boolean };
        if (exitCode === 130 || (stopping && unwritten !== true && /terminated|cancel/i.test(message)))
          return { kind: "stopped" };
        return unwritten
          ? { kind: "unwritten", reason: message }
          : { kind: "failed", reason: message, exitCode };
      }
    },
    stop: () => {
      stopping ??= terminate(true, SAVE_LIMIT);
      return stopping;
    },
    end: () => stopping ?? terminate(false, 5000),
  };
}

/** Why a worker process ended by itself; the pool says it in a text. */
function deathOf({ message }: Error, printed: string): RunEnding {
  const signal = /signalCode: `(SIG\w+)`/.exec(message)?.[1];
  // A signal to all, which came before the worker listened.
  if (signal === "SIGINT" || signal === "SIGTERM") return { kind: "stopped" };
  const how = signal ?? `code ${/exitCode: `(\d+)`/.exec(message)?.[1] ?? "unknown"}`;
  const memory = signal === "SIGKILL" || /out of memory|bad_alloc/i.test(printed);
  const why = memory ? ", most likely because memory ran out; try fewer --jobs" : "";
  return { kind: "died", reason: `its process was ended by ${how}${why}` };
}
