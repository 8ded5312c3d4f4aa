import { numpy as np, tree } from "@jax-js/jax";
import type { NamedArrays, UpdateRule } from "hardgrad";

/**
 * Gradient descent with momentum: `m = momentum m + g`, `x = x - rate m`.
 *
 * @param options.momentum 0 to 1 (default 0.9); 0 is plain gradient descent.
 * @example
 * const optimizer = sgd({ momentum: 0.9 });
 */
export function sgd(options: { momentum?: number } = {}): UpdateRule {
  const { momentum = 0.9 } = options;
  inRange("sgd", "momentum", momentum, 0, 1);
  // Without momentum there is nothing to remember: a third of the memory traffic.
  if (momentum === 0)
    return {
      init: () => ({}),
      update: (gradients, state, params, learningRate) => ({
        params: map(params, (x, name) => x.sub(gradients[name]!.mul(learningRate.ref))),
        state,
      }),
    };
  return {
    init: (params) => map(params, (x) => np.zerosLike(x.ref)),
    update: (gradients, state, params, learningRate) => {
      const next = map(state, (m, name) => m.mul(momentum).add(gradients[name]!));
      return { params: map(params, (x, name) => x.sub(next[name]!.ref.mul(learningRate.ref))), state: next };
    },
  };
}

/** A function over named arrays. */
export function map(params: NamedArrays, fn: (x: np.Array, name: string) => np.Array): NamedArrays {
  return Object.fromEntries(Object.entries(params).map(([name, x]) => [name, fn(x, name)]));
}

/** Refuses an option that is not in [low, high). */
export function inRange(name: string, option: string, value: number, low: number, high: number): void {
  if (!(value >= low && value < high))
    throw new RangeError(`${name}: ${option} must be a number from ${low} to below ${high}, not ${value}.`);
}

/** Keeps one more reference to every array. */
export function keepAll(params: NamedArrays): NamedArrays {
  return tree.ref(params) as NamedArrays;
}
