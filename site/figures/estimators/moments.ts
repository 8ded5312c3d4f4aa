/** What is known of an estimator after some estimates; sums are in float64. */
export interface Measured {
  readonly count: number;
  readonly mean: readonly number[];
  /** Standard errors of the mean. */
  readonly errors: readonly number[];
  /** Covariance of one estimate, in rows. */
  readonly covariance: readonly number[];
  /** Length of the mean's distance from the exact gradient, and its standard error. */
  readonly bias: number;
  readonly biasError: number;
  /** What a bias of zero would show: the length of the standard errors of the mean. */
  readonly noise: number;
  /** Largest |bias| of a logit in its standard errors, after a floor for float32. */
  readonly z: number;
  /** Summed over the logits. */
  readonly variance: number;
  readonly varianceError: number;
  /** Mean squared distance of one estimate from the exact gradient. */
  readonly mse: number;
  readonly mseError: number;
}

/** Running sums of estimates. */
export interface Moments {
  /** Takes in rows `[count * width]`, from one row to another. */
  add(rows: ArrayLike<number>, from?: number, to?: number): void;
  measured(): Measured;
}

/** Relative to the size of f: below it, float32 can't tell. */
const FLOOR = 2e-6;

/** A bias counts as seen above this many standard errors, as in `audit`. */
export const SEEN = 4.5;

/** Of estimates of `exact`; `scale` is the size of f. */
export function startMoments(exact: readonly number[], scale: number): Moments {
  const d = exact.length;
  const first = new Float64Array(d);
  const second = new Float64Array(d * d);
  const third = new Float64Array(d);
  let [count, square, fourth] = [0, 0, 0];
  const e = new Float64Array(d);
  return {
    add(rows, from = 0, to = rows.length / d) {
      for (let n = from; n < to; n++) {
        let size = 0;
        for (let i = 0; i < d; i++) {
          e[i] = rows[n * d + i]! - exact[i]!;
          size += e[i]! * e[i]!;
        }
        for (let i = 0; i < d; i++) {
          first[i]! += e[i]!;
          third[i]! += size * e[i]!;
          for (let j = 0; j < d; j++) second[i * d + j]! += e[i]! * e[j]!;
        }
        square += size;
        fourth += size * size;
        count++;
      }
    },
    measured() {
      const n = count;
      const b = Array.from(first, (s) => s / n);
      const covariance = Array.from(
        second,
        (s, at) => (s / n - b[Math.floor(at / d)]! * b[at % d]!) * (n / Math.max(1, n - 1)),
      );
      const floor = FLOOR * scale;
      // What is below float32 is none.
      const variances = b.map((_, i) =>
        covariance[i * d + i]! > floor * floor ? covariance[i * d + i]! : 0,
      );
      const errors = variances.map((v) => Math.sqrt(v / n));
      const bias = Math.hypot(...b);
      const noise = Math.hypot(...errors);
      const variance = variances.reduce((x, y) => x + y, 0);
      const mse = square / n;
      const spread = fourth / n - mse * mse;
      return {
        count: n,
        mean: b.map((v, i) => v + exact[i]!),
        errors,
        covariance,
        bias,
        biasError: bias > 0 ? Math.min(noise, Math.sqrt(Math.max(0, form(covariance, b)) / n) / bias) : noise,
        noise,
        z: Math.max(
          ...b.map((v, i) => Math.max(0, Math.abs(v) - floor) / Math.max(errors[i]!, floor / SEEN)),
        ),
        variance,
        varianceError: variance > 0 ? Math.sqrt(Math.max(0, varianceOfSquares(b, mse)) / n) : 0,
        mse,
        mseError: Math.sqrt(Math.max(0, spread) / n),
      };
    },
  };

  /** The variance of `|e - b|^2`, whose mean is the variance. */
  function varianceOfSquares(b: readonly number[], mse: number): number {
    const own = b.reduce((sum, v) => sum + v * v, 0);
    const along = b.reduce((sum, v, i) => sum + (v * third[i]!) / count, 0);
    const raw = form(
      Array.from(second, (s) => s / count),
      b,
    );
    const fourthMoment = fourth / count + 4 * raw + own * own - 4 * along + 2 * own * mse - 4 * own * own;
    return fourthMoment - (mse - own) ** 2;
  }

  function form(matrix: readonly number[], v: readonly number[]): number {
    return v.reduce((sum, x, i) => v.reduce((inner, y, j) => inner + x * y * matrix[i * d + j]!, sum), 0);
  }
}
