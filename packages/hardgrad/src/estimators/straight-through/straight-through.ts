import { functionsOf } from "../../distributions/index.ts";
import { hardSigmoid } from "../../math.ts";
import { attach } from "../../surrogate.ts";
import { defineEstimator } from "../define.ts";
import { drawHard } from "../parts/sample.ts";

const shared = {
  family: "straight-through",
  unbiased: false,
  probabilities: ["sigmoid", "hard-sigmoid"],
  reference: "bengio2013",
} as const;

/**
 * Straight-through, identity: the gradient at the sample is copied to the logits, `g`.
 *
 * It is not an estimate of `dE[f]/da` even for a linear f (the factor p(1-p) is missing), and Bengio et al.
 * found it the better of the two on their task. For categorical variables g is copied to the logits too.
 *
 * @see Bengio, Léonard & Courville 2013
 * @example
 * const h = through(bernoulli(logits), straightThrough(), key);
 */
export const straightThrough = defineEstimator({
  ...shared,
  id: "straight-through",
  title: "Straight-through, identity",
  place: 1,
  supports: ["bernoulli", "categorical"],
  formula: "g",
  note: "No factor at all: saturated units keep learning. Biased even for a linear f.",
  path: (q, noise) => {
    const hard = drawHard(q, noise);
    return attach(hard, q.logits);
  },
});

/**
 * Straight-through with the derivative of the probability: `g p (1 - p)`; categorical: `J(pi) g = pi (g - <pi, g>)`.
 *
 * Exact when f is linear in every unit (multilinear) and the units are independent. The form that slope
 * annealing needs: `bernoulli(logits.mul(slope))`.
 *
 * @see Bengio, Léonard & Courville 2013
 * @example
 * const h = through(bernoulli(logits.mul(2)), straightThroughSigmoid(), key); // slope 2
 */
export const straightThroughSigmoid = defineEstimator({
  ...shared,
  id: "straight-through-sigmoid",
  title: "Straight-through, derivative of the probability",
  place: 2,
  supports: ["bernoulli", "categorical"],
  exactDegree: 1,
  formula: "g p(1 - p), categorical: pi (g - <pi, g>)",
  note: "Exact for a multilinear f; low variance, and biased by the curvature of f. Use it with slope annealing.",
  path: (q, noise) => {
    const hard = drawHard(q, noise);
    return attach(hard, functionsOf(q).mean(q));
  },
});

/**
 * Straight-through with the derivative of the hard sigmoid: `g / 2` for |a| < 1, zero outside.
 *
 * With `bernoulli(logits, { probability: "hard-sigmoid" })` the samples follow the same hard sigmoid and the
 * estimate is exact for a multilinear f. Units outside [-1, 1] are dead: they get no gradient.
 *
 * @see Bengio, Léonard & Courville 2013
 * @example
 * const q = bernoulli(logits, { probability: "hard-sigmoid" });
 * const h = through(q, straightThroughHardSigmoid(), key);
 */
export const straightThroughHardSigmoid = defineEstimator({
  ...shared,
  id: "straight-through-hard-sigmoid",
  title: "Straight-through, derivative of the hard sigmoid",
  place: 3,
  supports: ["bernoulli"],
  formula: "g/2 for |a| < 1, else 0",
  note: "Units outside [-1, 1] get no gradient and can stay dead.",
  path: (q, noise) => {
    const hard = drawHard(q, noise);
    return attach(hard, hardSigmoid(q.logits));
  },
});
