import { numpy as np } from "@jax-js/jax";
import { resolveOptions } from "../checks.ts";
import type { OptionsTable } from "../types.ts";

/**
 * What stands in for the derivative of a step at x, the distance to the threshold. As the derivative of a probability it should integrate to 1: `normalize` divides by the integral, which
 * takes the difference in size out of a comparison of shapes.
 */
export interface PseudoDerivative {
  readonly id: string;
  readonly title: string;
  readonly formula: string;
  readonly options: OptionsTable;
  readonly settings: { readonly [name: string]: number };
  readonly reference: string;
  /** Integral over the real line with these settings; null if it has none. */
  readonly integral: number | null;
  /** Consumes x. */
  derivative(x: np.Array): np.Array;
}

/** Options are numbers, under the names of the papers. */
export interface PseudoDerivativeEntry {
  readonly id: string;
  readonly create: (options?: { readonly [name: string]: unknown }) => PseudoDerivative;
}

export type Shape = Omit<PseudoDerivative, "options" | "settings" | "integral" | "derivative"> & {
  readonly options: OptionsTable;
  readonly integral: (o: { readonly [name: string]: number }) => number | null;
  readonly derivative: (x: np.Array, o: { readonly [name: string]: number }) => np.Array;
};

/** A factory of pseudo-derivatives from their shape. */
export function define(shape: Shape): (given?: { readonly [name: string]: unknown }) => PseudoDerivative {
  return (given = {}) => {
    const settings = resolveOptions<{ [name: string]: number }>(shape.id, shape.options, given);
    return {
      ...shape,
      settings,
      integral: shape.integral(settings),
      derivative: (x) => shape.derivative(x, settings),
    };
  };
}

/** An option that must be positive. */
export const positive = (initial: number, help: string, min = 0.01): OptionsTable[string] => ({
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

export type Factory<O> = (options?: O) => PseudoDerivative;
