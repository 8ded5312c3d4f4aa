import { numpy as np, tree } from "@jax-js/jax";
import type { NamedArrays, UpdateRule } from "hardgrad";
import { map } from "./named-arrays.ts";
import { checkLearningRate, inRange } from "./sgd.ts";

/** Adam and its relatives: running means m and v of the gradient and of its square, corrected for their start at 0. */

export interface AdamOptions {
  /** Decays of the two means (default 0.9 and 0.999). */
  b1?: number;
  b2?: number;
  /** Added to the root of v (default 1e-8). */
  epsilon?: number;
}

/** What changes from step to step, the same for all parameters. Not consumed. */
interface Scalars {
  readonly correction1: np.Array;
  readonly correction2: np.Array;
  readonly steps: np.Array;
  readonly learningRate: np.Array;
}

/**
 * The step of every parameter, `kept x - m overRoot / root`, by numbers that are made once and not for each element;
 * `root = sqrt(v) + epsilon sqrt(1 - b2^t)` is the usual denominator before its correction.
 */
interface Factors {
  readonly overRoot: np.Array;
  /** Default: 1. */
  readonly kept?: np.Array;
  /** While `early` is true the step is `m rate` instead. */
  readonly warm?: { readonly early: np.Array; readonly rate: np.Array };
}

function stepOf(x: np.Array, m: np.Array, root: np.Array, { overRoot, kept, warm }: Factors): np.Array {
  const rate = overRoot.ref.div(root);
  const factor = warm ? np.where(warm.early.ref, warm.rate.ref, rate) : rate;
  return (kept ? x.mul(kept.ref) : x).sub(m.mul(factor));
}

function adamLike(name: string, options: AdamOptions, factorsOf: (scalars: Scalars) => Factors): UpdateRule {
  const { b1 = 0.9, b2 = 0.999, epsilon = 1e-8 } = options;
  inRange(name, "b1", b1, 0, 1);
  inRange(name, "b2", b2, 0, 1);
  return {
    init: (params) => {
      const state: NamedArrays = { steps: np.array(0), correction1: np.array(0), correction2: np.array(0) };
      for (const [key, x] of Object.entries(params)) {
        state[`${key}.m`] = np.zerosLike(x.ref);
        state[`${key}.v`] = np.zerosLike(x.ref);
      }
      return state;
    },
    update: (gradients, state, params, learningRate) => {
      checkLearningRate(name, learningRate);
      // 1 - b^t by recurrence: the difference itself loses four digits in float32 while t is small.
      const correction1 = state.correction1!.mul(b1).add(1 - b1);
      const correction2 = state.correction2!.mul(b2).add(1 - b2);
      const steps = state.steps!.add(1);
      const factors = factorsOf({ correction1, correction2, steps, learningRate });
      const floor = np.sqrt(correction2.ref).mul(epsilon);
      const next: NamedArrays = {};
      const updated = map(params, (x, key) => {
        const g = gradients[key]!;
        const m = state[`${key}.m`]!.mul(b1).add(g.ref.mul(1 - b1));
        const v = state[`${key}.v`]!.mul(b2).add(np.square(g).mul(1 - b2));
        next[`${key}.m`] = m.ref;
        next[`${key}.v`] = v.ref;
        return stepOf(x, m, np.sqrt(v).add(floor.ref), factors);
      });
      tree.dispose([factors, floor]);
      return { params: updated, state: { ...next, steps, correction1, correction2 } };
    },
  };
}

/** `x - rate m / (sqrt(v) + epsilon)`, with the corrected means. */
function plain({ correction1, correction2, learningRate }: Scalars): Factors {
  return { overRoot: np.sqrt(correction2.ref).mul(learningRate.ref).div(correction1.ref) };
}

/**
 * Adam (Kingma & Ba 2015, arXiv 1412.6980), with bias correction.
 *
 * @example
 * const optimizer = adam();
 */
export function adam(options: AdamOptions = {}): UpdateRule {
  return adamLike("adam", options, plain);
}

/**
 * AdamW (Loshchilov & Hutter 2019, arXiv 1711.05101): Adam after `x = x - rate weightDecay x`.
 *
 * @param options.weightDecay 0 to below 1 (default 0.01).
 * @example
 * const optimizer = adamw({ weightDecay: 0.01 });
 */
export function adamw(options: AdamOptions & { weightDecay?: number } = {}): UpdateRule {
  const { weightDecay = 0.01, ...rest } = options;
  inRange("adamw", "weightDecay", weightDecay, 0, 1);
  return adamLike("adamw", rest, (scalars) => {
    const kept = np.negative(scalars.learningRate.ref.mul(weightDecay)).add(1);
    return { ...plain(scalars), kept };
  });
}

/**
 * RAdam (Liu et al. 2020, arXiv 1908.03265): Adam whose first steps are of m alone, `x - rate m`, until v rests on
 * enough gradients; then the step is scaled by `sqrt((r-4)(r-2) R / ((R-4)(R-2) r))` with `R = 2/(1-b2) - 1` and
 * `r = R - 2 t b2^t / (1-b2^t)`.
 *
 * @example
 * const optimizer = radam();
 */
export function radam(options: AdamOptions = {}): UpdateRule {
  const { b2 = 0.999 } = options;
  const limit = 2 / (1 - b2) - 1;
  const start = firstRectified(b2);
  return adamLike("radam", options, ({ correction1, correction2, steps, learningRate }) => {
    const power = np.negative(correction2.ref).add(1);
    const length = np.negative(steps.ref.mul(2).mul(power).div(correction2.ref)).add(limit);
    const factor = np
      .maximum(length.ref.sub(4), 0)
      .mul(length.ref.sub(2))
      .mul(limit / ((limit - 4) * (limit - 2)))
      .div(length);
    const rate = learningRate.ref.div(correction1.ref);
    const overRoot = np.sqrt(factor.mul(correction2.ref)).mul(rate.ref);
    return { overRoot, warm: { early: np.less(steps.ref, start), rate } };
  });
}

/** The first step with r > 5; in float64, because the difference in r is of a size with float32's rounding. */
function firstRectified(b2: number): number {
  const limit = 2 / (1 - b2) - 1;
  if (limit <= 5) return Number.POSITIVE_INFINITY;
  let t = 1;
  while (limit - (2 * t * b2 ** t) / (1 - b2 ** t) <= 5) t++;
  return t;
}
