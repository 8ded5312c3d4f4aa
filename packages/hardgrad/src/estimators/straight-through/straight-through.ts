import { resolveOptions } from "../../checks.ts";
import { functionsOf } from "../../distributions/index.ts";
import { hardSigmoid } from "../../math.ts";
import { references } from "../../references.ts";
import { attach } from "../../surrogate.ts";
import type { Estimator, Traits } from "../../types.ts";
import { drawHard, pathEstimator } from "../parts/index.ts";

const shared = {
  family: "straight-through",
  unbiased: false,
  forward: "hard",
  needs: "gradient",
  probabilities: ["sigmoid", "hard-sigmoid"],
  reference: references.bengio2013,
  options: {},
} as const;

/**
 * Straight-through, identity: the gradient at the sample is copied to the logits, `g`.
 *
 * It is not an estimate of `dE[f]/da` even for a linear f (the factor p(1-p) is missing), and Bengio et al.
 * found it the better of the two on their task. For categorical variables g is copied to the logits too.
 *
 * @example
 * const h = through(bernoulli(logits), straightThrough(), key);
 */
export function straightThrough(given: Record<never, never> = {}): Estimator {
  const traits: Traits = {
    ...shared,
    id: "straight-through",
    title: "Straight-through, identity",
    supports: ["bernoulli", "categorical"],
    exactDegree: 0,
    formula: "g",
    note: "No factor at all: saturated units keep learning. Biased even for a linear f.",
    example: "through(bernoulli(logits), straightThrough(), key)",
  };
  return pathEstimator(traits, resolveOptions(traits.id, {}, given), (q, noise) => {
    const hard = drawHard(q, noise);
    return attach(hard, q.logits);
  });
}

/**
 * Straight-through with the derivative of the probability: `g p (1 - p)`; categorical: `J(pi) g`.
 *
 * Exact when f is linear in every unit (multilinear) and the units are independent. The form that slope
 * annealing needs: `bernoulli(logits.mul(slope))`.
 *
 * @example
 * const h = through(bernoulli(logits.mul(slope)), straightThroughSigmoid(), key);
 */
export function straightThroughSigmoid(given: Record<never, never> = {}): Estimator {
  const traits: Traits = {
    ...shared,
    id: "straight-through-sigmoid",
    title: "Straight-through, derivative of the probability",
    supports: ["bernoulli", "categorical"],
    exactDegree: 1,
    formula: "g p(1 - p), categorical: pi (g - <pi, g>)",
    note: "Exact for a multilinear f; low variance, and biased by the curvature of f. Use it with slope annealing.",
    example: "through(bernoulli(logits.mul(slope)), straightThroughSigmoid(), key)",
  };
  return pathEstimator(traits, resolveOptions(traits.id, {}, given), (q, noise) => {
    const hard = drawHard(q, noise);
    return attach(hard, functionsOf(q).mean(q));
  });
}

/**
 * Straight-through with the derivative of the hard sigmoid: `g / 2` for |a| < 1, zero outside.
 *
 * With `bernoulli(logits, { probability: "hard-sigmoid" })` the samples follow the same hard sigmoid and the
 * estimate is exact for a multilinear f. Units outside [-1, 1] are dead: they get no gradient.
 *
 * @example
 * const h = through(bernoulli(logits, { probability: "hard-sigmoid" }), straightThroughHardSigmoid(), key);
 */
export function straightThroughHardSigmoid(given: Record<never, never> = {}): Estimator {
  const traits: Traits = {
    ...shared,
    id: "straight-through-hard-sigmoid",
    title: "Straight-through, derivative of the hard sigmoid",
    supports: ["bernoulli"],
    exactDegree: 0,
    formula: "g/2 for |a| < 1, else 0",
    note: "Units outside [-1, 1] get no gradient and can stay dead.",
    example: 'through(bernoulli(logits, { probability: "hard-sigmoid" }), straightThroughHardSigmoid(), key)',
  };
  return pathEstimator(traits, resolveOptions(traits.id, {}, given), (q, noise) => {
    const hard = drawHard(q, noise);
    return attach(hard, hardSigmoid(q.logits));
  });
}
