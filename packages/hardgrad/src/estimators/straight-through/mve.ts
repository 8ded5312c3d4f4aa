import { numpy as np } from "@jax-js/jax";
import { softmaxJacobian } from "../../math.ts";
import { reuse } from "../../scalars.ts";
import { detach, linearMapGradient } from "../../surrogate.ts";
import { defineEstimator } from "../define.ts";
import { checkCategories } from "../parts/category-limit.ts";
import { matrixVector, solve } from "../parts/linear-solve.ts";
import { drawHard, fixedMean } from "../parts/sample.ts";

/**
 * t from `from` to `to`, growing exponentially as `progress` goes from 0 to 1: the schedule of the paper.
 *
 * @param progress share of the training that is done; below 0 counts as 0, above 1 as 1.
 * @see Hooper & Shekhovtsov 2026
 * @example
 * mveTemperature(0.5); // 1000
 */
export function mveTemperature(progress: number, from = 1, to = 1e6): number {
  return from * (to / from) ** Math.min(1, Math.max(0, progress));
}

/**
 * MVE, the minimum-variance straight-through estimator with a bias-variance temperature t: `S^T g`, straight-through at 0;
 * as t grows the bias on quadratics vanishes at the least price in variance. One linear system of C unknowns per
 * variable. Note that t works the other way round than ReinMax's temperature.
 *
 * @param given.temperature t, 0 to 1e9 (default 1), or a scalar array; the paper lets it grow from 1 to 1e6.
 * @param given.embedding `"one-hot"` (default), or `"integer"` if f uses only the category's number.
 * @throws RangeError for options out of range, and for more than 512 categories, when it is used one-hot.
 * @see Hooper & Shekhovtsov 2026
 * @example
 * const z = through(categorical(logits), mve({ temperature: mveTemperature(0.5) }), key);
 */
export const mve = defineEstimator({
  id: "mve",
  title: "MVE: minimum-variance straight-through",
  family: "straight-through",
  place: 7,
  supports: ["categorical"],
  unbiased: false,
  exactDegree: 1,
  formula: "S^T g, S by a linear system in pi and t",
  note: "O(C^3) per variable (O(C) for integers, right only for an f of the category's number). A fixed moderate t trades; let it grow during training.",
  reference: "hooper2026",
  options: {
    temperature: {
      type: "number",
      default: 1,
      min: 0,
      max: 1e9,
      schedulable: true,
      help: "0 is straight-through; towards infinity exact for quadratics, with more variance",
    },
    embedding: {
      type: "choice",
      default: "one-hot",
      choices: ["one-hot", "integer"],
      help: "integer: f uses the sample only through its number, sum_c c D_c; cheaper by a factor of C^2",
    },
  },
  // With integers: for f of the number alone, which no degree in the one-hot sample says.
  claims: ({ embedding }) => (embedding === "integer" ? { exactDegree: 0 } : {}),
  path: (q, noise, { temperature, embedding }) => {
    if (embedding === "one-hot") checkCategories("mve", q, 512, "each brings an unknown of a linear system");
    const hard = drawHard(q, noise);
    const mean = fixedMean(q);
    // t = w / u with u + w = 1, so that neither end overflows.
    const t = reuse(temperature);
    const u = typeof t === "number" ? np.array(1 / (1 + t)) : np.reciprocal(detach(t).add(1));
    const map = embedding === "integer" ? integerMap(mean, hard.ref, u) : oneHotMap(mean, hard.ref, u);
    return linearMapGradient(hard, q.logits, map);
  },
});

/** v -> S v. Consumes all three. */
function oneHotMap(pi: np.Array, sample: np.Array, u: np.Array): (v: np.Array) => np.Array {
  const c = pi.shape.at(-1)!;
  const w = np.negative(u.ref).add(1);
  const column = pi.ref.reshape([...pi.shape, 1]);
  const row = pi.ref.reshape([...pi.shape.slice(0, -1), 1, c]);
  const sums = w.ref.mul(column.ref.add(row.ref)).add(u.ref);
  const eye = np.eye(c);
  const own = u.ref.add(w.ref.mul(pi.ref)); // u + w pi_i
  const twice = own.ref.add(w.ref.mul(pi.ref));
  const diagonal = own.ref.mul(np.sum(row.ref.div(sums.ref), -1));
  const couplings = w.ref.mul(column.mul(row.ref)).div(sums);
  // The last term keeps the solution finite where t is so large that A is singular along (1, ..., 1).
  const a = eye.ref
    .mul(diagonal.reshape([...pi.shape, 1]))
    .sub(couplings)
    .add(w.ref.mul(1e-6));
  const jacobian = eye.sub(row).mul(pi.ref.reshape([...pi.shape, 1]));
  const right = own.ref
    .div(twice)
    .reshape([...pi.shape, 1])
    .mul(jacobian);
  const solution = detach(solve(a, right));
  const chosen = np.sum(pi.ref.mul(sample.ref), -1, { keepdims: true });
  const scale = np.reciprocal(own.ref.add(w.ref.mul(chosen)));
  return (v) => {
    const x = matrixVector(solution, v.ref);
    const atSample = np.sum(x.ref.mul(sample.ref), -1, { keepdims: true });
    const extra = w.ref.mul(sample).mul(softmaxJacobian(pi.ref, v));
    return own.mul(x).sub(w.mul(pi).mul(atSample)).add(extra).mul(scale);
  };
}

/** For f of `y = sum_c c D_c`: the direction of D that y sees, times y's derivative. Consumes all three. */
function integerMap(pi: np.Array, sample: np.Array, u: np.Array): (v: np.Array) => np.Array {
  const c = pi.shape.at(-1)!;
  const phi = np.array(Array.from({ length: c }, (_, i) => i));
  const squares = np.square(phi.ref);
  const w = np.negative(u.ref).add(1);
  const total = (x: np.Array): np.Array => np.sum(x, -1, { keepdims: true });
  const m1 = total(pi.ref.mul(phi.ref));
  const m2 = total(pi.ref.mul(squares.ref));
  const y = total(sample.mul(phi.ref));
  const variance = total(pi.ref.mul(np.square(phi.ref.sub(m1.ref))));
  const linear = u.ref.add(w.ref.mul(m2.sub(m1.ref.mul(y.ref))).mul(2));
  const quadratic = w.ref.mul(y.sub(m1));
  const below = u.add(w.mul(variance).mul(2)).add(1e-12);
  const s = linear.mul(phi.ref).add(quadratic.mul(squares.ref)).div(below);
  const length = Math.max(1, ((c - 1) * c * (2 * c - 1)) / 6); // sum of the squares
  squares.dispose();
  return (v) => phi.div(length).mul(total(softmaxJacobian(pi, s).mul(v)));
}
