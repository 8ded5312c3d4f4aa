import { Array as ConcreteArray, jit, numpy as np, random, vmap } from "@jax-js/jax";
import { expect } from "vitest";
import { grad, type NamedArrays, type Objective, statefulExpectation } from "../src/index.ts";
import { detach, lastAxes } from "../src/surrogate.ts";
import { type Case, type Entry, makeDistribution, repeated } from "./harness.ts";
import { objectives } from "./objectives.ts";
import { states, type WeightedState } from "./oracle.ts";

/** Every property that an entry declares, but for its bias: for the defaults and for every option the same. */
const LIMIT = 4.5;
const coupled = objectives.find((o) => o.name === "coupled")!;
const quadratic = objectives.find((o) => o.name === "quadratic")!;
const width = (event: readonly number[]): number => event.reduce((a, b) => a * b, 1);

/** Estimators whose value is not the mean of f over what they evaluate. */
const valueIs: { readonly [id: string]: "first" | "weighted" } = {
  // f at the sample; the other evaluations serve the gradient
  "local-expectation": "first",
  "measure-valued": "first",
  "stochastic-triples": "first",
  muprop: "first",
  rebar: "first",
  relax: "first",
  // a weighted mean, or a bound
  exact: "weighted",
  "sparsemax-marginal": "weighted",
  "entmax-marginal": "weighted",
  vimco: "weighted",
  "unordered-set": "weighted",
  "rao-blackwell": "weighted",
};
/** Estimators whose first evaluation is not a sample of the distribution. */
const notASample = ["exact", "sparsemax-marginal", "entmax-marginal", "rao-blackwell"];

const rowsOf = (c: Case, x: np.Array): number[][] => x.reshape([-1, width(c.event)]).js() as number[][];

/** Evaluations, hardness, value and law are as declared. */
export function samplesAndValues({ estimator, id, case: c }: Entry, count = 4000): void {
  const seen: number[][] = [];
  let evaluations = 0;
  let traced = false;
  const record: Objective = (x) => {
    evaluations += x.size / width(c.event) / count;
    if (x instanceof ConcreteArray) for (const row of rowsOf(c, x.ref)) seen.push(row);
    else traced = true;
    return np.sum(x.mul(np.array(code).reshape([...c.event])), lastAxes(c.event.length));
  };
  // Digits of a number that names the state: a loss says which sample it is of.
  const kind = valueIs[id] ?? "mean";
  const taken = kind === "mean" ? estimator.evaluations(makeDistribution(c.kind, repeated(c, 2))) : 1;
  // Subsets and binary variables count to 1; a mean of several samples is told from their sum.
  const highest = c.kind === "poisson" || c.kind === "binomial" ? c.total : 1;
  const code = Array.from({ length: width(c.event) }, (_, i) => (highest * taken + 1) ** i);
  const codeOf = (x: readonly number[]): number => x.reduce((sum, v, i) => sum + v * code[i]!, 0);
  const q = makeDistribution(c.kind, repeated(c, count));
  const { losses } = statefulExpectation(q, record, estimator, random.key(3), estimator.init(q));
  const values = losses.js() as number[];
  expect(evaluations).toBe(estimator.evaluations(makeDistribution(c.kind, repeated(c, 2))));

  // Hard: the sine of whole multiples of pi is zero, whatever is averaged.
  const offGrid: Objective = (x) => np.sum(np.abs(np.sin(x.mul(Math.PI))), lastAxes(c.event.length));
  const again = makeDistribution(c.kind, repeated(c, count));
  const off = statefulExpectation(again, offGrid, estimator, random.key(3), estimator.init(again)).losses;
  const distances = off.js() as number[];
  expect(distances.every(Number.isFinite)).toBe(true);
  const isHard = distances.every((v) => Math.abs(v) < 1e-4);
  expect(isHard).toBe(estimator.forward === "hard");
  const onlyHardEvaluations = estimator.forward === "hard" && !estimator.needs.includes("soft");
  if (onlyHardEvaluations) expect(seen.flat().every(Number.isInteger)).toBe(true);

  // The value is f at the sample: the mean over the samples of each example.
  for (const n of kind === "weighted" || traced ? [] : [0, 17, count - 1]) {
    const rows = Array.from({ length: taken }, (_, k) => codeOf(seen[k * count + n]!));
    const mean = rows.reduce((a, b) => a + b, 0) / taken;
    expect(Math.abs(values[n]! - mean)).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(mean)));
  }
  if (estimator.forward === "soft" || estimator.law === "own" || notASample.includes(id)) return;
  const all = states(c);
  if (traced && taken > 1)
    marginals(
      values.map((v) => Math.round(v * taken)),
      taken,
      code,
      all,
    );
  // The first sample of each example: those of a pair are not independent.
  else
    law(
      traced ? values : seen.slice(0, count).map(codeOf),
      all.map((s) => ({ ...s, code: codeOf(s.x) })),
    );
}

/** Pearson's chi-square over all states, named by their codes. */
function law(drawn: readonly number[], all: readonly (WeightedState & { code: number })[]): void {
  const count = drawn.length;
  const counts = new Map<number, number>();
  for (const state of drawn) counts.set(state, (counts.get(state) ?? 0) + 1);
  const legal = all.reduce((sum, s) => sum + (counts.get(s.code) ?? 0), 0);
  expect(legal, "samples that are states of the distribution").toBe(count);
  // States expected less than 5 times share one cell.
  const rare = all.filter((s) => count * s.probability < 5);
  const cells = all
    .filter((s) => count * s.probability >= 5)
    .map((s) => ({ expected: count * s.probability, observed: counts.get(s.code) ?? 0 }));
  if (rare.length > 0)
    cells.push({
      expected: Math.max(1, count - cells.reduce((a, s) => a + s.expected, 0)),
      observed: count - cells.reduce((a, s) => a + s.observed, 0),
    });
  const chi = cells.reduce((sum, s) => sum + (s.observed - s.expected) ** 2 / s.expected, 0);
  // Wilson-Hilferty: (chi/df)^(1/3) is near normal with mean 1 - 2/(9 df) and variance 2/(9 df).
  const spread = 2 / (9 * (cells.length - 1));
  expect((Math.cbrt(chi / (cells.length - 1)) - (1 - spread)) / Math.sqrt(spread)).toBeLessThan(LIMIT);
}

/** Sums of independent samples, as numbers of digits: each digit's mean within its standard error. */
function marginals(sums: number[], taken: number, code: number[], all: WeightedState[]): void {
  const base = code[1]!;
  for (const [i, unit] of code.entries()) {
    const expected = all.reduce((sum, s) => sum + s.probability * s.x[i]!, 0);
    const second = all.reduce((sum, s) => sum + s.probability * s.x[i]! ** 2, 0);
    const mean = sums.reduce((sum, v) => sum + (Math.floor(v / unit) % base), 0) / sums.length / taken;
    const error = Math.sqrt((second - expected ** 2) / sums.length / taken);
    expect(Math.abs(mean - expected) / error, `unit ${i}`).toBeLessThan(LIMIT);
  }
  expect(sums.every((v) => Number.isInteger(v) && v >= 0 && v < base ** code.length)).toBe(true);
}

/** Losses of an objective, summed, and nothing left of the state. */
export function lossOf({ estimator, case: c }: Entry, f: Objective) {
  return (logits: np.Array, key: np.Array): np.Array => {
    const q = makeDistribution(c.kind, logits);
    const { losses, state } = statefulExpectation(q, f, estimator, key, stateOf({ estimator, case: c }));
    for (const array of Object.values(state)) array.dispose();
    return np.sum(losses);
  };
}

function stateOf({ estimator, case: c }: Pick<Entry, "estimator" | "case">): NamedArrays {
  return estimator.init(makeDistribution(c.kind, np.zeros([2, ...c.event])));
}

/** jit = eager, and the same key gives the same bits. */
export function transforms(entry: Entry): void {
  const { case: c } = entry;
  const loss = lossOf(entry, (x) => coupled.jax(x, c.event.length));
  const eager = grad(loss)(repeated(c, 5), random.key(1)).js();
  const again = grad(loss)(repeated(c, 5), random.key(1)).js();
  const jitted = jit(grad(loss))(repeated(c, 5), random.key(1)).js();
  expect(again).toEqual(eager);
  expect(np.allclose(np.array(jitted), np.array(eager), { rtol: 1e-4, atol: 1e-6 })).toBe(true);
}

/** A map over keys is a loop over them. */
export function mapsOverKeys(entry: Entry): void {
  const { case: c } = entry;
  const loss = lossOf(entry, (x) => coupled.jax(x, c.event.length));
  const keys = random.split(random.key(9), 3);
  const mapped = vmap((key: np.Array) => grad(loss)(repeated(c, 5), key))(keys.ref).js();
  const one = jit(grad(loss));
  const looped = np.split(keys, 3, 0).map((key) => one(repeated(c, 5), key.reshape([2])).js());
  expect(np.allclose(np.array(mapped), np.array(looped), { rtol: 1e-4, atol: 1e-6 })).toBe(true);
}

/** Gradients to the parameters of f are right. */
export function gradientsToParameters(entry: Entry): void {
  const { case: c } = entry;
  // losses are linear in w, so w * dlosses/dw must be the losses themselves.
  const w = np.array([0.5, -1.5, 2, 0.25, 1, -0.75].slice(0, width(c.event))).reshape([...c.event]);
  const weighted = (weights: np.Array): np.Array => {
    const g: Objective = (x) => np.sum(x.mul(weights.ref), lastAxes(c.event.length));
    const q = makeDistribution(c.kind, repeated(c, 50));
    const { losses, state } = statefulExpectation(q, g, entry.estimator, random.key(4), stateOf(entry));
    for (const array of Object.values(state)) array.dispose();
    return np.sum(losses);
  };
  const value = weighted(w.ref).js() as number;
  const euler = np.sum(w.ref.mul(grad(weighted)(w))).js() as number;
  expect(euler).toBeCloseTo(value, 3);
}

/** Needs are as declared, NaN never appears, inputs are consumed once. */
export function needsAndExtremes(entry: Entry): void {
  const { estimator, case: c } = entry;
  const f: Objective = (x) => coupled.jax(x, c.event.length);
  const loss = lossOf(entry, f);
  const blind: Objective = (x) => detach(f(x));
  const gradient = grad((logits: np.Array) => {
    const { losses, state } = statefulExpectation(
      makeDistribution(c.kind, logits),
      blind,
      estimator,
      random.key(2),
      stateOf(entry),
    );
    for (const array of Object.values(state)) array.dispose();
    return np.sum(losses);
  })(repeated(c, 50)).js() as number[];
  expect(gradient.flat(9).every(Number.isFinite)).toBe(true);
  const some = gradient.flat(9).some((v) => v !== 0);
  expect(some, "gradient without a gradient of f").toBe(estimator.needs.startsWith("values"));

  // Soft values may be hundreds, whose exponential is no float32.
  const tame = estimator.forward === "soft" ? quadratic : coupled;
  // Compiled, which is as eager (see transforms) and takes a third of the time.
  const bounded = jit(grad(lossOf(entry, (x) => tame.jax(x, c.event.length))));
  for (const extreme of [-100, 0, 100]) {
    // A log-rate of 100 is refused; 0.9 is near the most that the case's largest count allows.
    const pattern = Array.from({ length: width(c.event) }, (_, i) =>
      Math.min(i % 2 ? -extreme : extreme, c.kind === "poisson" ? 0.9 : 100),
    );
    const logits = np.array(pattern).reshape([1, ...c.event]);
    const wide = np.broadcastTo(logits, [4, ...c.event]);
    const g = bounded(wide, random.key(8)).js().flat(9) as number[];
    expect(g.every(Number.isFinite), `logits ${extreme}`).toBe(true);
  }

  const logits = np.array([...c.logits, ...c.logits]).reshape([2, ...c.event]);
  loss(logits.ref, random.key(1)).dispose();
  expect(logits.refCount).toBe(1);
  logits.dispose();
}
