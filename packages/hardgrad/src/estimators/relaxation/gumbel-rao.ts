import { nn, numpy as np, random } from "@jax-js/jax";
import { resolveOptions } from "../../checks.ts";
import { fixed, functionsOf } from "../../distributions/index.ts";
import { gumbel } from "../../distributions/noise.ts";
import { sigmoid, softmaxJacobian } from "../../math.ts";
import { references } from "../../references.ts";
import { detach, linearMapGradient } from "../../surrogate.ts";
import type { Distribution, Estimator, OptionsTable, Traits } from "../../types.ts";
import { conditionalLogistic } from "../parts/conditional.ts";
import { drawNoise, pathEstimator, reuse, rows, temperatureOption } from "../parts/index.ts";

const options: OptionsTable = {
  temperature: temperatureOption("of the relaxed samples", 0.5, 0.01),
  samples: {
    type: "number",
    default: 20,
    min: 1,
    max: 1024,
    integer: true,
    help: "relaxed samples averaged, all given the one hard sample; no extra evaluation of f",
  },
};

/** The sample's noise on top of K sets of fresh noise: `[K + 1, ...logits.shape]`. Consumes the key. */
export function stackedNoise(samples: number): (q: Distribution, key: np.Array) => np.Array {
  return (q, key) => {
    const [first, second] = rows(random.split(key, 2), [0, 1]) as [np.Array, np.Array];
    const own = drawNoise(q, first);
    return np.concatenate([own.reshape([1, ...own.shape]), drawNoise(q, second, samples)], 0);
  };
}

/** Parts the noise made by `stackedNoise`. Consumes it. */
export function unstackNoise(noise: np.Array): { own: np.Array; fresh: np.Array } {
  const [own, fresh] = np.split(noise, [1], 0) as [np.Array, np.Array];
  return { own: np.squeeze(own, 0), fresh };
}

/** K relaxed samples `[K, ...]` given the hard one, detached. Consumes q.logits, sample, fresh and temperature. */
export function conditionalRelaxed(
  q: Distribution,
  sample: np.Array,
  fresh: np.Array,
  temperature: np.Array | number,
): np.Array {
  const a = detach(q.logits);
  if (q.kind === "bernoulli") {
    const spread = (x: np.Array): np.Array => np.broadcastTo(x, fresh.shape);
    return detach(sigmoid(conditionalLogistic(spread(a), spread(sample), fresh).div(temperature)));
  }
  // `conditionalGumbel` less its largest logit, which the softmax does not see: one logarithm per entry. An infinite
  // exponential is right: the softmax gives 0 to a category whose logit is 88 below the largest.
  const below = a.ref.sub(np.max(a, -1, { keepdims: true }));
  const winner = np.sum(fresh.ref.mul(sample.ref), -1, { keepdims: true });
  const share = winner.div(np.sum(np.exp(below.ref), -1, { keepdims: true }));
  const others = fresh.mul(np.exp(np.negative(below))).add(share.ref);
  const chances = np.where(np.greater(sample, 0.5), share, others);
  return detach(nn.softmax(gumbel(chances).div(temperature), -1));
}

/** `v -> mean over K of J(y_k) v / temperature`. Consumes all. */
export function meanJacobianOf(
  q: Distribution,
  soft: np.Array,
  temperature: np.Array | number,
): (v: np.Array) => np.Array {
  if (q.kind === "bernoulli") {
    const slope = np.mean(soft.ref.mul(np.negative(soft).add(1)), 0).div(temperature);
    return (v) => slope.mul(v);
  }
  const samples = soft.shape[0]!;
  if (soft.shape.at(-1)! > samples)
    return (v) => np.mean(softmaxJacobian(soft, np.broadcastTo(v, soft.shape)), 0).div(temperature);
  // The mean of y y^T is smaller than the samples themselves, and is made by one matrix product.
  const rows = np.moveaxis(soft.ref, 0, -2);
  const products = np.matmul(np.matrixTranspose(rows.ref), rows).div(samples);
  const mean = np.mean(soft, 0);
  return (v) => {
    const inner = np.sum(products.mul(np.expandDims(v.ref, -2)), -1);
    return mean.mul(v).sub(inner).div(temperature);
  };
}

/**
 * Gumbel-Rao: straight-through Gumbel-softmax averaged over the noise that leads to the same hard sample:
 * `1/K sum_k J(y_k) g / temperature`, y_k relaxed samples given D. The same mean, strictly less variance.
 *
 * With one sample it has the law of straight-through Gumbel-softmax; as the temperature goes to 0 it tends to ZGR.
 * @param given.temperature 0.01 to 100 (default 0.5), or a scalar array.
 * @param given.samples K, 1 to 1024 (default 20).
 * Reference: Paulus, Maddison & Krause 2021.
 * @example
 * const z = through(categorical(logits), gumbelRao({ samples: 100 }), key);
 */
export function gumbelRao(given: { temperature?: number | np.Array; samples?: number } = {}): Estimator {
  const settings = resolveOptions<{ temperature: number | np.Array; samples: number }>(
    "gumbel-rao",
    options,
    given,
  );
  const traits: Traits = {
    id: "gumbel-rao",
    title: "Gumbel-Rao: Rao-Blackwellised straight-through Gumbel-softmax",
    family: "relaxation",
    supports: ["bernoulli", "categorical"],
    unbiased: false,
    exactDegree: 0,
    forward: "hard",
    needs: "gradient",
    formula: "1/K sum_k J(y_k) g / temperature, y_k given D",
    note: "K costs softmaxes only, no evaluations. Allows a lower temperature than straight-through Gumbel-softmax.",
    reference: references.paulus2021,
    options,
    example: "through(categorical(logits), gumbelRao({ samples: 20 }), key)",
  };
  return pathEstimator(
    traits,
    settings,
    (q, noise) => {
      const { own, fresh } = unstackNoise(noise);
      const hard = functionsOf(q).sample(fixed(q), own);
      const soft = conditionalRelaxed(fixed(q), hard.ref, fresh, reuse(settings.temperature));
      return linearMapGradient(hard, q.logits, meanJacobianOf(q, soft, reuse(settings.temperature)));
    },
    stackedNoise(settings.samples),
  );
}
