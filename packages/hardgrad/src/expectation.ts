import { Array as ConcreteArray, numpy as np, tree } from "@jax-js/jax";
import { isArray } from "./arguments.ts";
import { functionsOf } from "./distributions/index.ts";
import { isUsedUp, usedUp } from "./objective.ts";
import { checkSupport } from "./support.ts";
import { detach } from "./surrogate.ts";
import type {
  Distribution,
  Estimator,
  Kind,
  NamedArrays,
  Objective,
  PathEstimator,
  StatefulPathEstimator,
} from "./types.ts";

/** A distribution serves one call: its logits are consumed. */
function checkUnused(name: string, q: Distribution): void {
  try {
    q.logits.ref.dispose();
  } catch (cause) {
    if (!isUsedUp(cause)) throw cause;
    throw new ReferenceError(
      `${name}: the logits of this ${q.kind} distribution were consumed by an earlier call; make a distribution for ` +
        "each call, from logits.ref for all but the last.",
      { cause },
    );
  }
}

function checkKey(name: string, key: np.Array): void {
  if (key === undefined || key === null || typeof key !== "object" || key.shape?.at(-1) !== 2)
    throw new TypeError(`${name}: the key must come from random.key(seed) or random.split(key).`);
}

/**
 * Losses `[...batch]` whose value is f at the sample and whose gradient is the estimate of the gradient of E[f].
 *
 * Gradients flow to the logits by the estimator, and to everything f uses by ordinary backpropagation at the
 * sample. f may itself call `expectation`: that is a network with several stochastic layers.
 *
 * @param q the distribution; its logits are consumed.
 * @param f one loss per example: `[...batch, ...event] -> [...batch]`.
 * @param estimator a value such as `rloo({ samples: 4 })`.
 * @param key randomness, consumed. The same key gives the same numbers.
 * @throws RangeError if the estimator does not support q, f does not return one loss per example, or the
 *   estimator keeps state (then use `statefulExpectation`).
 * @example
 * const losses = expectation(bernoulli(logits), (b) => np.sum(np.square(b.sub(0.45)), -1), rloo({ samples: 4 }), key);
 */
export function expectation<K extends Kind>(
  q: Distribution<NoInfer<K>>,
  f: Objective,
  estimator: Estimator<K>,
  key: np.Array,
): np.Array {
  checkUnused("expectation", q);
  const state = estimator.init(q);
  if (Object.keys(state).length > 0) {
    tree.dispose(state);
    throw new RangeError(
      `expectation: ${estimator.id} keeps state (${Object.keys(state).join(", ")}); use ` +
        "statefulExpectation(q, f, estimator, key, state) with state = estimator.init(q) at first.",
    );
  }
  return statefulExpectation(q, f, estimator, key, {}).losses;
}

/**
 * `expectation` for estimators with state (running baselines): state in, state out, as in optax.
 *
 * @param state `estimator.init(q)` at first, then what the last call returned. Consumed.
 * @returns the losses, and the state for the next call.
 * @example
 * const estimator = nvil();
 * const first = statefulExpectation(bernoulli(logits.ref), f, estimator, random.key(0), estimator.init(q));
 * const second = statefulExpectation(bernoulli(logits), f, estimator, random.key(1), first.state);
 */
export function statefulExpectation<K extends Kind>(
  q: Distribution<NoInfer<K>>,
  f: Objective,
  estimator: Estimator<K>,
  key: np.Array,
  state: NamedArrays,
): { losses: np.Array; state: NamedArrays } {
  checkUnused("expectation", q);
  checkSupport(estimator, q);
  checkKey("expectation", key);
  const largest = largestOf(q.logits);
  const seen: Seen[] = [];
  const watched: Objective = (x) => {
    if (x instanceof ConcreteArray) seen.push({ what: "sample", broken: np.isnan(x.ref) });
    const losses = f(x);
    if (losses instanceof ConcreteArray) seen.push({ what: "objective", broken: np.isnan(losses.ref) });
    return losses;
  };
  try {
    const noise = estimator.noise(q, key);
    const result = estimator.losses(q, typeof f === "function" ? watched : f, noise, state);
    checkResult(estimator.id, q.batchShape, result);
    refuseNaN(estimator.id, result.losses, largest, seen);
    return result;
  } catch (cause) {
    // The objective may have used up what the estimator still needs: then it shows after the objective returned.
    throw isUsedUp(cause) ? usedUp(estimator.id, cause) : cause;
  } finally {
    for (const { broken } of seen) broken.dispose();
  }
}

/**
 * A sample to use in a layer, with the estimator's gradient attached: for estimators that work by the chain
 * rule (straight-through and its relatives, relaxations, noise). Exactly hard where the estimator says so.
 *
 * @throws RangeError for estimators that need the losses (score function, coupled samples, exact).
 * @example
 * const h = through(bernoulli(np.matmul(x, weights)), reinmax(), key);
 */
export function through<K extends Kind>(
  q: Distribution<NoInfer<K>>,
  estimator: PathEstimator<K>,
  key: np.Array,
): np.Array {
  checkUnused("through", q);
  checkSupport(estimator, q);
  checkKey("through", key);
  const { path, statefulPath }: Partial<PathEstimator> = estimator; // in JavaScript it may be any
  if (!path)
    throw new RangeError(
      statefulPath
        ? `through: ${estimator.id} keeps state; use statefulThrough(q, estimator, key, state) with state = estimator.init(q) at first.`
        : `through: ${estimator.id} needs the losses, so it can't return a sample; ` +
            "use expectation(q, f, estimator, key) with f the rest of the network.",
    );
  return path(q, estimator.noise(q, key));
}

/**
 * `through` for estimators that keep state: state in, state out, as in optax. Those without pass it on.
 *
 * @param state `estimator.init(q)` at first, then what the last call returned. Consumed.
 * @returns the sample, and the state for the next call.
 * @throws RangeError for estimators that need the losses.
 * @example
 * const estimator = straightThroughAdaptive();
 * const q = categorical(logits);
 * const { sample, state } = statefulThrough(q, estimator, key, estimator.init(q));
 */
export function statefulThrough<K extends Kind>(
  q: Distribution<NoInfer<K>>,
  estimator: PathEstimator<K> | StatefulPathEstimator<K>,
  key: np.Array,
  state: NamedArrays,
): { sample: np.Array; state: NamedArrays } {
  const { statefulPath } = estimator;
  if (!statefulPath) return { sample: through(q, estimator as PathEstimator<K>, key), state };
  checkUnused("statefulThrough", q);
  checkSupport(estimator, q);
  checkKey("statefulThrough", key);
  return statefulPath(q, estimator.noise(q, key), state);
}

/**
 * A hard sample without any gradient: what a deployed network does. Consumes q.logits and the key.
 *
 * @example
 * const h = sample(bernoulli(np.matmul(x, weights)), key); // 0 or 1
 */
export function sample(q: Distribution, key: np.Array): np.Array {
  checkUnused("sample", q);
  checkKey("sample", key);
  const { noise, sample: draw } = functionsOf(q);
  return detach(draw(q, noise(key, q.logits.shape)));
}

/** The largest |entry| where there are values to look at. */
function largestOf(x: np.Array): number {
  if (!(x instanceof ConcreteArray)) return 0;
  return x.ref.dataSync().reduce((most: number, v: number) => Math.max(most, Math.abs(v)), 0);
}

/** What went into the objective and came out of it, in order. No reference is kept: the objective may consume its sample. */
interface Seen {
  readonly what: "sample" | "objective";
  readonly broken: np.Array;
}

/** What an estimator of one's own may get wrong: a mean over the batch would pass for one loss per example. */
function checkResult(id: string, batch: readonly number[], result: unknown): void {
  const { losses, state } = (result ?? {}) as { losses?: unknown; state?: unknown };
  if (!isArray(losses) || typeof state !== "object" || state === null)
    throw new TypeError(`${id}: an estimator must return { losses, state }, losses as an array and state as arrays by name.`); // biome-ignore format: one thought
  if (losses.shape.length !== batch.length || losses.shape.some((n, i) => n !== batch[i]))
    throw new RangeError(
      `${id}: an estimator must return one loss per example, shape [${batch}], but returned shape [${losses.shape}].`,
    );
}

/** Only where there are values to look at: inside `jit` a NaN shows in the loss instead. Says whose NaN it is. */
function refuseNaN(id: string, losses: np.Array, largest: number, seen: readonly Seen[]): void {
  if (!(losses instanceof ConcreteArray)) return;
  const values = losses.ref.dataSync();
  const bad = values.findIndex((v: number) => Number.isNaN(v));
  if (bad < 0) return;
  const first = seen.find(({ broken }) => broken.ref.dataSync().some(Boolean));
  if (first?.what === "objective")
    throw new RangeError(
      `${id}: the objective is NaN for example ${bad} of ${values.length}; look for a logarithm or division in f.`,
    );
  const what = first ? "the sample is NaN" : "the estimate is NaN though the objective is not";
  throw new RangeError(
    `${id}: ${what}, for example ${bad} of ${values.length}: logits of up to ${largest.toPrecision(3)} are too large ` +
      "for it in float32; clip them.",
  );
}
