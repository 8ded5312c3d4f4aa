import type { Distribution } from "hardgrad";

/** A value that came up fewer times than this, as expected, may not have shown yet what estimates do there. */
const OFTEN = 20;

/** The smallest probability that a value of a unit, or a category, has at these logits; 1 where nothing is random. */
export function rarestOf(q: Distribution, logits: readonly number[]): number {
  if (q.kind === "categorical") {
    const top = Math.max(...logits);
    const weights = logits.map((a) => Math.exp(a - top));
    return Math.min(...weights) / weights.reduce((x, y) => x + y);
  }
  const rarer = logits.map((a) =>
    q.kind === "bernoulli" && q.probability === "hard-sigmoid"
      ? (1 - Math.abs(a)) / 2
      : 1 / (1 + Math.exp(Math.abs(a))),
  );
  return Math.min(1, ...rarer.filter((p) => p > 0));
}

/** Whether so many samples may have missed what matters. */
export const tooRare = (samples: number, rarest: number): boolean => samples * rarest < OFTEN;
