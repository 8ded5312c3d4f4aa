/** What estimates of a gradient are worth, from sums in float64; errors by the jackknife over groups of draws. */

/** A number and its standard error. */
export interface Measured {
  readonly value: number;
  readonly error: number;
}

/** Sums over draws, in groups of consecutive ones. */
export interface Sums {
  readonly groups: readonly {
    readonly sum: Float64Array;
    readonly squares: number;
    readonly count: number;
  }[];
}

/** Adds up estimates as they come, so that none is kept. */
export async function sumsOf(
  draws: AsyncIterable<ArrayLike<number>>,
  count: number,
  groups = 16,
): Promise<Sums> {
  const sums: { sum: Float64Array; squares: number; count: number }[] = [];
  let i = 0;
  for await (const row of draws) {
    const g = Math.floor((i * groups) / count);
    sums[g] ??= { sum: new Float64Array(row.length), squares: 0, count: 0 };
    const group = sums[g];
    for (let j = 0; j < row.length; j++) {
      const v = row[j]!;
      group.sum[j]! += v;
      group.squares += v * v;
    }
    group.count++;
    i++;
  }
  if (sums.length < 2)
    throw new RangeError(`sumsOf: ${i} draws make ${sums.length} groups; draw at least 2.`);
  if (!sums.every(({ squares }) => Number.isFinite(squares)))
    throw new RangeError("sumsOf: an estimate is not finite.");
  return { groups: sums };
}

const dot = (x: Float64Array, y: Float64Array): number => {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]! * y[i]!;
  return sum;
};

/** 0 where x or y is zero, which has no direction. */
function cosineOf(x: Float64Array, y: Float64Array): number {
  const squares = dot(x, x) * dot(y, y);
  return squares === 0 ? 0 : dot(x, y) / Math.sqrt(squares);
}

interface Moments {
  readonly mean: Float64Array;
  /** Sum over the numbers of the variance of one estimate. */
  readonly variance: number;
  /** Of the mean: the part of |mean|^2 that is noise. */
  readonly noise: number;
}

/** Of all groups but one. */
function momentsWithout(sums: Sums, left: number): Moments {
  const groups = sums.groups.filter((_, g) => g !== left);
  const count = groups.reduce((all, g) => all + g.count, 0);
  const mean = new Float64Array(groups[0]!.sum.length);
  for (const { sum } of groups) for (let i = 0; i < mean.length; i++) mean[i]! += sum[i]! / count;
  const squares = groups.reduce((all, g) => all + g.squares, 0);
  const variance = (squares - count * dot(mean, mean)) / (count - 1);
  return { mean, variance, noise: variance / count };
}

/** Values of all draws, and their jackknife errors. */
function jackknife<T extends string>(
  sums: Sums,
  measure: (moments: Moments) => Record<T, number>,
): Record<T, Measured> {
  const all = measure(momentsWithout(sums, -1));
  const without = sums.groups.map((_, g) => measure(momentsWithout(sums, g)));
  const G = without.length;
  const entries = (Object.keys(all) as T[]).map((name) => {
    const mean = without.reduce((sum, m) => sum + m[name], 0) / G;
    const squares = without.reduce((sum, m) => sum + (m[name] - mean) ** 2, 0);
    return [name, { value: all[name], error: Math.sqrt(((G - 1) / G) * squares) }] as const;
  });
  return Object.fromEntries(entries) as Record<T, Measured>;
}

export type Fidelity = Record<
  "cosine" | "cosineOfMean" | "cosineByExample" | "squaredBias" | "variance",
  Measured
>;

/**
 * Against the exact gradient G of so many examples, one after another. `cosine`: of E g with G, the noise of the mean
 * taken out; `cosineOfMean`: with it; `cosineByExample`: with it, for each example by itself (0 for an estimate of zero), and the mean of these;
 * `squaredBias`: `|E g - G|^2 / |G|^2`, without that noise, so it may fall below zero; `variance`: `E |g - E g|^2 / |G|^2`.
 */
export function fidelity(sums: Sums, exact: Float64Array, examples: number): Fidelity {
  const size = dot(exact, exact);
  const width = exact.length / examples;
  const one = (x: Float64Array, i: number) => x.subarray(i * width, (i + 1) * width);
  return jackknife(sums, ({ mean, variance, noise }) => {
    const along = dot(mean, exact);
    const square = dot(mean, mean);
    return {
      cosine: along / Math.sqrt(size * (square - noise)),
      cosineOfMean: along / Math.sqrt(size * square),
      cosineByExample:
        Array.from({ length: examples }, (_, i) => cosineOf(one(mean, i), one(exact, i))).reduce(
          (total, cosine) => total + cosine,
          0,
        ) / examples,
      squaredBias: (square - 2 * along + size - noise) / size,
      variance: variance / size,
    };
  });
}

/** Of unbiased estimates: total variance, and `|E g|^2` without the noise of the mean, which all of them share. */
export function spread(sums: Sums): Record<"variance" | "squaredNorm", Measured> {
  return jackknife(sums, ({ mean, variance, noise }) => ({
    variance,
    squaredNorm: dot(mean, mean) - noise,
  }));
}

/** The mean over networks: its error is that of their spread, or of the draws where there is one network. */
export function overNetworks(values: readonly Measured[]): Measured {
  if (values.length === 1) return values[0]!;
  const n = values.length;
  const mean = values.reduce((sum, v) => sum + v.value, 0) / n;
  const squares = values.reduce((sum, v) => sum + (v.value - mean) ** 2, 0);
  return { value: mean, error: Math.sqrt(squares / (n - 1) / n) };
}
