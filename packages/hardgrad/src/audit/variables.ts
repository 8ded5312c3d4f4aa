import type { Distribution } from "../types.ts";

/** One value of an independent variable. */
export interface VariableValue {
  /** Entries of the row that belong to the variable. */
  readonly entries: readonly number[];
  readonly probability: number;
  /** Derivative of the probability with respect to the variable's logits. */
  readonly slope: readonly number[];
}

const sum = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0);

/** `1 / (1 + exp(-a))`, with full relative accuracy in both tails. */
const sigmoid = (a: number): number => (a < 0 ? Math.exp(a) / (1 + Math.exp(a)) : 1 / (1 + Math.exp(-a)));
const logSigmoid = (a: number): number => Math.min(a, 0) - Math.log1p(Math.exp(-Math.abs(a)));

function bernoulli(on: number, off: number, slope: number): VariableValue[] {
  return [
    { entries: [0], probability: off, slope: [-slope] },
    { entries: [1], probability: on, slope: [slope] },
  ];
}

/** `clip((a + 1) / 2, 0, 1)`; at its corners the derivative is the inner one, 1/2, as jax-js has it. */
function hardBernoulli(a: number): VariableValue[] {
  const inside = Math.min(1, Math.max(-1, a));
  return bernoulli((1 + inside) / 2, (1 - inside) / 2, Math.abs(a) <= 1 ? 1 / 2 : 0);
}

function softBernoulli(a: number): VariableValue[] {
  return bernoulli(sigmoid(a), sigmoid(-a), sigmoid(a) * sigmoid(-a));
}

function categorical(logits: readonly number[]): VariableValue[] {
  const top = Math.max(...logits);
  const weights = logits.map((a) => Math.exp(a - top));
  const total = sum(weights);
  const p = weights.map((w) => w / total);
  // 1 - p_i as the sum of the others: it may be far below the rounding of p_i.
  const others = weights.map((_, i) => sum(weights.filter((_, j) => j !== i)) / total);
  return p.map((probability, i) => ({
    entries: p.map((_, j) => (i === j ? 1 : 0)),
    probability,
    slope: p.map((pj, j) => probability * (i === j ? others[i]! : -pj)),
  }));
}

/** Counts 0, 1, ..., from logarithms of masses that need not add up to one and the deviations `k - mean`. */
function counts(logMasses: readonly number[], deviation: (k: number) => number): VariableValue[] {
  const top = Math.max(...logMasses);
  const masses = logMasses.map((m) => Math.exp(m - top));
  const total = sum(masses);
  return masses.map((mass, k) => ({
    entries: [k],
    probability: mass / total,
    slope: [(mass / total) * deviation(k)],
  }));
}

function logFactorials(n: number): number[] {
  const table = [0];
  for (let k = 1; k <= n; k++) table.push(table[k - 1]! + Math.log(k));
  return table;
}

/** The law that is sampled: counts above the cut are left out, the rest is normalized. */
function poisson(a: number, most: number): VariableValue[] {
  const masses = logFactorials(most).map((factorial, k) => k * a - factorial);
  const values = counts(masses, () => 0);
  const mean = sum(values.map((v, k) => k * v.probability));
  return counts(masses, (k) => k - mean);
}

function binomial(a: number, n: number): VariableValue[] {
  const table = logFactorials(n);
  const masses = table.map(
    (factorial, k) => table[n]! - factorial - table[n - k]! + k * logSigmoid(a) + (n - k) * logSigmoid(-a),
  );
  // k - n p without the cancellation at p near 1.
  return counts(masses, (k) => k * sigmoid(-a) - (n - k) * sigmoid(a));
}

/** The values of each independent variable, by kind and logits. */
export function variables(q: Distribution, logits: readonly number[]): VariableValue[][] {
  switch (q.kind) {
    case "categorical": {
      const categories = q.eventShape.at(-1)!;
      return Array.from({ length: logits.length / categories }, (_, v) =>
        categorical(logits.slice(v * categories, (v + 1) * categories)),
      );
    }
    case "bernoulli":
      return logits.map(q.probability === "hard-sigmoid" ? hardBernoulli : softBernoulli);
    case "poisson":
      return logits.map((a) => poisson(a, q.total));
    case "binomial":
      return logits.map((a) => binomial(a, q.total));
    default:
      throw new RangeError(`exactGradient: ${q.kind} has no independent variables.`);
  }
}
