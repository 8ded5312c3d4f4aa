import type { numpy as np } from "@jax-js/jax";
import { resolveOptions } from "../../checks.ts";
import { keep, relaxed } from "../../distributions/index.ts";
import { references } from "../../references.ts";
import { attach } from "../../surrogate.ts";
import type { Estimator, OptionsTable, Traits } from "../../types.ts";
import { drawHard, pathEstimator, reuse, temperatureOption } from "../parts/index.ts";

const options: OptionsTable = {
  temperature: temperatureOption(
    "softness of the relaxed sample; annealed towards 0.5 in the paper",
    0.5,
    0.01,
  ),
};

/**
 * Gumbel-softmax (Concrete): the sample is replaced by `softmax((logits - log E) / temperature)`, E exponential;
 * Bernoulli: `sigmoid((logits - logit u) / temperature)`. The forward value is soft: f must accept it.
 *
 * Biased for the hard model, whatever the number of samples; less so at a low temperature, with more variance.
 *
 * @param given.temperature 0.01 to 100 (default 0.5), or a scalar array to anneal without recompiling.
 * Reference: Jang, Gu & Poole 2017; Maddison, Mnih & Teh 2017.
 * @example
 * const y = through(categorical(logits), gumbelSoftmax({ temperature: 0.5 }), key);
 */
export function gumbelSoftmax(given: { temperature?: number | np.Array } = {}): Estimator {
  const settings = resolveOptions<{ temperature: number | np.Array }>("gumbel-softmax", options, given);
  const traits: Traits = {
    id: "gumbel-softmax",
    title: "Gumbel-softmax (Concrete)",
    family: "relaxation",
    supports: ["bernoulli", "categorical"],
    unbiased: false,
    exactDegree: 0,
    forward: "soft",
    needs: "soft gradient",
    formula: "J(y) g(y) / temperature at y = softmax((a - log E) / temperature)",
    note: "Trains a soft network; the hard one that is deployed differs from it. Compare both at evaluation.",
    reference: references.jang2017,
    options,
    example: "through(categorical(logits), gumbelSoftmax({ temperature: 0.5 }), key)",
  };
  return pathEstimator(traits, settings, (q, noise) => relaxed(q, noise, reuse(settings.temperature)));
}

/**
 * Straight-through Gumbel-softmax: the hard sample forward, the gradient of the relaxed sample from the same
 * noise backward, `J(y) g / temperature`.
 *
 * @param given.temperature 0.01 to 100 (default 0.5), or a scalar array to anneal without recompiling.
 * Reference: Jang, Gu & Poole 2017.
 * @example
 * const z = through(categorical(logits), straightThroughGumbelSoftmax(), key);
 */
export function straightThroughGumbelSoftmax(given: { temperature?: number | np.Array } = {}): Estimator {
  const id = "straight-through-gumbel-softmax";
  const settings = resolveOptions<{ temperature: number | np.Array }>(id, options, given);
  const traits: Traits = {
    id,
    title: "Straight-through Gumbel-softmax",
    family: "relaxation",
    supports: ["bernoulli", "categorical"],
    unbiased: false,
    exactDegree: 0,
    forward: "hard",
    needs: "gradient",
    formula: "J(y) g / temperature, y = softmax((a - log E) / temperature)",
    note: "Hard forward, soft backward; a low temperature costs variance, a high one bias.",
    reference: references.jang2017,
    options,
    example: "through(categorical(logits), straightThroughGumbelSoftmax({ temperature: 0.5 }), key)",
  };
  return pathEstimator(traits, settings, (q, noise) => {
    const hard = drawHard(q, noise.ref);
    const soft = relaxed(keep(q), noise, reuse(settings.temperature));
    q.logits.dispose();
    return attach(hard, soft);
  });
}
