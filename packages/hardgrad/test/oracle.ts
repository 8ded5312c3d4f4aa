import type { Kind } from "../src/index.ts";

export interface Setting {
  readonly kind: Kind;
  readonly logits: readonly number[];
  readonly categories: number;
  readonly total: number;
}

/** Exact gradient of E[f] by enumeration in float64, written apart from the library's own `exact`. */
export function exactGradient(
  setting: Setting,
  f: (x: readonly number[]) => number,
): { gradient: number[]; mean: number } {
  const gradient = setting.logits.map(() => 0);
  let mean = 0;
  for (const { x, probability, score } of states(setting)) {
    const value = f(x);
    mean += probability * value;
    score.forEach((s, i) => {
      gradient[i]! += probability * s * value;
    });
  }
  return { gradient, mean };
}

export interface WeightedState {
  x: number[];
  probability: number;
  score: number[];
}

const sigma = (a: number): number => 1 / (1 + Math.exp(-a));
const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));
const sum = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0);

/** Every state with its probability and the derivative of its log-probability. */
export function states({ kind, logits, categories, total }: Setting): WeightedState[] {
  if (kind === "subset" || kind === "plackett-luce") return subsets(kind, logits, total);
  return product(blocks({ kind, logits, categories, total }));
}

/** The independent variables, each with its values. */
function blocks({ kind, logits, categories, total }: Setting): WeightedState[][] {
  if (kind === "categorical")
    return Array.from({ length: logits.length / categories }, (_, v) => {
      const part = logits.slice(v * categories, (v + 1) * categories);
      const pi = part.map((a) => Math.exp(a) / sum(part.map(Math.exp)));
      return pi.map((probability, i) => {
        const x = pi.map((_p, j) => (i === j ? 1 : 0));
        return { x, probability, score: x.map((xj, j) => xj - pi[j]!) };
      });
    });
  return logits.map((a) => {
    const rate = Math.exp(a);
    const p = sigma(a);
    const n = kind === "bernoulli" ? 1 : total;
    return Array.from({ length: n + 1 }, (_, k) => {
      const ways = factorial(n) / factorial(k) / factorial(n - k);
      const probability =
        kind === "poisson"
          ? (rate ** k * Math.exp(-rate)) / factorial(k)
          : ways * p ** k * (1 - p) ** (n - k);
      return { x: [k], probability, score: [k - (kind === "poisson" ? rate : n * p)] };
    });
  });
}

function product(all: WeightedState[][]): WeightedState[] {
  return all.reduce<WeightedState[]>(
    (done, block) =>
      done.flatMap((left) =>
        block.map((right) => ({
          x: [...left.x, ...right.x],
          probability: left.probability * right.probability,
          score: [...left.score, ...right.score],
        })),
      ),
    [{ x: [], probability: 1, score: [] }],
  );
}

function orders(items: readonly number[]): number[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((first) => orders(items.filter((i) => i !== first)).map((rest) => [first, ...rest]));
}

/** Conditional law: weights exp(<a, z>). Plackett-Luce: the sum over the orders in which z can be drawn. */
function subsets(kind: Kind, logits: readonly number[], k: number): WeightedState[] {
  const n = logits.length;
  const chosen = Array.from({ length: 2 ** n }, (_, s) =>
    logits.flatMap((_a, i) => ((s >> i) & 1 ? [i] : [])),
  ).filter((set) => set.length === k);
  const massOf = (a: readonly number[], set: readonly number[]): number => {
    if (kind === "subset") return Math.exp(sum(set.map((i) => a[i]!)));
    const w = a.map(Math.exp);
    return sum(
      orders(set).map((order) => {
        let left = sum(w);
        return order.reduce((p, i) => {
          const q = w[i]! / left;
          left -= w[i]!;
          return p * q;
        }, 1);
      }),
    );
  };
  const probabilities = (a: readonly number[]): number[] => {
    const masses = chosen.map((set) => massOf(a, set));
    return masses.map((m) => m / sum(masses));
  };
  const p = probabilities(logits);
  const step = 1e-5;
  const slopes = logits.map((_, i) => {
    const up = probabilities(logits.map((a, j) => (i === j ? a + step : a)));
    const down = probabilities(logits.map((a, j) => (i === j ? a - step : a)));
    return up.map((u, s) => (Math.log(u) - Math.log(down[s]!)) / (2 * step));
  });
  return chosen.map((set, s) => ({
    x: logits.map((_, i) => (set.includes(i) ? 1 : 0)),
    probability: p[s]!,
    score: slopes.map((slope) => slope[s]!),
  }));
}

/** Mean and standard error of the rows `[count, width]`, in float64. */
export function meanAndError(rows: ArrayLike<number>, width: number): { mean: number[]; error: number[] } {
  const count = rows.length / width;
  const mean = Array.from({ length: width }, () => 0);
  const square = Array.from({ length: width }, () => 0);
  for (let n = 0; n < count; n++)
    for (let i = 0; i < width; i++) {
      const delta = rows[n * width + i]! - mean[i]!;
      mean[i]! += delta / (n + 1);
      square[i]! += delta * (rows[n * width + i]! - mean[i]!);
    }
  return { mean, error: square.map((s) => Math.sqrt(s / (count - 1) / count)) };
}
