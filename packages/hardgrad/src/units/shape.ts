import { numpy as np } from "@jax-js/jax";
import { type Given, type ResolvedOptions, resolveOptions } from "../options.ts";
import type { NumberOption, Reference, ReferenceKey } from "../types.ts";

type NumberOptions = { readonly [name: string]: NumberOption };

/**
 * What stands in for the derivative of a step at x, the distance to the threshold: `psi(x)`. It is the derivative of a
 * stochastic neuron's expected output: one that spikes with probability `phi(x)`, its escape noise, where `phi' = psi`. So
 * for one layer `g psi(x)` is the exact gradient of `E[f(b)]`, b drawn with probabilities phi, for f multilinear. In deep
 * networks it is in general the gradient of no loss, and its sign may differ from the true gradient's.
 *
 * As the derivative of a probability it should integrate to 1: `normalize` divides by the integral, which takes the
 * difference in size out of a comparison of shapes.
 *
 * @see Gygax & Zenke 2025
 */
export interface PseudoDerivative {
  readonly id: string;
  readonly title: string;
  readonly formula: string;
  readonly options: NumberOptions;
  readonly settings: { readonly [name: string]: number };
  /** The paper: a key of `references`, or a record of one's own. */
  readonly reference?: ReferenceKey | Reference;
  /** Integral over the real line with these settings; null if it has none. */
  readonly integral: number | null;
  /** Consumes x. */
  derivative(x: np.Array): np.Array;
}

/** Options are numbers, under the names of the papers. */
export interface PseudoDerivativeEntry {
  readonly id: string;
  /** The pseudo-derivative with its default options, or with these. */
  readonly create: (options?: { readonly [name: string]: unknown }) => PseudoDerivative;
}

/** What sets a shape apart. */
interface Definition<T extends NumberOptions>
  extends Pick<PseudoDerivative, "id" | "title" | "formula" | "reference"> {
  readonly options: T;
  integral(settings: ResolvedOptions<T>): number | null;
  derivative(x: np.Array, settings: ResolvedOptions<T>): np.Array;
}

/** A factory of pseudo-derivatives from their shape. */
// @__NO_SIDE_EFFECTS__
export function define<const T extends NumberOptions>(
  shape: Definition<T>,
): (given?: Given<T>) => PseudoDerivative {
  return (given = {} as Given<T>) => {
    const settings = resolveOptions(shape.id, shape.options, given);
    return {
      ...shape,
      settings: settings as PseudoDerivative["settings"],
      integral: shape.integral(settings),
      derivative: (x) => shape.derivative(x, settings),
    };
  };
}

/** An option that must be positive. */
export const positive = (initial: number, help: string, min = 0.01): NumberOption => ({
  type: "number",
  default: initial,
  min,
  max: 1000,
  help,
});

/** 1 where |x| <= c, 0 elsewhere, NaN for NaN. */
export function within(x: np.Array, c: number): np.Array {
  const inside = np.lessEqual(np.abs(x.ref), c).astype(np.float32);
  return np.where(np.isnan(x), Number.NaN, inside);
}
