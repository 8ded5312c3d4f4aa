import { nn, numpy as np, random } from "@jax-js/jax";
import { oneHotArgmax } from "../../distributions/categorical.ts";
import { exponential, perturbed } from "../../distributions/noise.ts";
import { softmaxJacobian } from "../../math.ts";
import { attach, detach, linearMapGradient } from "../../surrogate.ts";
import type { Distribution } from "../../types.ts";
import { defineEstimator } from "../define.ts";
import { rows } from "../parts/rows.ts";
import { type Diffusion, denoised, spreadNoise, unitNoise } from "./diffusion.ts";

const shared = {
  family: "straight-through",
  supports: ["categorical"],
  unbiased: false,
  law: "own",
  reference: "gourevitch2026",
  options: {
    steps: {
      type: "number",
      default: 3,
      min: 2,
      max: 64,
      integer: true,
      help: "n, times of the diffusion; more bring the law nearer to softmax(a)",
    },
    start: {
      type: "number",
      default: 0.5,
      min: 0.01,
      max: 0.99,
      help: "t_1, the noise at the last step; towards 1 the law is softmax(a) and the estimate straight-through",
    },
  },
  // The exponentials of the hard draw, and the Gaussian noise that the diffusion begins with.
  noise: (q: Distribution, key: np.Array) => {
    const [first, second] = rows(random.split(key, 2), [0, 1]) as [np.Array, np.Array];
    const shape = [...q.logits.shape];
    return np.stack([exponential(first, shape), random.normal(second, shape)], 0);
  },
} as const;

interface Settings {
  readonly steps: number;
  readonly start: number;
}

/** The logits of the last step, through the whole chain. Consumes logits and noise. */
function lastLogits(diffusion: Diffusion, logits: np.Array, noise: np.Array, settings: Settings): np.Array {
  return logits.ref.add(denoised(diffusion(logits, noise), settings));
}

const lawOf =
  (diffusion: Diffusion) =>
  (q: Distribution, noise: np.Array, settings: Settings): np.Array => {
    const [draw, z] = rows(noise, [0, 1]) as [np.Array, np.Array];
    draw.dispose();
    return nn.softmax(lastLogits(diffusion, q.logits, z, settings), -1);
  };

const pathOf =
  (diffusion: Diffusion) =>
  (q: Distribution, noise: np.Array, settings: Settings): np.Array => {
    const [draw, z] = rows(noise, [0, 1]) as [np.Array, np.Array];
    const last = lastLogits(diffusion, q.logits, z, settings);
    const hard = oneHotArgmax(perturbed(detach(last.ref), draw, 1));
    return attach(hard, nn.softmax(last, -1));
  };

const lawNote = "Samples do not follow softmax(a) but a sharper law: the audit reports how far off it is.";

/**
 * ReDGE: Gaussian noise is denoised in n - 1 steps by `p_t = softmax(a + alpha_t x / sigma_t^2)`, the sample is drawn from the
 * last p, and the gradient is that of p through the whole chain, `(dp/da)^T g`. alpha falls from 1 - t_1 to 1e-4, and
 * `sigma = 1 - alpha`.
 *
 * Its law is not softmax(a). Of two categories with p = 0.7 the first is drawn with probability 0.714 by default, and with
 * 0.995 at n = 3 and t_1 = 0.1. For a linear f the mean is the exact gradient under its own law.
 *
 * @param given.steps n, 2 to 64 (default 3).
 * @param given.start t_1, 0.01 to 0.99 (default 0.5).
 * @throws RangeError for options out of range.
 * @see Gourevitch, Durmus, Moulines, Olsson & Janati 2026
 * @example
 * const z = through(categorical(logits), redge({ steps: 5 }), key);
 */
export const redge = defineEstimator({
  ...shared,
  id: "redge",
  title: "ReDGE: diffusion in place of Gumbel noise",
  place: 15,
  formula: "(dp/da)^T g, p the last of n - 1 softmaxes of a and denoised Gaussian noise, D drawn from p",
  note: lawNote,
  ownLaw: lawOf(unitNoise),
  path: pathOf(unitNoise),
});

/**
 * ReDGE whose noise has the mean and the variance of the categories, `x = pi + sqrt(v) e` with `v = max(pi (1 - pi), 0.1)`:
 * `p_t = softmax(a + (alpha_t x - alpha_t sigma_t pi - alpha_t^2 / 2) / (v sigma_t^2))`, with the gradient through pi and v.
 *
 * @param given.steps n, 2 to 64 (default 3).
 * @param given.start t_1, 0.01 to 0.99 (default 0.5).
 * @throws RangeError for options out of range.
 * @see Gourevitch, Durmus, Moulines, Olsson & Janati 2026
 * @example
 * const z = through(categorical(logits), redgeCov(), key);
 */
export const redgeCov = defineEstimator({
  ...shared,
  id: "redge-cov",
  title: "ReDGE with the categories' variance",
  place: 16,
  formula: "(dp/da)^T g, p as for redge, of noise with mean pi and variance max(pi (1 - pi), 0.1)",
  note: lawNote,
  ownLaw: lawOf(spreadNoise),
  path: pathOf(spreadNoise),
});

/**
 * ReinDGE: ReDGE whose last step is differentiated to second order: where a enters it directly
 * `[J(p) g + <D - p, g> (D - p)] / 2`, as `zgr()` at p; through the noise `J(p) g` as in ReDGE. With two times there is no chain
 * and the first is all.
 *
 * @param given.steps n, 2 to 64 (default 3).
 * @param given.start t_1, 0.01 to 0.99 (default 0.5).
 * @throws RangeError for options out of range.
 * @see Gourevitch, Durmus, Moulines, Olsson & Janati 2026
 * @example
 * const z = through(categorical(logits), reindge(), key);
 */
export const reindge = defineEstimator({
  ...shared,
  id: "reindge",
  title: "ReinDGE: ReDGE with ReinMax at the last step",
  place: 17,
  formula: "[J(p) g + <D - p, g> (D - p)] / 2 for a in the last step, and J(p) g through the chain before it",
  note: lawNote,
  ownLaw: lawOf(unitNoise),
  path: (q, noise, settings) => {
    const [draw, z] = rows(noise, [0, 1]) as [np.Array, np.Array];
    const last = detach(q.logits.ref).add(denoised(unitNoise(q.logits.ref, z), settings));
    const hard = oneHotArgmax(perturbed(detach(last.ref), draw, 1));
    const chain = nn.softmax(last, -1);
    const p = detach(chain.ref);
    const deviation = hard.ref.sub(p.ref);
    const direct = linearMapGradient(np.zeros(q.logits.shape), q.logits, (v) => {
      const inner = np.sum(deviation.ref.mul(v.ref), -1, { keepdims: true });
      return softmaxJacobian(p, v).add(deviation.mul(inner)).mul(0.5);
    });
    return attach(hard, chain.add(direct));
  },
});
