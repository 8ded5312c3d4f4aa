import type { Metric } from "@hardgrad/experiments";
import { type Progress, progressOf } from "../progress.ts";

const accuracy: Metric = {
  tag: "accuracy/test",
  title: "test accuracy",
  unit: "percent",
  better: "higher",
  note: "",
};

/** Progress through parts of known length, one after another, each under its own name. */
export interface Steps {
  /** News of a part; that of the next part ends it. */
  at(part: string, done: number, total: number): Promise<void>;
  stop(): void;
}

export function stepsOf(parts: readonly string[], quiet: boolean): Steps {
  const widest = Math.max(...parts.map((part) => part.length));
  const progress: Progress = progressOf(
    { runs: parts.length, workers: 1, widest, headline: accuracy },
    quiet,
  );
  let current: string | undefined;
  return {
    at: async (part, done, total) => {
      if (current !== undefined && current !== part) progress.end(current);
      current = part;
      progress.update(part, [], done, total);
      await new Promise((resolve) => setImmediate(resolve)); // Ctrl-C arrives here
    },
    stop: () => {
      if (current !== undefined) progress.end(current);
      progress.stop();
    },
  };
}
