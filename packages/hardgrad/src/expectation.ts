import { Array as ConcreteArray, type numpy as np, tree } from "@jax-js/jax";
import { checkSupport } from "./checks.ts";
import { functionsOf } from "./distributions/index.ts";
import { detach } from "./surrogate.ts";
import type { Distribution, Estimator, Objective, State } from "./types.ts";

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
export function expectation(q: Distribution, f: Objective, estimator: Estimator, key: np.Array): np.Array {
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
 * let state = estimator.init(q);
 * const step = statefulExpectation(q, f, estimator, key, state); // step.losses, step.state
 */
export function statefulExpectation(
  q: Distribution,
  f: Objective,
  estimator: Estimator,
  key: np.Array,
  state: State,
): { losses: np.Array; state: State } {
  checkSupport(estimator, q);
  checkKey("expectation", key);
  const noise = estimator.noise(q, key);
  const result = estimator.losses(q, f, noise, state);
  refuseNaN(estimator.id, result.losses);
  return result;
}

/**
 * A sample to use in a layer, with the estimator's gradient attached: for estimators that work by the chain
 * rule (straight-through and its relatives, relaxations, noise). Exactly hard where the estimator says so.
 *
 * @throws RangeError for estimators that need the losses (score function, coupled samples, exact).
 * @example
 * const h = through(bernoulli(np.matmul(x, weights)), reinmax(), key);
 */
export function through(q: Distribution, estimator: Estimator, key: np.Array): np.Array {
  checkSupport(estimator, q);
  checkKey("through", key);
  if (!estimator.path)
    throw new RangeError(
      `through: ${estimator.id} needs the losses, so it has no sample to hand on; ` +
        "use expectation(q, f, estimator, key) with f the rest of the network.",
    );
  return estimator.path(q, estimator.noise(q, key));
}

/** A hard sample without any gradient: what a deployed network does. Consumes q.logits and the key. */
export function sample(q: Distribution, key: np.Array): np.Array {
  checkKey("sample", key);
  const { noise, sample: draw } = functionsOf(q);
  return detach(draw(q, noise(key, q.logits.shape)));
}

/** Only where there are values to look at: inside `jit` a NaN shows in the loss instead. */
function refuseNaN(id: string, losses: np.Array): void {
  if (!(losses instanceof ConcreteArray)) return;
  const values = losses.ref.dataSync();
  const bad = values.findIndex((v: number) => Number.isNaN(v));
  if (bad >= 0)
    throw new RangeError(
      `${id}: the objective is NaN for example ${bad} of ${values.length}; look for a logarithm or division in f.`,
    );
}
