import { percent, plain, withError } from "../plots/numbers.ts";
import type { Estimated } from "./estimates.ts";
import { entryOf } from "./menu.ts";
import { type Measured, SEEN } from "./moments.ts";

/**
 * Whether the mean misses the exact gradient: as in `audit`, with a stricter bound for "no bias seen". While some value of
 * the units has hardly come up, the estimates that matter may be missing, and the standard errors don't know: then samples
 * are believed where they agree with what is proven of the estimator.
 */
export type Verdict = "biased" | "no bias seen" | "too few samples" | "does not apply";

/** A bias of this share of the gradient would have been seen. */
const BOUND = 0.2;

/** Length of the exact gradient, or 1 where it is zero: then biases are absolute. */
export function unitOf(exact: readonly number[]): { readonly size: number; readonly relative: boolean } {
  const size = Math.hypot(...exact);
  return size > 1e-6 ? { size, relative: true } : { size: 1, relative: false };
}

export function verdictOf({ id, measured, rare }: Estimated, exact: readonly number[]): Verdict {
  if (!measured) return "does not apply";
  const biased = measured.z > SEEN;
  if (rare && biased === entryOf(id).unbiased) return "too few samples";
  if (biased) return "biased";
  return boundOf(measured) <= BOUND * unitOf(exact).size ? "no bias seen" : "too few samples";
}

/** What the bias could still be. */
const boundOf = ({ bias, noise }: Measured): number => bias + 2 * noise;

/** `bias 43 % ± 1 %`, `no bias seen, below 3 %`, `too few samples yet`. */
export function biasText(row: Estimated, exact: readonly number[]): string {
  const { measured } = row;
  if (!measured) return row.fault === undefined ? "preparing" : "does not apply here";
  const { size, relative } = unitOf(exact);
  const verdict = verdictOf(row, exact);
  if (verdict === "too few samples") return "bias: not enough samples yet";
  if (verdict === "no bias seen") {
    const bound = boundOf(measured) / size;
    if (bound < 1e-4) return "no bias";
    return `no bias seen, below ${relative ? `${Number((100 * bound).toPrecision(1))} %` : plain(bound)}`;
  }
  return `bias ${biasNumber(measured, exact)}`;
}

/** `43 % ± 1 %` of the gradient's length. */
export function biasNumber({ bias, biasError }: Measured, exact: readonly number[]): string {
  const { size, relative } = unitOf(exact);
  return relative ? percent(bias / size, biasError / size) : withError(bias, biasError);
}

export const varianceText = ({ variance, varianceError }: Measured): string =>
  variance < 1e-9 ? "0" : withError(variance, varianceError);
