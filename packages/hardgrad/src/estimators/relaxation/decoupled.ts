import { functionsOf, relaxed } from "../../distributions/index.ts";
import { reuse } from "../../scalars.ts";
import { attach, detach } from "../../surrogate.ts";
import { defineEstimator } from "../define.ts";
import { temperatureOption } from "../parts/options.ts";
import { drawHard } from "../parts/sample.ts";

/**
 * Decoupled straight-through: hard samples at a forward temperature, the gradient of a soft sample at a backward one, as in
 * the paper: temperatures divide the logits, not the noise. With `shared` noise (first version of the paper) the sample
 * is `argmax(a / t_f - log E)` and the gradient `J(y) g / t_b` at `y = softmax(a / t_b - log E)`; with `none` (later
 * version) `y = softmax(a / t_b)`.
 *
 * @param given.forwardTemperature t_f, 0.01 to 100 (default 1, the distribution itself), or a scalar array.
 * @param given.backwardTemperature t_b, 0.01 to 100 (default 0.5), or a scalar array.
 * @param given.noise `"shared"` (default) or `"none"`.
 * @throws RangeError for options out of range.
 * @see Shah, Yan, Mozer & Liu 2024
 * @example
 * const z = through(categorical(logits), decoupledStraightThrough({ backwardTemperature: 1.5 }), key);
 */
export const decoupledStraightThrough = defineEstimator({
  id: "decoupled-straight-through",
  title: "Decoupled straight-through: two temperatures",
  family: "relaxation",
  place: 3,
  supports: ["bernoulli", "categorical"],
  unbiased: false,
  formula: "J(y) g / t_b at y = softmax(a/t_b - log E), D = argmax(a/t_f - log E)",
  note: "A forward temperature other than 1 samples from softmax(a / t_f) instead of q: deploy with the same.",
  reference: "shah2024",
  options: {
    forwardTemperature: temperatureOption(
      "divides the logits before the hard sample is drawn; 1 samples from q",
      1,
    ),
    backwardTemperature: temperatureOption("of the soft sample whose gradient is used", 0.5),
    noise: {
      type: "choice",
      default: "shared",
      choices: ["shared", "none"],
      help: "whether the soft sample uses the hard one's noise (Gumbel) or is the plain softmax",
    },
  },
  claims: ({ forwardTemperature, noise }) => ({
    ...(forwardTemperature !== 1 && { law: "own" }),
    ...(noise === "none" && { formula: "J(y) g / t_b at y = softmax(a/t_b), D = argmax(a/t_f - log E)" }),
  }),
  ownLaw: (q, noise, { forwardTemperature }) => {
    noise.dispose();
    return functionsOf(q).mean({ ...q, logits: q.logits.div(reuse(forwardTemperature)) });
  },
  path: (q, noise, settings) => {
    const forward = { ...q, logits: detach(q.logits.ref).div(reuse(settings.forwardTemperature)) };
    const hard = drawHard(forward, noise.ref);
    forward.logits.dispose();
    const backward = { ...q, logits: q.logits.div(reuse(settings.backwardTemperature)) };
    if (settings.noise === "shared") return attach(hard, relaxed(backward, noise, 1));
    noise.dispose();
    return attach(hard, functionsOf(q).mean(backward));
  },
});
