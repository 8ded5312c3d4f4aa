import { numpy as np } from "@jax-js/jax";
import { resolveOptions } from "../../checks.ts";
import { fixed, functionsOf } from "../../distributions/index.ts";
import { sigmoid, softmaxJacobian } from "../../math.ts";
import { references } from "../../references.ts";
import { detach, linearGradient, linearMapGradient } from "../../surrogate.ts";
import type { Distribution, Estimator, OptionsTable, Traits } from "../../types.ts";
import { drawHard, pathEstimator, reuse, temperatureOption } from "../parts/index.ts";

const reinmaxOptions: OptionsTable = {
  temperature: temperatureOption("1 is exact for quadratics; above, less variance and more bias", 1, 1),
};

/**
 * ReinMax: `2 J((softmax(a/t) + D) / 2) g - 1/2 J(pi) g`, J the softmax Jacobian.
 * Bernoulli is the case of two categories: `(2 r (1 - r) - p (1 - p) / 2) g` with `r = (sigmoid(a/t) + b) / 2`.
 *
 * At temperature 1 it is exact for every quadratic f, and equals `zgr()` sample by sample; at any other it is biased
 * for a linear f already.
 *
 * @param given.temperature from 1 (default 1), or a scalar array.
 * Reference: Liu et al. 2023.
 * @example
 * const z = through(categorical(logits), reinmax(), key);
 */
export function reinmax(given: { temperature?: number | np.Array } = {}): Estimator {
  const settings = resolveOptions<{ temperature: number | np.Array }>("reinmax", reinmaxOptions, given);
  const traits: Traits = {
    id: "reinmax",
    title: "ReinMax",
    family: "straight-through",
    supports: ["bernoulli", "categorical"],
    unbiased: false,
    exactDegree: settings.temperature === 1 ? 2 : 0,
    forward: "hard",
    needs: "gradient",
    formula: "2 J((softmax(a/t) + D)/2) g - J(pi) g / 2",
    note: "Straight-through's cost with second-order accuracy, at temperature 1 only. For a general f less bias than straight-through is usual, not guaranteed.",
    reference: references.liu2023,
    options: reinmaxOptions,
    example: "through(categorical(logits), reinmax(), key)",
  };
  return pathEstimator(traits, settings, (q, noise) => {
    const hard = drawHard(q, noise);
    const tempered = { ...q, logits: q.logits.ref.div(reuse(settings.temperature)) };
    const middle = detach(functionsOf(q).mean(tempered).add(hard.ref).mul(0.5));
    const mean = functionsOf(q).mean(fixed(q));
    if (q.kind === "bernoulli") {
      const slope = variance(middle).mul(2).sub(variance(mean).mul(0.5));
      return linearGradient(hard, q.logits, slope);
    }
    return linearMapGradient(hard, q.logits, (v) =>
      softmaxJacobian(middle, v.ref).mul(2).sub(softmaxJacobian(mean, v).mul(0.5)),
    );
  });
}

function variance(p: np.Array): np.Array {
  return p.ref.mul(np.negative(p).add(1));
}

/**
 * ZGR, the zero-temperature limit of Gumbel-Rao: `1/2 [J(pi) g + (D - pi) <D - pi, g>]`; Bernoulli
 * `|b - p| g / 2`. Exact for every quadratic f. The same as `reinmax()` at temperature 1 and as the
 * at-sample form of DARN (2014).
 *
 * Reference: Shekhovtsov 2023.
 * @example
 * const h = through(bernoulli(logits), zgr(), key);
 */
export function zgr(given: Record<never, never> = {}): Estimator {
  const traits: Traits = {
    id: "zgr",
    title: "ZGR: zero-temperature Gumbel-Rao",
    family: "straight-through",
    supports: ["bernoulli", "categorical"],
    unbiased: false,
    exactDegree: 2,
    forward: "hard",
    needs: "gradient",
    formula: "[J(pi) g + (D - pi) <D - pi, g>] / 2, Bernoulli: |b - p| g / 2",
    note: "The cheapest estimator that is exact for quadratics: no temperature and no extra noise.",
    reference: references.shekhovtsov2023,
    options: {},
    example: "through(bernoulli(logits), zgr(), key)",
  };
  return pathEstimator(traits, resolveOptions("zgr", {}, given), zgrPath);
}

function zgrPath(q: Distribution, noise: np.Array): np.Array {
  const hard = drawHard(q, noise);
  if (q.kind === "bernoulli") {
    // |b - p| as sigmoid of the signed logit, without the cancellation of 1 - p.
    const signed = detach(q.logits.ref).mul(hard.ref.mul(-2).add(1));
    return linearGradient(hard, q.logits, sigmoid(signed).mul(0.5));
  }
  const mean = functionsOf(q).mean(fixed(q));
  const deviation = detach(hard.ref).sub(mean.ref);
  return linearMapGradient(hard, q.logits, (v) => {
    const inner = np.sum(deviation.ref.mul(v.ref), -1, { keepdims: true });
    return softmaxJacobian(mean, v).add(deviation.mul(inner)).mul(0.5);
  });
}
