import { numpy as np } from "@jax-js/jax";
import { detach } from "../../surrogate.ts";
import type { Distribution } from "../../types.ts";
import { defineEstimator } from "../define.ts";
import { overEvent } from "../parts/event.ts";
import { withLogitGradient } from "../parts/gradient.ts";
import {
  categoryLosses,
  checkNeighbours,
  neighbourLosses,
  otherCategories,
  variableCount,
} from "../parts/neighbours.ts";
import { rows } from "../parts/rows.ts";
import { drawHard, fixedMean } from "../parts/sample.ts";

const id = "measure-valued";

/** The values that the weak derivative compares the sample with. Does not consume the sample. */
function changesOf(q: Distribution, sample: np.Array): np.Array {
  if (q.kind === "categorical") return otherCategories(sample);
  if (q.kind === "bernoulli") return np.stack([np.negative(sample.ref).add(1)], 0);
  const up = sample.ref.add(1);
  if (q.kind === "poisson") return np.stack([up], 0);
  return np.stack([np.minimum(up, q.total), np.maximum(sample.ref.sub(1), 0)], 0);
}

const counts: { readonly [kind: string]: (q: Distribution) => number } = {
  categorical: (q) => q.eventShape.at(-1)! - 1,
  binomial: () => 2,
};

/** Consumes all but q.logits. */
function estimate(q: Distribution, sample: np.Array, own: np.Array, changed: np.Array): np.Array {
  const mean = fixedMean(q);
  const here = overEvent(q, own.ref);
  if (q.kind === "categorical") return mean.mul(categoryLosses(q, sample, own, changed).sub(here));
  own.dispose();
  const [up, down] = rows(changed, q.kind === "binomial" ? [0, 1] : [0]) as [np.Array, np.Array];
  if (q.kind === "poisson") {
    sample.dispose();
    return mean.mul(up.sub(here));
  }
  if (q.kind === "bernoulli") {
    const slope = mean.ref.mul(np.negative(mean).add(1));
    return slope.mul(here.sub(up)).mul(sample.mul(2).sub(1));
  }
  const p = mean.div(q.total);
  const rise = up.sub(here.ref).mul(np.negative(sample.ref).add(q.total));
  const fall = here.sub(down).mul(sample);
  return rise.add(fall).mul(p.ref.mul(np.negative(p).add(1)));
}

/**
 * Measure-valued (weak) derivative: the derivative of the distribution is a difference of two distributions, and
 * f is compared between them, with the sample on one side.
 * Bernoulli `p (1 - p) [f(1) - f(0)]`; categorical `pi_c [f(e_c) - f(D)]`; Poisson `lambda [f(x + 1) - f(x)]`;
 * binomial `p (1 - p) [(n - x) (f(x + 1) - f(x)) + x (f(x) - f(x - 1))]`, the average over which trial is left out.
 *
 * @throws RangeError for more than 4096 categories, when it is used.
 * @see Mohamed, Rosca, Figurnov & Mnih 2020 (survey); Heidergott & Vázquez-Abad 2000
 * @example
 * const losses = expectation(poisson(logits), f, measureValued(), key);
 */
export const measureValued = defineEstimator({
  id,
  title: "Measure-valued derivative",
  family: "exact",
  place: 3,
  supports: ["bernoulli", "categorical", "poisson", "binomial"],
  unbiased: true,
  formula: "pi_c [f(e_c) - f(D)]; Poisson: lambda [f(x + 1) - f(x)]",
  note: "For Bernoulli the same as the local expectation gradient; the low-variance choice for counts.",
  reference: "mohamed2020",
  evaluations: (q) => 1 + variableCount(q) * (counts[q.kind]?.(q) ?? 1),
  losses: (q, f, noise, state) => {
    checkNeighbours(id, q);
    const sample = drawHard(q, noise);
    const { losses, changed } = neighbourLosses(q, f, sample.ref, changesOf(q, sample));
    const own = detach(losses.ref);
    return { losses: withLogitGradient(q, losses, estimate(q, sample, own, changed)), state };
  },
});
