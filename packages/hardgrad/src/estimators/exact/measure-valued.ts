import { numpy as np } from "@jax-js/jax";
import { resolveOptions } from "../../checks.ts";
import { fixed, functionsOf } from "../../distributions/index.ts";
import { references } from "../../references.ts";
import { detach } from "../../surrogate.ts";
import type { Distribution, Estimator, Traits } from "../../types.ts";
import { drawHard, lossEstimator, overEvent, rows, withLogitGradient } from "../parts/index.ts";
import {
  categoryLosses,
  checkNeighbours,
  neighbourLosses,
  otherCategories,
  variableCount,
} from "../parts/neighbours.ts";

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

/**
 * Measure-valued (weak) derivative: the derivative of the distribution is a difference of two distributions, and
 * f is compared between them, with the sample on one side.
 * Bernoulli `p (1 - p) [f(1) - f(0)]`; categorical `pi_c [f(e_c) - f(D)]`; Poisson `lambda [f(x + 1) - f(x)]`;
 * binomial `p (1 - p) [(n - x) (f(x + 1) - f(x)) + x (f(x) - f(x - 1))]`, the average over which trial is left out.
 *
 * Reference: Mohamed et al. 2020 (survey); Heidergott & Vázquez-Abad 2000.
 * @example
 * const losses = expectation(poisson(logRates), f, measureValued(), key);
 */
export function measureValued(given: Record<never, never> = {}): Estimator {
  const id = "measure-valued";
  const traits: Traits = {
    id,
    title: "Measure-valued derivative",
    family: "exact",
    supports: ["bernoulli", "categorical", "poisson", "binomial"],
    unbiased: true,
    exactDegree: "all",
    forward: "hard",
    needs: "values",
    formula: "pi_c [f(e_c) - f(D)]; Poisson: lambda [f(x + 1) - f(x)]",
    note: "For Bernoulli the same as the local expectation gradient; the low-variance choice for counts.",
    reference: references.mohamed2020,
    options: {},
    example: "expectation(poisson(logRates), f, measureValued(), key)",
  };
  return lossEstimator(traits, resolveOptions(id, {}, given), {
    evaluations: (q) => 1 + variableCount(q) * (counts[q.kind]?.(q) ?? 1),
    losses: (q, f, noise, state) => {
      checkNeighbours(id, q);
      const sample = drawHard(q, noise);
      const { losses, changed } = neighbourLosses(id, q, f, sample.ref, changesOf(q, sample));
      const own = detach(losses.ref);
      return { losses: withLogitGradient(q, losses, estimate(q, sample, own, changed)), state };
    },
  });
}

/** Consumes all but q.logits. */
function estimate(q: Distribution, sample: np.Array, own: np.Array, changed: np.Array): np.Array {
  const mean = functionsOf(q).mean(fixed(q));
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
