import { numpy as np } from "@jax-js/jax";
import { functionsOf } from "../../distributions/index.ts";
import { defineEstimator } from "../define.ts";

/**
 * Mean field: f sees the probabilities themselves, `y = pi`; Bernoulli: `y = p`. No noise, so no variance: `J(pi) g(pi)`.
 * It is what networks of soft logic gates and differentiable architecture search train.
 *
 * Exact when f is linear in every unit (multilinear) and the units are independent, for then `E[f(D)] = f(pi)`. For any
 * other f the network that is trained is not the one that is sampled, or made hard, afterwards.
 *
 * @see Saul, Jaakkola & Jordan 1996
 * @example
 * const y = through(categorical(logits), meanField(), key);
 */
export const meanField = defineEstimator({
  id: "mean-field",
  title: "Mean field: the probabilities in place of the sample",
  family: "relaxation",
  place: 14,
  supports: ["bernoulli", "categorical"],
  unbiased: false,
  exactDegree: 1,
  forward: "soft",
  reference: "saul1996",
  formula: "J(pi) g(pi), Bernoulli: p(1 - p) g(p)",
  note: "No noise and no variance; trains a soft network. What is lost when its choices are made hard is the selection gap: measure it.",
  path: (q, noise) => {
    const { shape } = noise;
    noise.dispose();
    return np.broadcastTo(functionsOf(q).mean(q), shape);
  },
});
