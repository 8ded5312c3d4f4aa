/** What is measured of one estimator. All sums are in float64. */
export interface Measures {
  /** Mean estimate, minus the exact gradient, per logit; and its standard error. */
  readonly bias: readonly number[];
  readonly error: readonly number[];
  /** What events too rare for this sample may add to the mean estimate, per logit. */
  readonly unseen: readonly number[];
  /** Largest |bias|, after a floor for float32, in standard errors that allow for what was not seen. */
  readonly z: number;
  /** `undecided`: a bias as long as the gradient itself would not have been seen. */
  readonly verdict: "biased" | "no bias found" | "undecided";
  /** Length of the bias; that of its noise (what an unbiased estimator would show); both relative to the gradient. */
  readonly relativeBias: number;
  readonly relativeNoise: number;
  /** What the relative bias could still be: the one found plus two of its noise. */
  readonly relativeBound: number;
  /** About how many estimates would decide; null where it is decided, or where the gradient is zero. */
  readonly samplesNeeded: number | null;
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

/** What is known besides the estimates: the exact gradient, and how large the estimates get in rare events. */
export interface Known {
  readonly exact: readonly number[];
  /** The size of f, for the floor that float32 sets: 2e-6 of it. */
  readonly scale: number;
  /** Evaluations of f per estimate. */
  readonly evaluations: number;
  /** Per logit, the range of the estimates where the rare values of q were made frequent; absent if none is rare. */
  readonly reach?: readonly number[];
  /** What states that n samples hardly meet add to the mean of f. */
  readonly heavyTail?: (samples: number) => number;
}

/** A bias counts as seen above this many standard errors: in a thousand comparisons, one false alarm has probability 0.7 %. */
export const LIMIT = 4.5;
/**
 * Expected number of events of one kind of which none is seen with the probability that LIMIT stands for: exp(-12.6) is
 * 3.4e-6. A quarter more, because the reach is itself measured.
 */
export const MISSED = 16;
/** Johnson's correction of the t statistic for skewness, `(2 LIMIT^2 + 1) / 6` times the third over the second moment. */
const SKEWNESS = 7;

const sum = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0);
const dot = (x: readonly number[], y: readonly number[]): number => sum(x.map((v, i) => v * y[i]!));
const length = (x: readonly number[]): number => Math.sqrt(dot(x, x));

interface Moments {
  readonly mean: number[];
  readonly variance: number[];
  readonly third: number[];
  readonly range: number[];
}

/** Of the rows `[count * width]`. */
export function momentsOf(rows: ArrayLike<number>, width: number): Moments {
  const count = rows.length / width;
  const zeros = (): number[] => Array.from({ length: width }, () => 0);
  const [mean, second, third] = [zeros(), zeros(), zeros()];
  const low = zeros().fill(Number.POSITIVE_INFINITY);
  const high = zeros().fill(Number.NEGATIVE_INFINITY);
  for (let n = 0; n < count; n++)
    for (let i = 0; i < width; i++) {
      const value = rows[n * width + i]!;
      mean[i]! += (value - mean[i]!) / (n + 1);
      low[i] = Math.min(low[i]!, value);
      high[i] = Math.max(high[i]!, value);
    }
  for (let n = 0; n < count; n++)
    for (let i = 0; i < width; i++) {
      const delta = rows[n * width + i]! - mean[i]!;
      second[i]! += delta * delta;
      third[i]! += delta * delta * delta;
    }
  return {
    mean,
    variance: second.map((s) => s / (count - 1)),
    third: third.map((s) => s / count),
    range: high.map((h, i) => h - low[i]!),
  };
}

/** From estimates `[count * width]` and what is known of them. Throws for what is not finite. */
export function measure(estimates: ArrayLike<number>, known: Known): Measures {
  const { exact, scale, evaluations, reach, heavyTail = () => 0 } = known;
  const width = exact.length;
  const count = estimates.length / width;
  // A NaN is neither above nor below any limit: it must not pass for "no bias found".
  if (!exact.every(Number.isFinite) || !Number.isFinite(scale))
    throw new RangeError(`audit: the exact gradient is not finite: ${exact.join(", ")}.`);
  if (Array.prototype.some.call(estimates, (v) => !Number.isFinite(v)) || reach?.some((v) => !(v >= 0)))
    throw new RangeError("its estimates are not finite here; look at f between and at the hard values.");
  const { mean, variance: variances, third, range } = momentsOf(estimates, width);
  const error = variances.map((v) => Math.sqrt(v / count));
  const bias = mean.map((m, i) => m - exact[i]!);
  const floor = 2e-6 * scale;
  const size = length(exact);

  const jumps = reach?.map((r, i) => Math.max(r, range[i]!));
  const skewness = third.map((t, i) => (variances[i]! > 0 ? Math.abs(t) / variances[i]! : 0));
  /** What n samples may have missed, per logit: few events, each as large as the estimates get; an f with a long tail. */
  const missedBy = (n: number): number[] => {
    const tail = heavyTail(n);
    return skewness.map((s, i) => (settled(i) ? 0 : (MISSED * (jumps?.[i] ?? 0) + SKEWNESS * s) / n + tail));
  };
  // Right every time, and so with rare values made frequent: nothing random is left to miss.
  const settled = (i: number): boolean =>
    Math.max(range[i]!, reach?.[i] ?? 0) <= floor && Math.abs(bias[i]!) <= floor;
  const unseen = missedBy(count);
  const noise = error.map((e, i) => e + unseen[i]! / LIMIT);
  const excess = bias.map((b) => Math.max(0, Math.abs(b) - floor));
  const z = Math.max(...excess.map((b, i) => (b === 0 ? 0 : b / Math.max(noise[i]!, floor / LIMIT))));

  const unit = Math.max(size, floor, Number.MIN_VALUE);
  const relativeBound = (length(excess) + 2 * length(noise)) / unit;
  const verdict = z > LIMIT ? "biased" : relativeBound <= 1 ? "no bias found" : "undecided";
  const noiseWith = (n: number): number[] => {
    const missed = missedBy(n);
    // A rare event that carries the gradient gives this variance at least, whether or not it was seen.
    return variances.map((v, i) => {
      const rare = (jumps?.[i] ?? 0) * Math.abs(exact[i]!);
      return Math.sqrt(Math.max(v, rare) / n) + missed[i]! / LIMIT;
    });
  };

  const variance = sum(variances);
  const norm = length(mean);
  const second = variance * ((count - 1) / count) + dot(mean, mean);
  const zero = size <= floor || norm <= floor;
  const descent = zero ? null : dot(mean, exact) ** 2 / (size ** 2 * second);
  return {
    bias,
    error,
    unseen,
    z,
    verdict,
    relativeBias: length(bias) / unit,
    relativeNoise: length(noise) / unit,
    relativeBound,
    samplesNeeded: verdict === "undecided" && size > floor ? enough(noiseWith, size, count) : null,
    variance,
    mse: variance * ((count - 1) / count) + dot(bias, bias),
    cosine: zero ? null : dot(mean, exact) / (norm * size),
    descent,
    descentPerEvaluation: descent === null ? null : descent / evaluations,
  };
}

/** The number of samples, to two digits, whose noise is a third of the gradient: a bound of one for no bias. */
function enough(noiseWith: (n: number) => number[], size: number, from: number): number {
  let n = from;
  while (length(noiseWith(n)) > size / 3 && n < 1e15) n *= 1.1;
  const digit = 10 ** (Math.floor(Math.log10(n)) - 1);
  return Math.ceil(n / digit) * digit;
}
