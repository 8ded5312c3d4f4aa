import { numpy as np } from "@jax-js/jax";
import { finite, hardOrNaN } from "../math.ts";
import { detach, linearGradient, zeroWithGradient } from "../surrogate.ts";
import type { Reference, ReferenceKey } from "../types.ts";

/**
 * Rounding to whole multiples of a step that is learned: `y = s round(clip(x / s, -Qn, Qp))`. Signed codes of b bits
 * reach from -2^(b-1) to 2^(b-1) - 1, unsigned ones from 0 to 2^b - 1; the one signed bit is `s sign(x)`, with
 * `sign(0) = +1`.
 */
export interface LearnedRounding {
  readonly id: string;
  readonly title: string;
  readonly formula: string;
  /** The paper: a key of `references`, or a record of one's own. */
  readonly reference?: ReferenceKey | Reference;
  /** The lowest and the highest code. */
  readonly codes: readonly [number, number];
  /** A step to start from, `2 mean|x| / sqrt(Qp)`: `[]`, or `[channels]` with `per: "channel"`. Consumes x. */
  init(x: np.Array): np.Array;
  /** `s` times the code of x, of the shape of x, with gradients to both. Consumes both. */
  apply(x: np.Array, step: np.Array): np.Array;
  /** The codes themselves: whole numbers, without a gradient. Consumes both. */
  encode(x: np.Array, step: np.Array): np.Array;
  /** What stands in for the derivative of y by x, for figures. Consumes both. */
  slope(x: np.Array, step: np.Array): np.Array;
}

/** Steps below this are taken for it, so that none reaches 0; their gradient is not cut off. */
const SMALLEST = 1e-5;

export const roundingOptions = {
  signed: { type: "boolean", default: true, help: "codes on both sides of 0, for weights; false: from 0 up" },
  per: {
    type: "choice",
    default: "tensor",
    choices: ["tensor", "channel"],
    help: "one step for all entries, or one for each entry of the last axis",
  },
} as const;

/** What sets a kind of learned rounding apart. */
interface Definition extends Pick<LearnedRounding, "id" | "title" | "formula" | "reference"> {
  readonly name: string;
  readonly bits: number;
  readonly signed: boolean;
  readonly per: string;
  /** The pseudo-derivative inside the range, at v = x / s and its code. Consumes both. */
  inside(v: np.Array, code: np.Array): np.Array;
}

/** Learned rounding with this pseudo-derivative. */
export function learnedRounding({ name, bits, signed, per, inside, ...facts }: Definition): LearnedRounding {
  const sign = signed && bits === 1;
  const low = sign ? -1 : signed ? -(2 ** (bits - 1)) : 0;
  const high = sign ? 1 : 2 ** (signed ? bits - 1 : bits) - 1;

  /** x in steps, the step that is used, the code, and 1 inside the range. Consumes both. */
  const parts = (x: np.Array, step: np.Array) => {
    checkShapes(name, x, step);
    const size = keptAbove(step);
    // No further than a step beyond the range, which changes nothing: 0 times infinity would be NaN.
    const v = np.clip(x.div(size.ref), low - 1, high + 1);
    const code = sign
      ? hardOrNaN(np.greaterEqual(v.ref, 0), v.ref).mul(2).sub(1)
      : np.round(np.clip(v.ref, low, high));
    const on = hardOrNaN(np.logicalAnd(np.greaterEqual(v.ref, low), np.lessEqual(v.ref, high)), v.ref);
    return { v, size, code, on };
  };
  const slope = (x: np.Array, step: np.Array): np.Array => {
    const { v, size, code, on } = parts(detach(finite(x)), detach(step));
    size.dispose();
    return on.mul(inside(v, code));
  };

  return {
    ...facts,
    codes: [low, high],
    slope,
    init: (x) => {
      if (per === "channel" && x.ndim === 0)
        throw new RangeError(`${name}: per "channel" needs an array with a last axis, not a scalar.`);
      const axes = x.shape.map((_, axis) => axis);
      const mean = np.mean(np.abs(detach(finite(x))), per === "channel" ? axes.slice(0, -1) : axes);
      return keptAbove(mean.mul(2 / Math.sqrt(high)));
    },
    apply: (x, step) => {
      const kept = finite(x);
      const { v, size, code, on } = parts(detach(kept.ref), detach(step.ref));
      const share = 1 / Math.sqrt((kept.size / step.size) * high);
      // d(s code)/ds, straight-through on the rounding: outside the range v drops out. Of s sign(x), the sign.
      const byStep = sign ? code.ref : code.ref.sub(v.ref.mul(on.ref));
      const value = linearGradient(code.ref.mul(size), kept, on.mul(inside(v, code)));
      return value.add(byStep.mul(share).mul(zeroWithGradient(step)));
    },
    encode: (x, step) => {
      const { v, size, code, on } = parts(detach(finite(x)), detach(step));
      for (const rest of [v, size, on]) rest.dispose();
      return code;
    },
  };
}

function keptAbove(step: np.Array): np.Array {
  return np.where(np.less(step.ref, SMALLEST), SMALLEST, step);
}

function checkShapes(name: string, x: np.Array, step: np.Array): void {
  const channels = x.shape.at(-1);
  if (step.ndim === 0 || (step.ndim === 1 && step.shape[0] === channels)) return;
  throw new RangeError(
    `${name}: the step must be a scalar or have shape [${channels ?? ""}], one for each entry of the last axis of x, not [${step.shape}]; take the one that init gives.`,
  );
}
