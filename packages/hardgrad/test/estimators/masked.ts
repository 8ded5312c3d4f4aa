import { numpy as np } from "@jax-js/jax";
import {
  bernoulli,
  categorical,
  type Distribution,
  type Kind,
  type Objective,
  plackettLuce,
  subset,
} from "../../src/index.ts";

/** A distribution with a mask, and the same one without the entries that the mask forbids. */
export interface Masked {
  readonly kind: Kind;
  readonly title: string;
  readonly mask: boolean[] | boolean[][];
  readonly make: (logits: np.Array, mask?: np.Array) => Distribution;
}

const open = [true, false, true, true, false];
export const cases: readonly Masked[] = [
  { kind: "bernoulli", title: "bernoulli", mask: open, make: (a, mask) => bernoulli(a, mask && { mask }) },
  {
    kind: "categorical",
    title: "categorical",
    mask: open,
    make: (a, mask) => categorical(a, mask && { mask }),
  },
  {
    kind: "categorical",
    title: "two categorical variables",
    mask: [open, [false, true, true, false, true]],
    make: (a, mask) => categorical(a, mask && { mask }),
  },
  { kind: "subset", title: "subset of 2", mask: open, make: (a, mask) => subset(a, 2, mask && { mask }) },
  {
    kind: "plackett-luce",
    title: "plackettLuce of 2",
    mask: open,
    make: (a, mask) => plackettLuce(a, 2, mask && { mask }),
  },
];

/**
 * Logits of the allowed entries, of which the largest is 0 (a mask takes it off, and what sees the logits would see that);
 * the forbidden ones hold what must not matter.
 */
const allowed = [-0.3, -1.6, 0];
const rowOf = (mask: boolean[], junk: number): number[] => {
  let i = 0;
  return mask.map((on) => (on ? allowed[i++]! : junk));
};
export const isDeep = (mask: Masked["mask"]): mask is boolean[][] => Array.isArray(mask[0]);
export const full = (c: Masked, junk: number): np.Array =>
  np.array(isDeep(c.mask) ? c.mask.map((row) => rowOf(row, junk)) : rowOf(c.mask as boolean[], junk));
export const small = (c: Masked): np.Array => np.array(isDeep(c.mask) ? c.mask.map(() => allowed) : allowed);
export const flat = (c: Masked): boolean[] => (c.mask as boolean[]).flat() as boolean[];
export const maskOf = (c: Masked): np.Array => np.array(c.mask);

/** Not linear and not symmetric; NaN wherever something forbidden is asked for. */
export const lossOf =
  (c: Masked, whole: boolean): Objective =>
  (x) => {
    const axes = isDeep(c.mask) ? [-2, -1] : [-1];
    const weights = [1, -0.6, 1.7];
    const w = flat(c).flatMap((on, i) => {
      const place = flat(c)
        .slice(0, i)
        .filter((before) => before).length;
      const value = weights[place % 3]! + 0.1 * place;
      return on ? [value] : whole ? [0] : [];
    });
    const shape = x.shape.slice(x.ndim - axes.length);
    const value = np.square(np.sum(x.ref.mul(np.array(w).reshape(shape)), axes).sub(0.4));
    if (!whole) {
      x.dispose();
      return value;
    }
    const off = np.array(flat(c).map((on) => (on ? 0 : 1))).reshape(shape);
    const asked = np.greater(np.sum(np.abs(x).mul(off), axes), 0);
    return np.where(asked, Number.NaN, value);
  };
