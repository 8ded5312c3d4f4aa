import type { RunConfig, Summary } from "@hardgrad/experiments";
import { datasetOf } from "../data-progress.ts";
import { describeError } from "../errors.ts";
import { type Examples, trainRun } from "../training.ts";

/** One run of `compare`, in a process of its own. */
export interface Job {
  readonly config: RunConfig;
  readonly path: string;
  readonly device: string;
  readonly checkpointEvery: number;
  readonly resume: boolean;
}

export type Message =
  | {
      readonly type: "rows";
      readonly rows: Parameters<Parameters<typeof trainRun>[0]["onRows"]>[0];
      readonly step: number;
      readonly total: number;
    }
  | {
      readonly type: "done";
      readonly summary: Summary;
      readonly examples: { pixels: number[]; label: number; predicted: number }[];
    }
  | { readonly type: "error"; readonly sentence: string; readonly exitCode: number };

let stopped = false;
process.on("SIGINT", () => {
  stopped = true;
});
process.on("SIGTERM", () => {
  stopped = true;
});
// Without the parent there is nobody to tell: save and end.
process.on("disconnect", () => {
  stopped = true;
});

const send = (message: Message): void => void process.send?.(message);
const plain = (examples: Examples): { pixels: number[]; label: number; predicted: number }[] =>
  examples.map((e) => ({ ...e, pixels: Array.from(e.pixels) }));

process.once("message", async (job: Job) => {
  try {
    const dataset = await datasetOf(job.config, true);
    const onRows = (rows: never, step: number, total: number): void =>
      send({ type: "rows", rows, step, total });
    const result = await trainRun({ ...job, dataset, onRows: onRows as never, stopped: () => stopped });
    send({ type: "done", summary: result.summary, examples: plain(result.examples) });
  } catch (error) {
    send({ type: "error", ...describeError(error) });
  }
  process.disconnect?.();
});
