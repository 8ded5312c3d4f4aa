import { nn, numpy as np } from "@jax-js/jax";
import { log, log1p, sigmoid, softmaxJacobian } from "../../math.ts";
import { reuse } from "../../scalars.ts";
import { detach, linearGradient, linearMapGradient } from "../../surrogate.ts";
import { defineEstimator } from "../define.ts";
import { temperatureOption } from "../parts/options.ts";
import { drawHard, fixedMean } from "../parts/sample.ts";

/**
 * Gapped straight-through: the logits are moved, without randomness, until the sampled category leads by a gap; the
 * gradient is `J(softmax(m / temperature)) g / temperature`, m the moved logits.
 *
 * @param given.temperature 0.01 to 100 (default 1), or a scalar array.
 * @param given.gap 0 to 100 (default 1).
 * @param given.gapLaw `"constant"` (default), or `"gumbel"` for `-log(1 - pi_D) / pi_D`.
 * @throws RangeError for options out of range.
 * @see Fan, Chi, Rudnicky & Ramadge 2022
 * @example
 * const z = through(categorical(logits), gappedStraightThrough(), key);
 */
export const gappedStraightThrough = defineEstimator({
  id: "gapped-straight-through",
  title: "Gapped straight-through",
  family: "relaxation",
  place: 5,
  supports: ["bernoulli", "categorical"],
  unbiased: false,
  formula: "J(softmax(m / t)) g / t, m: logits moved so that D leads by the gap",
  note: "No noise beyond the sample; the spirit of Gumbel-Rao at the cost of one softmax.",
  reference: "fan2022",
  options: {
    temperature: temperatureOption("of the softmax whose Jacobian is used", 1),
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
  },
  path: (q, noise, { temperature, gap: least, gapLaw }) => {
    const hard = drawHard(q, noise);
    const a = detach(q.logits.ref);
    const gap = (rest: np.Array, chosen: np.Array): np.Array => {
      if (gapLaw === "constant") {
        rest.dispose();
        return chosen.mul(0).add(least);
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
      const y = sigmoid(lead.div(reuse(temperature)));
      const slope = y.ref.mul(np.negative(y).add(1)).div(reuse(temperature));
      return linearGradient(hard, q.logits, slope);
    }
    const mean = fixedMean(q);
    const chosen = np.sum(mean.ref.mul(hard.ref), -1, { keepdims: true });
    const rest = np.sum(mean.mul(np.negative(hard.ref).add(1)), -1, { keepdims: true });
    const top = np.max(a.ref, -1, { keepdims: true });
    const below = np.maximum(a.ref.sub(top.ref).add(gap(rest, chosen)), 0);
    const moved = np.where(np.greater(hard.ref, 0.5), top, a.sub(below));
    const soft = detach(nn.softmax(moved.div(reuse(temperature)), -1));
    return linearMapGradient(hard, q.logits, (v) => softmaxJacobian(soft, v).div(reuse(temperature)));
  },
});
