import { numpy as np } from "@jax-js/jax";
import type { UpdateRule } from "hardgrad";
import { map } from "./named-arrays.ts";

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
  const rule = descent(momentum);
  return {
    ...rule,
    update: (gradients, state, params, learningRate) => {
      checkLearningRate("sgd", learningRate);
      return rule.update(gradients, state, params, learningRate);
    },
  };
}

function descent(momentum: number): UpdateRule {
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

/** Refuses an optimizer's option that is not in [low, high). */
export function inRange(name: string, option: string, value: number, low: number, high: number): void {
  if (!(value >= low && value < high))
    throw new RangeError(`${name}: ${option} must be a number from ${low} to below ${high}, not ${value}.`);
}

/** Refuses a learning rate that is no array: a number would fail far inside. */
export function checkLearningRate(name: string, learningRate: unknown): void {
  if (typeof learningRate === "object" && learningRate !== null && "ndim" in learningRate) return;
  throw new TypeError(
    `${name}: the learning rate must be an array of jax-js, not ${learningRate}; give np.array(${typeof learningRate === "number" ? learningRate : 0.001}), or make it an input of the step.`,
  );
}
