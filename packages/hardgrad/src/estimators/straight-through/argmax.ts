import { numpy as np } from "@jax-js/jax";
import { functionsOf } from "../../distributions/index.ts";
import { reuse } from "../../scalars.ts";
import { attach } from "../../surrogate.ts";
import { defineEstimator } from "../define.ts";
import { temperatureOption } from "../parts/options.ts";
import { drawHard } from "../parts/sample.ts";

/**
 * Straight-through without a draw: forward the most probable value (categorical: the one-hot of the largest logit, the
 * first of equals; Bernoulli: `1[a > 0]`), backward the derivative of the probability, `J(softmax(a / t)) g / t`.
 *
 * The network that trains is the one that is used when every choice takes its most probable value, so nothing is lost
 * when training ends (no selection gap); nothing is explored either.
 *
 * @param given.temperature t, 0.01 to 100 (default 1), or a scalar array.
 * @throws RangeError for a temperature out of its range.
 * @see Bengio, Léonard & Courville 2013
 * @example
 * const z = through(categorical(logits), straightThroughArgmax(), key);
 */
export const straightThroughArgmax = defineEstimator({
  id: "straight-through-argmax",
  title: "Straight-through, argmax forward",
  family: "straight-through",
  place: 4,
  supports: ["bernoulli", "categorical"],
  unbiased: false,
  law: "own",
  reference: "bengio2013",
  formula: "J(softmax(a / t)) g / t at the most probable D",
  note: "Not a sample: the value is the most probable one, always. For choices that are made once for all examples, such as the operations and wires of logic gates.",
  options: { temperature: temperatureOption("of the softmax of the backward pass", 1) },
  // Noise of a draw in the middle: every one of a Bernoulli unit's equals 1/2, all categories' are the same.
  noise: (q, key) => {
    key.dispose();
    return np.full(q.logits.shape, 0.5);
  },
  path: (q, noise, { temperature }) => {
    const hard = drawHard(q, noise);
    const scaled = q.logits.div(reuse(temperature));
    return attach(hard, functionsOf(q).mean({ ...q, logits: scaled }));
  },
});
