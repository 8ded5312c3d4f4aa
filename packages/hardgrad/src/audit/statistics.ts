/** What is measured of one estimator. All sums are in float64. */
export interface Measures {
  /** Mean estimate, minus the exact gradient, per logit; and its standard error. */
  readonly bias: readonly number[];
  readonly error: readonly number[];
  /** Largest |bias| in standard errors, after a floor for float32. */
  readonly z: number;
  readonly verdict: "biased" | "no bias found";
  /** Length of the bias; that of its noise (what an unbiased estimator would show); both relative to the gradient. */
  readonly relativeBias: number;
  readonly relativeNoise: number;
  /** Sum over the logits of the variance of one estimate. */
  readonly variance: number;
  /** Mean squared distance of one estimate to the exact gradient. */
  readonly mse: number;
  /** Of the mean estimate with the exact gradient; null where either is zero. */
  readonly cosine: number | null;
  /**
   * What one step along the estimate gains, of what the exact gradient gains: `<E g, G>^2 / (|G|^2 E|g|^2)`, the best step
   * length being taken for each. Null for a gradient of zero.
   */
  readonly descent: number | null;
  readonly descentPerEvaluation: number | null;
}

/** A bias counts as seen above this many standard errors. */
export const LIMIT = 4.5;

const sum = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0);
const dot = (x: readonly number[], y: readonly number[]): number => sum(x.map((v, i) => v * y[i]!));

/**
 * From estimates `[count * width]` and the exact gradient.
 *
 * @param scale the size of f, for the floor that float32 sets: 2e-6 of it.
 * @param evaluations of f per estimate.
 */
export function measure(
  estimates: ArrayLike<number>,
  exact: readonly number[],
  scale: number,
  evaluations: number,
): Measures {
  const width = exact.length;
  const count = estimates.length / width;
  // A NaN is neither above nor below any limit: it must not pass for "no bias found".
  if (!exact.every(Number.isFinite) || !Number.isFinite(scale))
    throw new RangeError(`audit: the exact gradient is not finite: ${exact.join(", ")}.`);
  if (Array.prototype.some.call(estimates, (v) => !Number.isFinite(v)))
    throw new RangeError("its estimates are not finite here; look at f between and at the hard values.");
  const mean = exact.map(() => 0);
  const square = exact.map(() => 0);
  for (let n = 0; n < count; n++)
    for (let i = 0; i < width; i++) {
      const value = estimates[n * width + i]!;
      const delta = value - mean[i]!;
      mean[i]! += delta / (n + 1);
      square[i]! += delta * (value - mean[i]!);
    }
  const variances = square.map((s) => s / (count - 1));
  const error = variances.map((v) => Math.sqrt(v / count));
  const bias = mean.map((m, i) => m - exact[i]!);
  const floor = 2e-6 * Math.max(scale, 1e-30);
  const z = Math.max(
    ...bias.map((b, i) => {
      const over = Math.abs(b) - floor;
      return over <= 0 ? 0 : over / Math.max(error[i]!, floor / LIMIT);
    }),
  );
  const variance = sum(variances);
  const size = Math.sqrt(dot(exact, exact));
  const length = Math.sqrt(dot(mean, mean));
  const second = variance * ((count - 1) / count) + dot(mean, mean);
  const zero = size <= floor || length <= floor;
  const descent = zero ? null : dot(mean, exact) ** 2 / (size ** 2 * second);
  return {
    bias,
    error,
    z,
    verdict: z > LIMIT ? "biased" : "no bias found",
    relativeBias: Math.sqrt(dot(bias, bias)) / Math.max(size, floor),
    relativeNoise: Math.sqrt(dot(error, error)) / Math.max(size, floor),
    variance,
    mse: variance * ((count - 1) / count) + dot(bias, bias),
    cosine: zero ? null : dot(mean, exact) / (length * size),
    descent,
    descentPerEvaluation: descent === null ? null : descent / evaluations,
  };
}
