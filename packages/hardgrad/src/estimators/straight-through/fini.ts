import { numpy as np } from "@jax-js/jax";
import { sigmoid } from "../../math.ts";
import { detach, linearGradient, linearMapGradient } from "../../surrogate.ts";
import type { Distribution } from "../../types.ts";
import { defineEstimator } from "../define.ts";
import { checkCategories } from "../parts/category-limit.ts";
import { matrixVector, solve } from "../parts/linear-solve.ts";
import { drawHard, fixedMean } from "../parts/sample.ts";

const shared = { family: "straight-through", unbiased: false, reference: "he2026" } as const;

/**
 * Fini-2: the weight `w(D)` of least norm such that `w(D) g` is exact for every polynomial of degree 2.
 * Poisson (log-rate) `(x + lambda) / 2`; binomial (logit) `n p / 2 + (1 - 2p) x / 2`; Bernoulli `|b - p| / 2`, which is
 * ZGR; categorical by a linear system of C unknowns, the limit of `mve` at t = infinity.
 *
 * @throws RangeError for more than 512 categories, when it is used.
 * @see He & Wu 2026
 * @example
 * const x = through(poisson(logits), fini2(), key);
 */
export const fini2 = defineEstimator({
  ...shared,
  id: "fini-2",
  title: "Fini-2: finite-order relaxation of order 2",
  place: 8,
  supports: ["bernoulli", "categorical", "poisson", "binomial"],
  exactDegree: 2,
  formula: "w2(D) g; Poisson: (x + lambda)/2, binomial: n p/2 + (1 - 2p) x/2",
  note: "Straight-through for counts, where there was none. O(C^3) for categorical variables.",
  path: (q, noise) => {
    checkCategories("fini-2", q, 512, "each brings an unknown of a linear system");
    const hard = drawHard(q, noise);
    const mean = fixedMean(q);
    if (q.kind === "categorical") return linearMapGradient(hard.ref, q.logits, categoricalMap(mean, hard));
    if (q.kind === "poisson") return linearGradient(hard.ref, q.logits, hard.add(mean).mul(0.5));
    const trials = q.kind === "binomial" ? q.total : 1;
    const slope = np
      .negative(mean.ref.mul(2 / trials))
      .add(1)
      .mul(hard.ref)
      .add(mean)
      .mul(0.5);
    return linearGradient(hard, q.logits, slope);
  },
});

/**
 * Fini-3: exact for every polynomial of degree 3. Poisson `5 lambda / 12 + (8 lambda + 1) x / (12 lambda) - x^2 / (12 lambda)`;
 * binomial with at least two trials.
 *
 * @throws RangeError for one trial, when it is used: a variable of two values can't be exact beyond degree 2.
 * @see He & Wu 2026
 * @example
 * const x = through(poisson(logits), fini3(), key);
 */
export const fini3 = defineEstimator({
  ...shared,
  id: "fini-3",
  title: "Fini-3: finite-order relaxation of order 3",
  place: 9,
  supports: ["poisson", "binomial"],
  exactDegree: 3,
  formula: "w3(x) g, Poisson: 5 lambda/12 + (8 lambda + 1) x/(12 lambda) - x^2/(12 lambda)",
  note: "More variance than Fini-2 at small rates, where x^2 / lambda is large.",
  path: (q, noise) => {
    if (q.kind === "binomial" && q.total < 2)
      throw new RangeError(
        "fini-3: a binomial of 1 trial has two values and can't be exact for cubics; use fini2().",
      );
    const x = drawHard(q, noise);
    return linearGradient(x.ref, q.logits.ref, thirdOrder(q, x));
  },
});

/** Consumes q.logits and x. */
function thirdOrder(q: Distribution, x: np.Array): np.Array {
  const a = detach(q.logits);
  if (q.kind === "poisson") {
    const rate = np.exp(a);
    // x (x - 1) / rate is small where the rate is: x is hardly ever above 1.
    const pairs = x.ref.mul(x.ref.sub(1)).div(np.maximum(rate.ref, 1e-30));
    return rate.mul(5).add(x.mul(8)).sub(pairs).div(12);
  }
  // The weight is the same for (x, p) and (n - x, 1 - p): the rarer side is used, so that 1 - r is at least 1/2.
  const n = q.total;
  const common = np.greater(a.ref, 0);
  const r = sigmoid(np.negative(np.abs(a)));
  const y = np.where(common, np.negative(x.ref).add(n), x);
  const other = np.negative(r.ref).add(1);
  const constant = r.ref
    .mul(np.negative(r.ref.mul(6)).add(5))
    .mul(n)
    .add(y.ref.mul(2))
    .div(other.ref.mul(12));
  const linear = np.negative(r.ref.mul(2)).add(1).mul(y.ref).mul(0.5);
  const pairs = y.ref.mul(y.sub(1)).div(
    np
      .maximum(r, 1e-30)
      .mul(other)
      .mul(12 * (n - 1)),
  );
  return constant.add(linear).sub(pairs);
}

/**
 * v -> W v. With `G` the Laplacian of the weights `pi_i pi_j / (pi_i + pi_j)` and M = G^+ J / 2:
 * row i (the sample) `<D - pi, v> / 2`, row j `pi_j / (pi_i + pi_j) (M v)_j - (M v)_i`. Solved in the scaling by
 * sqrt(pi), in which the null vector is sqrt(pi) and every entry is of order one. Consumes both.
 */
function categoricalMap(mean: np.Array, sample: np.Array): (v: np.Array) => np.Array {
  const c = mean.shape.at(-1)!;
  const pi = np.maximum(mean, 1e-12);
  const root = np.sqrt(pi.ref);
  const column = (x: np.Array): np.Array => x.reshape([...x.shape, 1]);
  const row = (x: np.Array): np.Array => x.reshape([...x.shape.slice(0, -1), 1, c]);
  const sums = column(pi.ref).add(row(pi.ref));
  const off = np.negative(np.eye(c)).add(1);
  const outer = column(root.ref).mul(row(root.ref));
  const diagonal = np.sum(row(pi.ref).div(sums.ref).mul(off.ref), -1);
  const laplacian = np.eye(c).mul(column(diagonal)).sub(outer.ref.div(sums).mul(off)).add(outer);
  const right = np.eye(c).sub(row(pi.ref)).mul(column(root.ref)).mul(0.5);
  const m = detach(solve(laplacian, right).div(column(root)));
  const chosen = np.sum(pi.ref.mul(sample.ref), -1, { keepdims: true });
  const share = pi.ref.div(pi.ref.add(chosen)).mul(np.negative(sample.ref).add(1));
  const deviation = sample.ref.sub(pi);
  return (v) => {
    const x = matrixVector(m, v.ref);
    const atSample = np.sum(x.ref.mul(sample.ref), -1, { keepdims: true });
    const own = np.sum(deviation.mul(v), -1, { keepdims: true }).mul(0.5).mul(sample);
    return own.add(share.mul(x.sub(atSample)));
  };
}
