import { withError as number, percent as percentage } from "./plots/numbers.ts";

/** Shares and times with their standard errors, with no more digits than these allow. */

/** So many of so many, such as images read rightly. */
export interface Share {
  readonly right: number;
  readonly of: number;
}

/** A number and its standard error. */
export interface Estimate {
  readonly value: number;
  readonly error: number;
}

/**
 * A share and its standard error, `sqrt(p (1 - p) / n)` with one success and one failure added: so 200 of 200 has an
 * error too.
 */
export function shareOf({ right, of }: Share): Estimate {
  const p = (right + 1) / (of + 2);
  return { value: right / of, error: Math.sqrt((p * (1 - p)) / (of + 2)) };
}

/** `59 ± 3 µs` */
export const withError = ({ value, error }: Estimate, unit = ""): string =>
  `${number(value, error)}${unit && ` ${unit}`}`;

/** `59 % ± 3 %` */
export const percent = ({ value, error }: Estimate): string => percentage(value, error);

/**
 * The median of repeated measurements, and its standard error: 1.25 deviations over the root of their number, the
 * deviation from the median distance to the median, so that a pause of the machine does no harm.
 */
export function medianOf(values: readonly number[]): Estimate {
  const value = middle(values);
  const deviation = 1.4826 * middle(values.map((v) => Math.abs(v - value)));
  return { value, error: (1.2533 * deviation) / Math.sqrt(values.length) };
}

function middle(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
