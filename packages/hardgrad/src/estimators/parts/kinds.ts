import type { Kind } from "../../types.ts";

/** For estimators that need no more than a log-probability that can be differentiated: every kind has one. */
export const everyKind = [
  "bernoulli",
  "categorical",
  "subset",
  "plackett-luce",
  "poisson",
  "binomial",
] as const satisfies readonly Kind[];
