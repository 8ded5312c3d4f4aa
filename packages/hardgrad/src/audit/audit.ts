import { numpy as np, random } from "@jax-js/jax";
import { grad } from "../gradients.ts";
import { checkSupport } from "../support.ts";
import type { Distribution, Estimator, Objective } from "../types.ts";
import { checkCompiled } from "./compiled-check.ts";
import { draws } from "./draws.ts";
import { type ProblemFacts, problemFacts } from "./facts.ts";
import { type OwnLaw, ownLaw } from "./own-law.ts";
import { type Measures, measure } from "./statistics.ts";

/** How much and with which seed to measure. */
export interface AuditOptions {
  /** Estimates per estimator, 100 to 1,000,000 (default 10,000). */
  readonly samples?: number;
  readonly seed?: number;
  /** Steps that train running baselines and control variates before they are measured (default 200). */
  readonly warmup?: number;
  /** Told what is measured now, and how far it is. */
  readonly onProgress?: (what: string, done: number, total: number) => void;
}

/** One line of the report. */
export interface AuditRow extends Measures {
  readonly id: string;
  readonly settings: { readonly [name: string]: number | string | boolean };
  readonly unbiased: boolean;
  readonly forward: "hard" | "soft";
  readonly evaluations: number;
  readonly microsecondsPerEstimate: number;
  /** Of an estimator with a law of its own: bias of the law, and of the gradient under it. `bias` is against q. */
  readonly law?: OwnLaw;
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

/**
 * Bias, variance, error and cost of estimators on your own loss, against the exact gradient by enumeration.
 *
 * @param q one example, with at most 2^20 states. Its logits are kept.
 * @param f the objective, as for `expectation`.
 * @param estimators those to measure, such as `catalogue.map((e) => e.create())`.
 * @throws RangeError for options out of range, what `exactGradient` refuses, or an f that differs once it is compiled.
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
  check("seed", seed, 0, 2 ** 32 - 1);
  check("warmup", warmup, 0, 100_000);
  const facts = await problemFacts(q, f, samples, (done, total) =>
    onProgress?.("exact gradient", done, total),
  );
  const rows: AuditRow[] = [];
  const skipped: { id: string; reason: string }[] = [];
  const differentiable = await hasGradient(q, f);
  await checkCompiled(q, f, differentiable);
  for (const [i, estimator] of estimators.entries()) {
    const reason = unfit(estimator, q, differentiable);
    if (reason) {
      skipped.push({ id: estimator.id, reason });
      continue;
    }
    onProgress?.(estimator.id, i, estimators.length);
    try {
      rows.push(await row(q, f, estimator, facts, { samples, seed, warmup }));
    } catch (error) {
      skipped.push({ id: estimator.id, reason: (error as Error).message });
    }
  }
  onProgress?.("done", estimators.length, estimators.length);
  const { states, mean, gradient } = facts;
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
  } catch (error) {
    if (estimator.supports.includes(q.kind)) return (error as Error).message;
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
  facts: ProblemFacts,
  options: { samples: number; seed: number; warmup: number },
): Promise<AuditRow> {
  const { values, reach, microseconds } = await draws(q, f, estimator, facts, options);
  const { settings, id, unbiased, forward } = estimator;
  const evaluations = estimator.evaluations(q);
  const measures = measure(values, {
    ...facts,
    exact: facts.gradient,
    evaluations,
    ...(reach ? { reach } : {}),
  });
  const mean = measures.bias.map((b, i) => b + facts.gradient[i]!);
  const own = estimator.law === "own" && (await ownLaw(q, estimator, facts, { ...measures, mean }, options));
  return {
    id,
    settings: settings as { [name: string]: number | string },
    unbiased,
    forward,
    evaluations,
    microsecondsPerEstimate: microseconds,
    ...measures,
    ...(own ? { law: own } : {}),
  };
}
