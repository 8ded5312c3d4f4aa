import { numpy as np } from "@jax-js/jax";
import { sigmoid } from "../math.ts";
import { define, positive, within } from "./shape.ts";

/** Pseudo-derivatives of spiking networks. Several are not even functions, and several have no finite integral. */

const any = (initial: number, help: string) =>
  ({ type: "number", default: initial, min: -1000, max: 1000, help }) as const;

/** 1 where x is positive, 0 elsewhere, NaN for NaN. Does not consume x. */
function above(x: np.Array): np.Array {
  return np.where(np.isnan(x.ref), Number.NaN, np.greater(x.ref, 0).astype(np.float32));
}

/**
 * `1/(1 + k|x|)^2` within a band of half-width B around the threshold. (snnTorch's cuts at x > B, which with its
 * default leaves units near the threshold without a gradient.)
 *
 * @param given.k steepness, 0.01 to 1000 (default 25).
 * @param given.band B, 0.01 to 1000 (default 1).
 * @throws RangeError for options out of range.
 * @see Perez-Nieves & Goodman 2021
 * @example
 * const h = step({ derivative: sparseFastSigmoid() }).apply(x);
 */
export const sparseFastSigmoid = define({
  id: "sparse-fast-sigmoid",
  title: "Sparse fast sigmoid",
  formula: "1/(1 + k|x|)^2 for |x| <= B",
  options: { k: positive(25, "steepness"), band: positive(1, "B, half-width of the band") },
  reference: "perezNieves2021",
  integral: ({ k, band }) => (2 / k) * (1 - 1 / (1 + k * band)),
  derivative: (x, { k, band }) => within(x.ref, band).mul(np.reciprocal(np.square(np.abs(x).mul(k).add(1)))),
});

/**
 * `(1 + 2|x|/(alpha - 1))^(-alpha)`.
 *
 * @param given.alpha weight of the tails, 1.01 to 1000 (default 2): they fall as |x|^-alpha.
 * @throws RangeError for options out of range.
 * @see Herranz-Celotti & Rouat 2022
 * @example
 * const h = step({ derivative: qPseudoSpike() }).apply(x);
 */
export const qPseudoSpike = define({
  id: "q-pseudo-spike",
  title: "q-pseudo-spike",
  formula: "(1 + 2|x|/(alpha - 1))^(-alpha)",
  options: { alpha: positive(2, "weight of the tails: they fall as |x|^-alpha", 1.01) },
  reference: "herranzCelotti2022",
  integral: () => 1,
  derivative: (x, { alpha }) =>
    np.exp(
      np
        .log(
          np
            .abs(x)
            .mul(2 / (alpha - 1))
            .add(1),
        )
        .mul(-alpha),
    ),
});

/**
 * The sigmoid's derivative below the threshold, `beta/(x + 1)` above.
 *
 * @param given.alpha steepness below, 0.01 to 1000 (default 4).
 * @param given.beta height above, 0.01 to 1000 (default 1).
 * @throws RangeError for options out of range.
 * @see Suetake, Ikegawa, Saiin & Sawada 2022
 * @example
 * const h = step({ derivative: s2nn() }).apply(x);
 */
export const s2nn = define({
  id: "s2nn",
  title: "S2NN",
  formula: "alpha s(alpha x)(1 - s(alpha x)) for x < 0, beta/(x + 1) for x >= 0",
  options: { alpha: positive(4, "steepness below"), beta: positive(1, "height above") },
  reference: "suetake2022",
  integral: () => null,
  derivative: (x, { alpha, beta }) => {
    const s = sigmoid(np.minimum(x.ref, 0).mul(alpha));
    const below = s.ref.mul(np.negative(s).add(1)).mul(alpha);
    const over = np.reciprocal(np.maximum(x.ref, 0).add(1)).mul(beta);
    return np.where(np.less(x, 0), below, over);
  },
});

/**
 * `alpha/(1 + alpha|x|)`: so heavy a tail that it has no integral.
 *
 * @param given.alpha height, 0.01 to 1000 (default 1).
 * @throws RangeError for options out of range.
 * @see Fang et al. 2023 (SpikingJelly)
 * @example
 * const h = step({ derivative: logAbs() }).apply(x);
 */
export const logAbs = define({
  id: "log-abs",
  title: "Derivative of sign(x) log(1 + alpha|x|)",
  formula: "alpha/(1 + alpha|x|)",
  options: { alpha: positive(1, "height") },
  reference: "fang2023",
  integral: () => null,
  derivative: (x, { alpha }) => np.reciprocal(np.abs(x).mul(alpha).add(1)).mul(alpha),
});

/**
 * alpha below the threshold, 1 on (0, 1], 1/x beyond.
 *
 * @param given.alpha slope below the threshold, -1000 to 1000 (default 0).
 * @throws RangeError for options out of range.
 * @see Cai, He, Sun & Vasconcelos 2017
 * @example
 * const h = step({ derivative: logTailedRelu() }).apply(x);
 */
export const logTailedRelu = define({
  id: "log-tailed-relu",
  title: "Log-tailed ReLU",
  formula: "alpha for x <= 0, 1 for x <= 1, 1/x beyond",
  options: { alpha: any(0, "slope below the threshold") },
  reference: "cai2017",
  integral: () => null,
  derivative: (x, { alpha }) => {
    const tail = np.reciprocal(np.maximum(x.ref, 1));
    const on = above(x);
    x.dispose();
    return on.ref.mul(tail).add(np.negative(on).add(1).mul(alpha));
  },
});

/**
 * k above the threshold, leak below.
 *
 * @param given.k slope above the threshold, -1000 to 1000 (default 1).
 * @param given.leak slope below, -1000 to 1000 (default 0).
 * @throws RangeError for options out of range.
 * @see Fang et al. 2023 (SpikingJelly)
 * @example
 * const h = step({ derivative: leakyKRelu() }).apply(x);
 */
export const leakyKRelu = define({
  id: "leaky-k-relu",
  title: "Leaky k-ReLU",
  formula: "k for x > 0, leak for x <= 0",
  options: { k: any(1, "slope above the threshold"), leak: any(0, "slope below") },
  reference: "fang2023",
  integral: () => null,
  derivative: (x, { k, leak }) => {
    const on = above(x);
    x.dispose();
    return on.mul(k - leak).add(leak);
  },
});

/**
 * `1/(2w)` within w of the threshold, c outside.
 *
 * @param given.w half width, 0.01 to 1000 (default 1).
 * @param given.c slope outside, -1000 to 1000 (default 0.01).
 * @throws RangeError for options out of range.
 * @see Fang et al. 2023 (SpikingJelly)
 * @example
 * const h = step({ derivative: piecewiseLeakyRelu() }).apply(x);
 */
export const piecewiseLeakyRelu = define({
  id: "piecewise-leaky-relu",
  title: "Piecewise leaky ReLU",
  formula: "1/(2w) for |x| <= w, c outside",
  options: { w: positive(1, "half-width"), c: any(0.01, "slope outside") },
  reference: "fang2023",
  integral: ({ c }) => (c === 0 ? 1 : null),
  derivative: (x, { w, c }) =>
    within(x, w)
      .mul(1 / (2 * w) - c)
      .add(c),
});

/**
 * `k exp(-beta|x - 1|)`: centred at 1, not at the threshold.
 *
 * @param given.beta steepness, 0.01 to 1000 (default 1).
 * @param given.k height, 0.01 to 1000 (default 25).
 * @throws RangeError for options out of range.
 * @see Shrestha & Orchard 2018
 * @example
 * const h = step({ derivative: spikeRateEscape() }).apply(x);
 */
export const spikeRateEscape = define({
  id: "spike-rate-escape",
  title: "Spike rate escape",
  formula: "k exp(-beta|x - 1|)",
  options: { beta: positive(1, "steepness"), k: positive(25, "height") },
  reference: "shrestha2018",
  integral: ({ beta, k }) => (2 * k) / beta,
  derivative: (x, { beta, k }) => np.exp(np.abs(x.sub(1)).mul(-beta)).mul(k),
});

/**
 * 1 above the threshold, a small slope below.
 *
 * @param given.slope below the threshold, -1000 to 1000 (default 0.1).
 * @throws RangeError for options out of range.
 * @see Eshraghian et al. 2023 (snnTorch)
 * @example
 * const h = step({ derivative: leakySpike() }).apply(x);
 */
export const leakySpike = define({
  id: "leaky-spike",
  title: "Leaky spike operator",
  formula: "1 for x > 0, slope for x <= 0",
  options: { slope: any(0.1, "slope below the threshold") },
  reference: "eshraghian2023",
  integral: () => null,
  derivative: (x, { slope }) => {
    const on = above(x);
    x.dispose();
    return on.mul(1 - slope).add(slope);
  },
});
