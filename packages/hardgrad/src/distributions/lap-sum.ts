import { numpy as np } from "@jax-js/jax";
import { checkFloats } from "../arguments.ts";
import { difference, log } from "../math.ts";
import { takeScalar, temperatureRange } from "../scalars.ts";
import { detach, linearGradient, linearMapGradient } from "../surrogate.ts";
import { tame } from "./tame.ts";

/** Entry j of the last axis, `[..., 1]`, from 0; 0 where there is none. Consumes both. */
function entry(x: np.Array, j: np.Array): np.Array {
  const here = np.equal(np.arange(x.shape.at(-1)!).astype(np.float32), j);
  return np.sum(np.where(here, x, 0), -1, { keepdims: true });
}

/** The last axis moved up by d places; `first` stands in the d first ones. Consumes x. */
function moved(x: np.Array, d: number, first: number): np.Array {
  const n = x.shape.at(-1)!;
  const [kept, dropped] = np.split(x, [n - d], -1) as [np.Array, np.Array];
  dropped.dispose();
  return np.concatenate([np.full([...x.shape.slice(0, -1), d], first), kept], -1);
}

/**
 * `sum_{i <= j} exp((x_j - x_i) / t)` for x in descending order: positive terms of at most 1, by sums over 1, 2, 4, ... entries.
 * Consumes x.
 */
function runningMass(x: np.Array, t: np.Array): np.Array {
  const n = x.shape.at(-1)!;
  let mass = np.ones(x.shape);
  for (let d = 1; d < n; d *= 2) {
    const share = np.exp(np.minimum(x.ref.sub(moved(x.ref, d, 0)).div(t.ref), 0));
    mass = mass.ref.add(share.mul(moved(mass, d, 0)));
  }
  x.dispose();
  return mass;
}

/**
 * The threshold b with `sum_i F((x_i - b) / t) = k`, F the distribution function of the Laplace law, as an entry of x and the
 * distance from it in units of t: beside large scores it would be lost in their sum. Consumes x.
 */
function threshold(x: np.Array, t: np.Array, k: number): { pivot: np.Array; offset: np.Array } {
  const n = x.shape.at(-1)!;
  const sorted = np.flip(np.sort(x, -1), -1);
  const above = runningMass(sorted.ref, t); // a_j, with the entry itself
  const below = np.flip(runningMass(np.negative(np.flip(sorted.ref, -1)), t), -1); // 1 + c_j
  const next = (y: np.Array): np.Array => np.flip(moved(np.flip(y, -1), 1, 0), -1);
  const gap = np.minimum(next(sorted.ref).sub(sorted.ref).div(t.ref), 0);
  const last = np.equal(np.arange(n).astype(np.float32), n - 1);
  const rest = np.where(last, 0, next(below.ref).mul(np.exp(gap.ref))); // c_j
  // S_j: the sum with the threshold at entry j, which grows with j.
  const place = np.arange(1, n + 1).astype(np.float32);
  const sums = place.sub(above.ref.mul(0.5)).add(rest.ref.mul(0.5));
  const j = np.sum(np.less(sums, k).astype(np.float32), -1, { keepdims: true }); // S_j < k <= S_{j + 1}
  const at = (y: np.Array, step: number): np.Array => entry(y, j.ref.add(step));
  const m = np.negative(j.ref).add(k);
  const [a, c] = [at(above, -1), at(rest, -1)];
  const root = np.sqrt(np.square(m.ref).add(a.ref.mul(c)));
  // m > 0: from the entry below, b = r_{j + 1} + log((1 + c_{j + 1}) / (m + root)); the first entry: log((1 + c_1) / 2k).
  const first = np.equal(j.ref, 0);
  const lower = at(below, 0);
  const fromBelow = log(lower.ref.div(np.where(first.ref, 2 * k, m.ref.add(root.ref))));
  // m <= 0: from the entry above, b = r_j + log((root - m) / a_j); at the least half way, where c_j underflows.
  const end = np.equal(j.ref, n);
  const half = at(gap, -1).add(log(lower)).sub(log(a.ref)).mul(0.5);
  const weight = np.where(end.ref, 2 * (n - k), root.sub(m.ref)).div(a);
  const fromAbove = np.where(end.ref, log(weight.ref), np.maximum(log(weight), half));
  const down = np.logicalOr(first, np.logicalAnd(np.greater(m, 0), np.logicalNot(end)));
  const pivot = np.where(down.ref, at(sorted.ref, 0), at(sorted, -1));
  j.dispose();
  return { pivot, offset: np.where(down, fromBelow, fromAbove) };
}

/**
 * LapSum: a soft top-k by a threshold, `p_i = F((s_i - b) / t)` with F the distribution function of the Laplace law
 * (`e^x / 2` below 0, `1 - e^-x / 2` above) and b such that the sum is k: in closed form after one sort. The derivative is
 * `diag(d) - d d^T / sum d` with `d = min(p, 1 - p) / t`. Values are in [0, 1]; a larger temperature is softer.
 *
 * @param scores s, `[..., n]`. Consumed. An infinite score is the largest or smallest and has no gradient; NaN makes all NaN.
 * @param k a number above 0, up to n; it need not be whole.
 * @param temperature t, 1e-6 to 1e6, or a scalar array (consumed).
 * @returns of the shape of the scores.
 * @throws RangeError for a temperature or k out of its range.
 * @see Struski, Bednarczyk, Podolak & Tabor 2025
 * @example
 * const soft = lapSum(scores, 3, 0.2);
 */
export function lapSum(scores: np.Array, k: number, temperature: np.Array | number): np.Array {
  checkFloats("lapSum", "scores", scores);
  const n = scores.shape.at(-1)!;
  if (n === 0) throw new RangeError(`lapSum: scores of shape [${scores.shape}] are empty; leave them out.`);
  if (!(k > 0 && k <= n))
    throw new RangeError(`lapSum: k must be a number above 0, up to ${n}, the number of scores, not ${k}.`);
  const { s, t, unit } = tame(scores, takeScalar("lapSum", "temperature", temperature, temperatureRange));
  unit.dispose();
  if (k === n) {
    t.dispose();
    const one = np.where(np.isnan(s.ref), Number.NaN, np.ones(s.shape));
    return linearGradient(one.ref, s, one.sub(1));
  }
  const x = detach(s.ref);
  const { pivot, offset } = threshold(x.ref, t, k);
  const distance = difference(x, pivot).div(t.ref).sub(offset);
  const size = np.negative(np.abs(distance.ref));
  const tail = np.exp(size.ref).mul(0.5);
  const p = np.where(np.less(distance, 0), tail.ref, np.negative(tail.ref).add(1));
  const slope = tail.div(t);
  // Shares of the slope, formed apart: over a wide gap every slope is 0.
  const shares = np.exp(size.ref.sub(np.max(size, -1, { keepdims: true })));
  const weights = shares.ref.div(np.sum(shares, -1, { keepdims: true }));
  return linearMapGradient(p, s, (v) => slope.mul(v.ref.sub(np.sum(weights.mul(v), -1, { keepdims: true }))));
}
