import { jit, numpy as np, random, tree } from "@jax-js/jax";
import { functionsOf, keep } from "../distributions/index.ts";
import { everyState } from "../estimators/parts/states.ts";
import { statefulExpectation } from "../expectation.ts";
import { grad } from "../gradients.ts";
import { lastAxes } from "../surrogate.ts";
import type { Distribution, Estimator } from "../types.ts";
import { repeated } from "./exact-gradient.ts";
import type { ProblemFacts } from "./facts.ts";
import { momentsOf } from "./statistics.ts";

/** Of an estimator whose samples follow a law of its own: the bias of that law, and that of the gradient under it, apart. */
export interface OwnLaw {
  /**
   * How far the mean of what f is given lies from the mean of q: the largest total variation of a variable (half the sum of
   * the differences of its probabilities; of a unit, the difference; of a subset, half the sum over its members' chances).
   * And its noise: what samples of q itself would show.
   */
  readonly distance: number;
  readonly noise: number;
  /**
   * Length of the mean estimate minus the gradient of `E[f]` under that law, and its noise, relative to that gradient. Null
   * where it is not known or zero: the law of an argmax is a point, which does not move.
   */
  readonly relativeBias: number | null;
  readonly relativeNoise: number | null;
}

/** Numbers held by one call of a compiled program. */
const HELD = 2 ** 18;
/** States of q whose probabilities are formed. */
const MOST = 4096;

const length = (x: readonly number[]): number => Math.sqrt(x.reduce((sum, v) => sum + v * v, 0));

/** `estimate`: the mean estimate and its standard error, per logit. Keeps q. */
export async function ownLaw(
  q: Distribution,
  estimator: Estimator,
  facts: ProblemFacts,
  estimate: { readonly mean: readonly number[]; readonly error: readonly number[] },
  { samples, seed }: { readonly samples: number; readonly seed: number },
): Promise<OwnLaw> {
  const gradient = await lawGradient(q, estimator, facts, samples, seed);
  const size = gradient ? length(gradient.mean) : 0;
  const known = gradient && size > 2e-6 * facts.scale;
  return {
    ...(await distance(q, estimator, facts, samples, seed)),
    relativeBias: known ? length(estimate.mean.map((m, i) => m - gradient.mean[i]!)) / size : null,
    relativeNoise: known ? Math.hypot(length(estimate.error), length(gradient.error)) / size : null,
  };
}

interface Mean {
  readonly mean: readonly number[];
  readonly error: readonly number[];
}

/** The mean of the rows of draws, and its standard error. `program` is given a key and disposed. */
async function meanOf(
  program: ((key: np.Array) => np.Array) & { dispose(): void },
  width: number,
  calls: number,
  seed: number,
): Promise<Mean> {
  const keys = np.split(random.split(random.key(seed), calls), calls, 0);
  const rows: Float32Array[] = [];
  for (const key of keys) rows.push((await program(key.reshape([2])).data()) as Float32Array);
  program.dispose();
  const size = rows[0]!.length;
  const all = new Float32Array(calls * size);
  for (const [i, row] of rows.entries()) all.set(row, i * size);
  const { mean, variance } = momentsOf(all, width);
  return { mean, error: variance.map((v) => Math.sqrt((v * width) / all.length)) };
}

/** How many draws a call makes, and how many calls. */
function shares(samples: number, held: number): { count: number; calls: number } {
  const count = Math.min(samples, Math.max(16, Math.floor(HELD / held)));
  return { count, calls: Math.ceil(samples / count) };
}

/** By the value of losses that pick one entry of the sample each. */
async function distance(
  q: Distribution,
  estimator: Estimator,
  { logits }: ProblemFacts,
  samples: number,
  seed: number,
): Promise<Pick<OwnLaw, "distance" | "noise">> {
  const width = logits.length;
  const { count, calls } = shares(samples, width * width * estimator.evaluations(q));
  const pick = np.tile(np.eye(width), [count, 1]).reshape([count * width, ...q.eventShape]);
  const forward = (key: np.Array): np.Array => {
    const many = repeated(keep(q), count * width);
    const f = (x: np.Array): np.Array => np.sum(x.mul(pick.ref), lastAxes(q.eventShape.length));
    const { losses, state } = statefulExpectation(many, f, estimator, key, estimator.init(many));
    tree.dispose(state);
    return losses;
  };
  const drawn = await meanOf(jit(forward) as never, width, calls, seed);
  pick.dispose();
  const mean = (await functionsOf(q).mean(keep(q)).data()) as Float32Array;
  const off = drawn.mean.map((m, i) => Math.abs(m - mean[i]!));
  // Of a variable of several entries each difference is counted twice, where it is gained and where it is lost.
  const together = q.kind === "categorical" ? q.eventShape.at(-1)! : q.total > 0 ? width : 1;
  const variables = Array.from({ length: width / together }, (_, v) => {
    const half = together === 1 ? 1 : 0.5;
    const total = (x: readonly number[]): number =>
      x.slice(v * together, (v + 1) * together).reduce((sum, y) => sum + y, 0);
    return { distance: half * total(off), noise: half * total(drawn.error) };
  });
  return variables.reduce((worst, one) => (one.distance > worst.distance ? one : worst));
}

/** The gradient of `E[f]` under the law, by the probabilities of all states given the noise. */
async function lawGradient(
  q: Distribution,
  estimator: Estimator,
  { values, logits }: ProblemFacts,
  samples: number,
  seed: number,
): Promise<Mean | undefined> {
  if (!estimator.ownLaw || values.length > MOST) return undefined;
  const states = values.length;
  const { count, calls } = shares(samples, states * logits.length);
  const f = np.array(Float32Array.from(values)).reshape([states, 1]);
  const estimates = (key: np.Array): np.Array =>
    grad((a: np.Array) => {
      const many = { ...repeated(keep(q), count), logits: a };
      const p = estimator.ownLaw!(many, estimator.noise(many, key));
      return np.sum(f.ref.mul(stateProbabilities(many, p)));
    })(repeated(keep(q), count).logits);
  const found = await meanOf(jit(estimates) as never, logits.length, calls, seed);
  f.dispose();
  return found;
}

/** `[states, ...batch]`, from the probabilities of independent variables. Consumes p. */
function stateProbabilities(q: Distribution, p: np.Array): np.Array {
  const states = everyState({ ...q, logits: p });
  if (q.kind === "bernoulli") {
    const rest = np.negative(p.ref).add(1);
    return product(np.where(np.greater(states, 0.5), p, rest));
  }
  const each = np.sum(states.mul(p), -1);
  return q.eventShape.length === 1 ? each : product(each);
}

/** Over the last axis, by multiplication, so that a zero has a finite derivative. Consumes x. */
function product(x: np.Array): np.Array {
  const factors = np.split(x, x.shape.at(-1)!, -1).map((factor) => np.squeeze(factor, -1));
  return factors.slice(1).reduce((all, factor) => all.mul(factor), factors[0]!);
}
