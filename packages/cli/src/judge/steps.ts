import type { Metric } from "@hardgrad/experiments";
import { type Progress, progressOf } from "../print/progress.ts";

/** Nothing is measured on the way; bars want a metric all the same. */
const none: Metric = { tag: "", title: "", unit: "none", better: "higher", note: "" };

/** Progress through parts of known length, one after another. */
export interface PartsProgress {
  /** News of a part; that of the next part ends it. */
  at(part: string, done: number, total: number): Promise<void>;
  stop(): void;
}

export function partsProgress(quiet: boolean): PartsProgress {
  let current: { readonly part: string; readonly progress: Progress } | undefined;
  const end = (): void => {
    current?.progress.end(current.part);
    current?.progress.stop();
    current = undefined;
  };
  return {
    at: async (part, done, total) => {
      if (current?.part !== part) {
        end();
        const plan = { runs: 1, workers: 1, widest: part.length, headline: none };
        current = { part, progress: progressOf(plan, quiet) };
      }
      current!.progress.update(part, [], done, total);
      await new Promise((resolve) => setImmediate(resolve)); // Ctrl-C arrives here
    },
    stop: end,
  };
}
