import { numpy as np, tree } from "@jax-js/jax";

/** Named arrays. */
export type Params = { [name: string]: np.Array };

/** A pair of pure functions with explicit state, as in optax; the learning rate is an array, so it may change. */
export interface Optimizer {
  init(params: Params): Params;
  /** Consumes gradients, state and parameters; does not consume the learning rate. */
  update(
    gradients: Params,
    state: Params,
    params: Params,
    learningRate: np.Array,
  ): { params: Params; state: Params };
}

/**
 * Gradient descent with momentum: `m = momentum m + g`, `x = x - rate m`.
 *
 * @param options.momentum 0 to 1 (default 0.9); 0 is plain gradient descent.
 * @example
 * const optimizer = sgd({ momentum: 0.9 });
 */
export function sgd(options: { momentum?: number } = {}): Optimizer {
  const { momentum = 0.9 } = options;
  inRange("sgd", "momentum", momentum, 0, 1);
  return {
    init: (params) => map(params, (x) => np.zerosLike(x.ref)),
    update: (gradients, state, params, learningRate) => {
      const next = map(state, (m, name) => m.mul(momentum).add(gradients[name]!));
      return { params: map(params, (x, name) => x.sub(next[name]!.ref.mul(learningRate.ref))), state: next };
    },
  };
}

/**
 * Adam (Kingma & Ba 2015, arXiv 1412.6980), with bias correction.
 *
 * @param options.b1, options.b2 decays of the moments (default 0.9 and 0.999).
 * @example
 * const optimizer = adam();
 */
export function adam(options: { b1?: number; b2?: number; epsilon?: number } = {}): Optimizer {
  const { b1 = 0.9, b2 = 0.999, epsilon = 1e-8 } = options;
  inRange("adam", "b1", b1, 0, 1);
  inRange("adam", "b2", b2, 0, 1);
  return {
    init: (params) => {
      const state: Params = { power1: np.array(1), power2: np.array(1) };
      for (const [name, x] of Object.entries(params)) {
        state[`${name}.m`] = np.zerosLike(x.ref);
        state[`${name}.v`] = np.zerosLike(x.ref);
      }
      return state;
    },
    update: (gradients, state, params, learningRate) => {
      const power1 = state.power1!.mul(b1);
      const power2 = state.power2!.mul(b2);
      const next: Params = {};
      const updated = map(params, (x, name) => {
        const g = gradients[name]!;
        const m = state[`${name}.m`]!.mul(b1).add(g.ref.mul(1 - b1));
        const v = state[`${name}.v`]!.mul(b2).add(np.square(g).mul(1 - b2));
        next[`${name}.m`] = m.ref;
        next[`${name}.v`] = v.ref;
        const mean = m.div(np.negative(power1.ref).add(1));
        const scale = np.sqrt(v.div(np.negative(power2.ref).add(1))).add(epsilon);
        return x.sub(mean.div(scale).mul(learningRate.ref));
      });
      next.power1 = power1;
      next.power2 = power2;
      return { params: updated, state: next };
    },
  };
}

function map(params: Params, fn: (x: np.Array, name: string) => np.Array): Params {
  return Object.fromEntries(Object.entries(params).map(([name, x]) => [name, fn(x, name)]));
}

function inRange(name: string, option: string, value: number, low: number, high: number): void {
  if (!(value >= low && value < high))
    throw new RangeError(`${name}: ${option} must be a number from ${low} to below ${high}, not ${value}.`);
}

/** Keeps one more reference to every array. */
export function keepAll(params: Params): Params {
  return tree.ref(params) as Params;
}
