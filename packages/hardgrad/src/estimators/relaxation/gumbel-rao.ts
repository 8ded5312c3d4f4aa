import { fixed } from "../../distributions/index.ts";
import { reuse } from "../../scalars.ts";
import { linearMapGradient } from "../../surrogate.ts";
import { defineEstimator } from "../define.ts";
import { conditionalRelaxed, meanJacobianOf } from "../parts/conditional-relaxed.ts";
import { stackedNoise, unstackNoise } from "../parts/noise.ts";
import { relaxedSamplesOption, temperatureOption } from "../parts/options.ts";
import { drawHard } from "../parts/sample.ts";

/**
 * Gumbel-Rao: straight-through Gumbel-softmax averaged over the noise that leads to the same hard sample:
 * `1/K sum_k J(y_k) g / temperature`, y_k relaxed samples given D. The same mean, strictly less variance.
 *
 * With one sample it has the law of straight-through Gumbel-softmax; as the temperature goes to 0 it tends to ZGR.
 *
 * @param given.temperature 0.01 to 100 (default 0.5), or a scalar array.
 * @param given.samples K, 1 to 1024 (default 20).
 * @throws RangeError for options out of range.
 * @see Paulus, Maddison & Krause 2021
 * @example
 * const z = through(categorical(logits), gumbelRao({ samples: 100 }), key);
 */
export const gumbelRao = defineEstimator({
  id: "gumbel-rao",
  title: "Gumbel-Rao: Rao-Blackwellised straight-through Gumbel-softmax",
  family: "relaxation",
  place: 4,
  supports: ["bernoulli", "categorical"],
  unbiased: false,
  formula: "1/K sum_k J(y_k) g / temperature, y_k given D",
  note: "K costs softmaxes only, no evaluations. Allows a lower temperature than straight-through Gumbel-softmax.",
  reference: "paulus2021",
  options: { temperature: temperatureOption("of the relaxed samples", 0.5), samples: relaxedSamplesOption },
  noise: (q, key, { samples }) => stackedNoise(q, key, samples),
  path: (q, noise, { temperature }) => {
    const { own, fresh } = unstackNoise(noise);
    const hard = drawHard(q, own);
    const soft = conditionalRelaxed(fixed(q), hard.ref, fresh, reuse(temperature));
    return linearMapGradient(hard, q.logits, meanJacobianOf(q, soft, reuse(temperature)));
  },
});
