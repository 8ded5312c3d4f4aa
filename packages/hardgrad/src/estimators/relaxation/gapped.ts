import { nn, numpy as np } from "@jax-js/jax";
import { resolveOptions } from "../../checks.ts";
import { fixed, functionsOf } from "../../distributions/index.ts";
import { log, log1p, sigmoid, softmaxJacobian } from "../../math.ts";
import { references } from "../../references.ts";
import { detach, linearGradient, linearMapGradient } from "../../surrogate.ts";
import type { Estimator, OptionsTable, Traits } from "../../types.ts";
import { drawHard, pathEstimator, reuse, temperatureOption } from "../parts/index.ts";

const options: OptionsTable = {
  temperature: temperatureOption("of the softmax whose Jacobian is used", 1, 0.01),
  gap: {
    type: "number",
    default: 1,
    min: 0,
    max: 100,
    help: "least distance between the chosen logit and the others",
  },
  gapLaw: {
    type: "choice",
    default: "constant",
    choices: ["constant", "gumbel"],
    help: "gumbel: the mean gap of Gumbel noise, -log(1 - pi_D) / pi_D, in place of the number",
  },
};

/**
 * Gapped straight-through: the logits are moved, without randomness, until the sampled category leads by a gap; the
 * gradient is `J(softmax(moved / temperature)) g / temperature`.
 *
 * @param given.temperature 0.01 to 100 (default 1), or a scalar array.
 * @param given.gap 0 to 100 (default 1).
 * @param given.gapLaw `"constant"` (default), or `"gumbel"` for `-log(1 - pi_D) / pi_D`.
 * Reference: Fan, Chi, Rudnicky & Ramadge 2022.
 * @example
 * const z = through(categorical(logits), gappedStraightThrough(), key);
 */
export function gappedStraightThrough(
  given: { temperature?: number | np.Array; gap?: number; gapLaw?: string } = {},
): Estimator {
  const id = "gapped-straight-through";
  const settings = resolveOptions<{ temperature: number | np.Array; gap: number; gapLaw: string }>(
    id,
    options,
    given,
  );
  const traits: Traits = {
    id,
    title: "Gapped straight-through",
    family: "relaxation",
    supports: ["bernoulli", "categorical"],
    unbiased: false,
    exactDegree: 0,
    forward: "hard",
    needs: "gradient",
    formula: "J(softmax(m / t)) g / t, m: logits moved so that D leads by the gap",
    note: "No noise beyond the sample; the spirit of Gumbel-Rao at the cost of one softmax.",
    reference: references.fan2022,
    options,
    example: "through(categorical(logits), gappedStraightThrough(), key)",
  };
  return pathEstimator(traits, settings, (q, noise) => {
    const hard = drawHard(q, noise);
    const a = detach(q.logits.ref);
    const gap = (rest: np.Array, chosen: np.Array): np.Array => {
      if (settings.gapLaw === "constant") {
        rest.dispose();
        return chosen.mul(0).add(settings.gap);
      }
      // -log(1 - pi) / pi, which is 1 at pi = 0
      const likely = np.greater(chosen.ref, 0.5);
      const lost = np.where(likely, log(rest), log1p(np.negative(chosen.ref)));
      const none = np.equal(chosen.ref, 0);
      return np.where(none, 1, np.negative(lost).div(chosen));
    };
    if (q.kind === "bernoulli") {
      // Two categories with logits 0 and a: the sampled side leads by max(gap, its own lead).
      const side = a.mul(hard.ref.mul(2).sub(1));
      const lead = np.maximum(side.ref, gap(sigmoid(np.negative(side.ref)), sigmoid(side)));
      const y = sigmoid(lead.div(reuse(settings.temperature)));
      const slope = y.ref.mul(np.negative(y).add(1)).div(reuse(settings.temperature));
      return linearGradient(hard, q.logits, slope);
    }
    const mean = functionsOf(q).mean(fixed(q));
    const chosen = np.sum(mean.ref.mul(hard.ref), -1, { keepdims: true });
    const rest = np.sum(mean.mul(np.negative(hard.ref).add(1)), -1, { keepdims: true });
    const top = np.max(a.ref, -1, { keepdims: true });
    const below = np.maximum(a.ref.sub(top.ref).add(gap(rest, chosen)), 0);
    const moved = np.where(np.greater(hard.ref, 0.5), top, a.sub(below));
    const soft = detach(nn.softmax(moved.div(reuse(settings.temperature)), -1));
    return linearMapGradient(hard, q.logits, (v) =>
      softmaxJacobian(soft, v).div(reuse(settings.temperature)),
    );
  });
}
