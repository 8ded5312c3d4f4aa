import type { Kind } from "../src/index.ts";

/** Exact gradient of E[f] by enumeration in float64, written apart from the library's own `exact`. */
export function exactGradient(
  kind: Kind,
  logits: readonly number[],
  f: (x: readonly number[]) => number,
  categories = 1,
): { gradient: number[]; mean: number } {
  const gradient = logits.map(() => 0);
  let mean = 0;
  for (const { x, probability, score } of states(kind, logits, categories)) {
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

/** Every state with its probability and `x - mean`, the derivative of its log-probability. */
export function states(kind: Kind, logits: readonly number[], categories: number): WeightedState[] {
  const blocks =
    kind === "bernoulli"
      ? logits.map((a) => {
          const p = 1 / (1 + Math.exp(-a));
          return [
            { x: [0], probability: 1 - p, score: [-p] },
            { x: [1], probability: p, score: [1 - p] },
          ];
        })
      : Array.from({ length: logits.length / categories }, (_, v) => {
          const part = logits.slice(v * categories, (v + 1) * categories);
          const total = part.reduce((s, a) => s + Math.exp(a), 0);
          const pi = part.map((a) => Math.exp(a) / total);
          return pi.map((probability, i) => {
            const x = pi.map((_p, j) => (i === j ? 1 : 0));
            return { x, probability, score: x.map((xj, j) => xj - pi[j]!) };
          });
        });
  return blocks.reduce<WeightedState[]>(
    (all, block) =>
      all.flatMap((left) =>
        block.map((right) => ({
          x: [...left.x, ...right.x],
          probability: left.probability * right.probability,
          score: [...left.score, ...right.score],
        })),
      ),
    [{ x: [], probability: 1, score: [] }],
  );
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
