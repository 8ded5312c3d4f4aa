import type { numpy as np } from "@jax-js/jax";
import { resolveOptions } from "../../checks.ts";
import { functionsOf, relaxed } from "../../distributions/index.ts";
import { references } from "../../references.ts";
import { attach, detach } from "../../surrogate.ts";
import type { Estimator, OptionsTable, Traits } from "../../types.ts";
import { drawHard, pathEstimator, reuse, temperatureOption } from "../parts/index.ts";

const options: OptionsTable = {
  forwardTemperature: temperatureOption(
    "divides the logits before the hard sample is drawn; 1 samples from q",
    1,
    0.01,
  ),
  backwardTemperature: temperatureOption("of the soft sample whose gradient is used", 0.5, 0.01),
  noise: {
    type: "choice",
    default: "shared",
    choices: ["shared", "none"],
    help: "whether the soft sample uses the hard one's noise (Gumbel) or is the plain softmax",
  },
};

/**
 * Decoupled straight-through: hard samples at a forward temperature, the gradient of a soft sample at a backward one, as in
 * the paper: temperatures divide the logits, not the noise. With `shared` noise (first version of the paper) the sample
 * is `argmax(a / t_f - log E)` and the gradient `J(y) g / t_b` at `y = softmax(a / t_b - log E)`; with `none` (later
 * version) `y = softmax(a / t_b)`.
 *
 * @param given.forwardTemperature 0.01 to 100 (default 1, the distribution itself), or a scalar array.
 * @param given.backwardTemperature 0.01 to 100 (default 0.5), or a scalar array.
 * @param given.noise `"shared"` (default) or `"none"`.
 * Reference: Shah et al. 2024.
 * @example
 * const z = through(categorical(logits), decoupledStraightThrough({ backwardTemperature: 1.5 }), key);
 */
export function decoupledStraightThrough(
  given: {
    forwardTemperature?: number | np.Array;
    backwardTemperature?: number | np.Array;
    noise?: string;
  } = {},
): Estimator {
  const id = "decoupled-straight-through";
  const settings = resolveOptions<{
    forwardTemperature: number | np.Array;
    backwardTemperature: number | np.Array;
    noise: string;
  }>(id, options, given);
  const traits: Traits = {
    id,
    title: "Decoupled straight-through: two temperatures",
    family: "relaxation",
    supports: ["bernoulli", "categorical"],
    unbiased: false,
    exactDegree: 0,
    forward: "hard",
    ...(settings.forwardTemperature === 1 ? {} : { law: "own" as const }),
    needs: "gradient",
    formula:
      settings.noise === "shared"
        ? "J(y) g / t_b at y = softmax(a/t_b - log E), D = argmax(a/t_f - log E)"
        : "J(y) g / t_b at y = softmax(a/t_b), D = argmax(a/t_f - log E)",
    note: "A forward temperature other than 1 samples from softmax(a / t_f) instead of q: deploy with the same.",
    reference: references.shah2024,
    options,
    example: "through(categorical(logits), decoupledStraightThrough({ backwardTemperature: 1.5 }), key)",
  };
  return pathEstimator(traits, settings, (q, noise) => {
    const forward = { ...q, logits: detach(q.logits.ref).div(reuse(settings.forwardTemperature)) };
    const hard = drawHard(forward, noise.ref);
    forward.logits.dispose();
    const backward = { ...q, logits: q.logits.div(reuse(settings.backwardTemperature)) };
    if (settings.noise === "shared") return attach(hard, relaxed(backward, noise, 1));
    noise.dispose();
    return attach(hard, functionsOf(q).mean(backward));
  });
}
