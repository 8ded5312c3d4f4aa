import type { Estimator } from "./types.ts";

/** One line of the catalogue. `create()` gives the estimator with its default options. */
export interface CatalogueEntry {
  readonly id: string;
  readonly create: (options?: { readonly [name: string]: unknown }) => Estimator;
}

/** Every estimator, in the order in which to read about them. Tests, CLI, documentation and lab come from it. */
export const catalogue: readonly CatalogueEntry[] = [];

/** The entry of an id, or undefined. */
export function findEstimator(id: string): CatalogueEntry | undefined {
  return catalogue.find((entry) => entry.id === id);
}
