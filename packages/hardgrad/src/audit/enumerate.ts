import type { Distribution } from "../types.ts";

/** The states of one example in float64, without holding them all. */
export interface Enumeration {
  readonly count: number;
  /** Writes the next rows into `block` (row-major, `width` wide) and returns how many; 0 at the end. */
  next(block: Float32Array): number;
  /** Takes f at the rows of the last block; adds them to mean and gradient. */
  add(values: ArrayLike<number>): void;
  mean(): number;
  gradient(): number[];
}

interface Value {
  /** Entries of the row that belong to the variable. */
  readonly entries: readonly number[];
  readonly logProbability: number;
  /** Derivative of the log-probability with respect to the variable's logits. */
  readonly score: readonly number[];
}

const logSigmoid = (a: number): number => -(Math.max(-a, 0) + Math.log1p(Math.exp(-Math.abs(a))));

/** The values of each independent variable. */
function variables(q: Distribution, logits: readonly number[]): Value[][] {
  if (q.kind === "categorical") {
    const categories = q.eventShape.at(-1)!;
    return Array.from({ length: logits.length / categories }, (_, v) => {
      const a = logits.slice(v * categories, (v + 1) * categories);
      const top = Math.max(...a);
      const total = top + Math.log(a.reduce((sum, x) => sum + Math.exp(x - top), 0));
      return a.map((x, i) => ({
        entries: a.map((_, j) => (i === j ? 1 : 0)),
        logProbability: x - total,
        score: a.map((y, j) => (i === j ? 1 : 0) - Math.exp(y - total)),
      }));
    });
  }
  return logits.map((a) => {
    const n = q.kind === "bernoulli" ? 1 : q.total;
    const factorial = (k: number): number => (k < 2 ? 0 : Math.log(k) + factorial(k - 1));
    const mean = q.kind === "poisson" ? Math.exp(a) : n / (1 + Math.exp(-a));
    return Array.from({ length: n + 1 }, (_, k) => ({
      entries: [k],
      logProbability:
        q.kind === "poisson"
          ? k * a - mean - factorial(k)
          : factorial(n) - factorial(k) - factorial(n - k) + k * logSigmoid(a) + (n - k) * logSigmoid(-a),
      score: [k - mean],
    }));
  });
}

/** States of independent variables in Gray-code order: from one to the next a single variable changes, by one value. */
export function enumerateProduct(q: Distribution, logits: readonly number[]): Enumeration {
  const all = variables(q, logits);
  const count = all.reduce((product, values) => product * values.length, 1);
  const offsets = all.map((_, v) =>
    all.slice(0, v).reduce((sum, values) => sum + values[0]!.entries.length, 0),
  );
  const width = logits.length;
  const index = all.map(() => 0);
  const direction = all.map(() => 1);
  const row = new Float32Array(width);
  for (const [v, values] of all.entries()) row.set(values[0]!.entries, offsets[v]!);
  let done = 0;
  let logProbability = all.reduce((sum, values) => sum + values[0]!.logProbability, 0);
  // Mass of f by variable and value: the gradient is a sum of these times the scores.
  const masses = all.map((values) => new Float64Array(values.length));
  let total = 0;
  let visited: { index: Uint16Array; probability: Float64Array; size: number } | undefined;

  const advance = (): void => {
    for (const [v, values] of all.entries()) {
      const to = index[v]! + direction[v]!;
      if (to < 0 || to >= values.length) {
        direction[v] = -direction[v]!;
        continue;
      }
      logProbability += values[to]!.logProbability - values[index[v]!]!.logProbability;
      index[v] = to;
      row.set(values[to]!.entries, offsets[v]!);
      return;
    }
  };
  return {
    count,
    next: (block) => {
      const rows = Math.min(Math.floor(block.length / width), count - done);
      visited = {
        index: new Uint16Array(rows * all.length),
        probability: new Float64Array(rows),
        size: rows,
      };
      for (let r = 0; r < rows; r++) {
        block.set(row, r * width);
        visited.index.set(index, r * all.length);
        visited.probability[r] = Math.exp(logProbability);
        done++;
        advance();
      }
      return rows;
    },
    add: (values) => {
      const { index: seen, probability, size } = visited!;
      for (let r = 0; r < size; r++) {
        const mass = probability[r]! * values[r]!;
        total += mass;
        for (let v = 0; v < all.length; v++) masses[v]![seen[r * all.length + v]!]! += mass;
      }
    },
    mean: () => total,
    gradient: () =>
      all.flatMap((values, v) =>
        values[0]!.score.map((_, j) =>
          values.reduce((sum, value, i) => sum + masses[v]![i]! * value.score[j]!, 0),
        ),
      ),
  };
}

/** Subsets of k out of n, under either law. */
export function enumerateSubsets(q: Distribution, logits: readonly number[]): Enumeration {
  const n = logits.length;
  const k = q.total;
  const sets: number[][] = [];
  const build = (from: number, set: number[]): void => {
    if (set.length === k) {
      sets.push(set);
      return;
    }
    for (let i = from; i <= n - (k - set.length); i++) build(i + 1, [...set, i]);
  };
  build(0, []);
  const probabilities = (a: readonly number[]): number[] => {
    const top = Math.max(...a);
    const weights = a.map((x) => Math.exp(x - top));
    const mass =
      q.kind === "subset"
        ? (set: number[]) => set.reduce((product, i) => product * weights[i]!, 1)
        : (set: number[]) => orderedMass(weights, set);
    const masses = sets.map(mass);
    const total = masses.reduce((x, y) => x + y, 0);
    return masses.map((m) => m / total);
  };
  const p = probabilities(logits);
  // Derivatives of the probabilities by central differences in float64: an error of about 1e-10.
  const step = 1e-5;
  const slopes = logits.map((_, i) => {
    const up = probabilities(logits.map((a, j) => (i === j ? a + step : a)));
    const down = probabilities(logits.map((a, j) => (i === j ? a - step : a)));
    return up.map((u, s) => (u - down[s]!) / (2 * step));
  });
  const gradient = logits.map(() => 0);
  let mean = 0;
  let done = 0;
  let last = 0;
  return {
    count: sets.length,
    next: (block) => {
      last = done;
      const rows = Math.min(Math.floor(block.length / n), sets.length - done);
      for (let r = 0; r < rows; r++) {
        block.fill(0, r * n, (r + 1) * n);
        for (const i of sets[done]!) block[r * n + i] = 1;
        done++;
      }
      return rows;
    },
    add: (values) => {
      for (let s = last; s < done; s++) {
        mean += p[s]! * values[s - last]!;
        for (let i = 0; i < n; i++) gradient[i]! += slopes[i]![s]! * values[s - last]!;
      }
    },
    mean: () => mean,
    gradient: () => gradient,
  };
}

/** Probability that draws without replacement give the set in any order, by recursion over what was drawn last. */
function orderedMass(weights: readonly number[], set: readonly number[]): number {
  const rest = weights.reduce((sum, w, i) => (set.includes(i) ? sum : sum + w), 0);
  const table = new Float64Array(2 ** set.length);
  table[0] = 1;
  for (let part = 1; part < table.length; part++) {
    const members = set.flatMap((i, bit) =>
      part & (1 << bit) ? [{ w: weights[i]!, without: part ^ (1 << bit) }] : [],
    );
    const mass = members.reduce((sum, m) => sum + m.w, rest);
    table[part] = members.reduce((sum, m) => sum + (m.w / mass) * table[m.without]!, 0);
  }
  return table[table.length - 1]!;
}
