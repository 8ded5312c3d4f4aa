import { keep, relaxed } from "../../distributions/index.ts";
import { reuse } from "../../scalars.ts";
import { attach } from "../../surrogate.ts";
import { defineEstimator } from "../define.ts";
import { temperatureOption } from "../parts/options.ts";
import { drawHard } from "../parts/sample.ts";

const shared = {
  family: "relaxation",
  supports: ["bernoulli", "categorical"],
  unbiased: false,
  reference: "jang2017",
  options: {
    temperature: temperatureOption("softness of the relaxed sample; annealed towards 0.5 in the paper", 0.5),
  },
} as const;

/**
 * Gumbel-softmax (Concrete): the sample is replaced by `y = softmax((a - log E) / temperature)`, E exponential;
 * Bernoulli: `y = sigmoid((a - logit u) / temperature)`. Its gradient is `J(y) g(y) / temperature`. The forward value is
 * soft: f must accept it.
 *
 * Biased for the hard model, whatever the number of samples; less so at a low temperature, with more variance.
 *
 * @param given.temperature 0.01 to 100 (default 0.5), or a scalar array to anneal without recompiling.
 * @throws RangeError for a temperature out of its range.
 * @see Jang, Gu & Poole 2017; Maddison, Mnih & Teh 2017
 * @example
 * const y = through(categorical(logits), gumbelSoftmax({ temperature: 0.5 }), key);
 */
export const gumbelSoftmax = defineEstimator({
  ...shared,
  id: "gumbel-softmax",
  title: "Gumbel-softmax (Concrete)",
  place: 1,
  forward: "soft",
  formula: "J(y) g(y) / temperature at y = softmax((a - log E) / temperature)",
  note: "Trains a soft network; the hard one that is deployed differs from it. Compare both at evaluation.",
  path: (q, noise, { temperature }) => relaxed(q, noise, reuse(temperature)),
});

/**
 * Straight-through Gumbel-softmax: the hard sample forward, the gradient of the relaxed sample from the same
 * noise backward, `J(y) g / temperature` with `y = softmax((a - log E) / temperature)`.
 *
 * @param given.temperature 0.01 to 100 (default 0.5), or a scalar array to anneal without recompiling.
 * @throws RangeError for a temperature out of its range.
 * @see Jang, Gu & Poole 2017
 * @example
 * const z = through(categorical(logits), straightThroughGumbelSoftmax(), key);
 */
export const straightThroughGumbelSoftmax = defineEstimator({
  ...shared,
  id: "straight-through-gumbel-softmax",
  title: "Straight-through Gumbel-softmax",
  place: 2,
  formula: "J(y) g / temperature, y = softmax((a - log E) / temperature)",
  note: "Hard forward, soft backward; a low temperature costs variance, a high one bias.",
  path: (q, noise, { temperature }) => {
    const hard = drawHard(q, noise.ref);
    const soft = relaxed(keep(q), noise, reuse(temperature));
    q.logits.dispose();
    return attach(hard, soft);
  },
});
