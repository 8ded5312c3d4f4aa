import type { Settings } from "../experiment.ts";

export function recommended(_estimator: string): { settings: Settings; options: Settings } {
  return { settings: {}, options: {} };
}
