import { blockUntilReady, jit, numpy as np, random, tree } from "@jax-js/jax";
import { checkSupport } from "../checks.ts";
import { keep } from "../distributions/index.ts";
import { statefulExpectation } from "../expectation.ts";
import { grad } from "../gradients.ts";
import type { Distribution, Estimator, Objective, State } from "../types.ts";
import { exactGradient, repeated } from "./exact-gradient.ts";
import { type Measures, measure } from "./statistics.ts";

/** How much and with which seed to measure. */
export interface AuditOptions {
  /** Estimates per estimator, 100 to 1,000,000 (default 10,000). */
  readonly samples?: number;
  readonly seed?: number;
  /** Steps that train running baselines and control variates before they are measured (default 200). */
  readonly warmup?: number;
  readonly onProgress?: (what: string, done: number, total: number) => void;
}

/** One line of the report. */
export interface AuditRow extends Measures {
  readonly id: string;
  readonly settings: { readonly [name: string]: number | string };
  readonly unbiased: boolean;
  readonly forward: "hard" | "soft";
  readonly evaluations: number;
  readonly microsecondsPerEstimate: number;
}

/** The exact gradient, a row per estimator, and why the others were left out. */
export interface AuditReport {
  readonly states: number;
  readonly mean: number;
  readonly gradient: readonly number[];
  readonly samples: number;
  readonly seed: number;
  readonly warmup: number;
  readonly rows: readonly AuditRow[];
  /** Those that could not be measured here, and why. */
  readonly skipped: readonly { readonly id: string; readonly reason: string }[];
}

/** Numbers held by one call of the compiled program: larger ones gain nothing and compile slowly. */
const HELD = 2 ** 18;
/** Examples per step of the warm-up. */
const BATCH = 64;

/**
 * Bias, variance, error and cost of estimators on your own loss, against the exact gradient by enumeration.
 *
 * @param q one example, with at most 2^20 states. Its logits are kept.
 * @param f the objective, as for `expectation`.
 * @param estimators those to measure, such as `catalogue.map((e) => e.create())`.
 * @throws RangeError for options out of range, or what `exactGradient` refuses.
 * @example
 * const report = await audit(bernoulli(np.array([0.4, -1])), f, [reinmax(), rloo()], { samples: 2000 });
 */
export async function audit(
  q: Distribution,
  f: Objective,
  estimators: readonly Estimator[],
  options: AuditOptions = {},
): Promise<AuditReport> {
  const { samples = 10_000, seed = 0, warmup = 200, onProgress } = options;
  check("samples", samples, 100, 1_000_000);
  check("seed", seed, 0, 2 ** 31 - 1);
  check("warmup", warmup, 0, 100_000);
  const { gradient, mean, states } = await exactGradient(q, f, (done, total) =>
    onProgress?.("exact gradient", done, total),
  );
  const rows: AuditRow[] = [];
  const skipped: { id: string; reason: string }[] = [];
  const differentiable = await hasGradient(q, f);
  for (const [i, estimator] of estimators.entries()) {
    const reason = unfit(estimator, q, differentiable);
    if (reason) {
      skipped.push({ id: estimator.id, reason });
      continue;
    }
    onProgress?.(estimator.id, i, estimators.length);
    try {
      rows.push(await row(q, f, estimator, gradient, Math.abs(mean), { samples, seed, warmup }));
    } catch (error) {
      skipped.push({ id: estimator.id, reason: (error as Error).message });
    }
  }
  onProgress?.("done", estimators.length, estimators.length);
  return { states, mean, gradient, samples, seed, warmup, rows, skipped };
}

function check(name: string, value: number, min: number, max: number): void {
  if (!Number.isInteger(value) || value < min || value > max)
    throw new RangeError(`audit: ${name} must be a whole number from ${min} to ${max}, not ${value}.`);
}

/** Why an estimator can't be measured here, or undefined. */
function unfit(estimator: Estimator, q: Distribution, differentiable: boolean): string | undefined {
  try {
    checkSupport(estimator, q);
  } catch {
    return `supports ${estimator.supports.join(", ")}`;
  }
  if (!differentiable && !estimator.needs.startsWith("values"))
    return `needs the ${estimator.needs} of f, which is zero or missing here`;
  return undefined;
}

/** Whether f has a gradient with respect to the sample, at a few of them. */
async function hasGradient(q: Distribution, f: Objective): Promise<boolean> {
  const shape = [64, ...q.eventShape];
  const points = random.uniform(random.key(7), shape).mul(Math.max(1, q.total));
  const at = async (x: np.Array): Promise<boolean> => {
    try {
      const g = (await grad((y: np.Array) => np.sum(f(y)))(x).data()) as Float32Array;
      return g.some((v) => Number.isFinite(v) && v !== 0);
    } catch {
      return false;
    }
  };
  return (await at(np.round(points.ref))) || (await at(points));
}

async function row(
  q: Distribution,
  f: Objective,
  estimator: Estimator,
  gradient: readonly number[],
  scale: number,
  { samples, seed, warmup }: { samples: number; seed: number; warmup: number },
): Promise<AuditRow> {
  const width = gradient.length;
  const evaluations = estimator.evaluations(q);
  const fitting = Math.max(16, Math.floor(HELD / (evaluations * width * 8)));
  const chunk = Math.min(samples, fitting);
  const chunks = Math.ceil(samples / chunk);
  const estimate = program(q, f, estimator, chunk);
  const stateful = Object.keys(estimator.init(q)).length > 0;
  const keys = splitKeys(random.key(seed), chunks + (stateful ? warmup : 0));
  let state = estimator.init(repeated(keep(q), 2));
  try {
    if (stateful) state = train(q, f, estimator, state, keys.splice(0, warmup));
    const values = new Float32Array(chunks * chunk * width);
    let fastest = Number.POSITIVE_INFINITY;
    for (const [i, key] of keys.entries()) {
      await blockUntilReady(state);
      const start = performance.now();
      const [g, next] = estimate(key, tree.ref(state) as State);
      values.set((await g.data()) as Float32Array, i * chunk * width);
      fastest = Math.min(fastest, performance.now() - start);
      tree.dispose(next);
    }
    if (keys.length === 1) fastest = await again(estimate, state, seed);
    const { settings, id, unbiased, forward } = estimator;
    return {
      id,
      settings: settings as { [name: string]: number | string },
      unbiased,
      forward,
      evaluations,
      microsecondsPerEstimate: (1000 * fastest) / chunk,
      ...measure(values, gradient, scale, evaluations),
    };
  } finally {
    tree.dispose(state);
    estimate.dispose();
  }
}

type Program = ((key: np.Array, state: State) => [np.Array, State]) & { dispose(): void };

/** Estimates `[count, ...event]` and the next state, compiled. Keeps q. */
function program(q: Distribution, f: Objective, estimator: Estimator, count: number): Program {
  return jit((key: np.Array, state: State): [np.Array, State] => {
    const total = (logits: np.Array): [np.Array, State] => {
      const result = statefulExpectation({ ...repeated(keep(q), count), logits }, f, estimator, key, state);
      return [np.sum(result.losses), result.state];
    };
    return grad(total, { hasAux: true })(repeated(keep(q), count).logits);
  }) as unknown as Program;
}

/** The state after a step on every key, in batches of 64. Consumes state and keys. */
function train(
  q: Distribution,
  f: Objective,
  estimator: Estimator,
  state: State,
  keys: readonly np.Array[],
): State {
  const step = program(q, f, estimator, BATCH);
  let trained = state;
  for (const key of keys) {
    const [g, next] = step(key, trained);
    g.dispose();
    trained = next;
  }
  step.dispose();
  return trained;
}

/** The time of a second call: the first one compiles. */
async function again(estimate: Program, state: State, seed: number): Promise<number> {
  const start = performance.now();
  const [g, next] = estimate(random.key(seed + 1), tree.ref(state) as State);
  await g.data();
  tree.dispose(next);
  return performance.now() - start;
}

function splitKeys(key: np.Array, count: number): np.Array[] {
  return np.split(random.split(key, count), count, 0).map((k) => k.reshape([2]));
}
