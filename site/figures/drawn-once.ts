import { type Dataset, drawnDigits } from "@hardgrad/experiments";

const kept = new Map<string, Dataset>();

/** Drawn digits; a course that starts again finds those of the last one. */
export function drawnOnce(counts: { readonly train: number; readonly test: number }): Dataset {
  const name = JSON.stringify(counts);
  const dataset = kept.get(name) ?? drawnDigits(counts);
  kept.set(name, dataset);
  return dataset;
}
