/** A line of the traits, or a rule that every estimator keeps. */
export type Claim =
  | "runs"
  | "traits"
  | "options"
  | "evaluations"
  | "forward"
  | "value"
  | "law"
  | "needs"
  | "finite"
  | "ownership"
  | "state"
  | "jit"
  | "vmap"
  | "parameters"
  | "exact"
  | "biased";

/** Whether one claim holds, in one sentence with the numbers. */
export interface Outcome {
  readonly claim: Claim;
  readonly holds: boolean;
  readonly message: string;
}

/** A number as sentences show it. */
export const shown = (value: number): string => String(Number(value.toPrecision(3)));

/**
 * A claim that draws speak against is false only if this many times as many new draws do so too. By chance both are beyond
 * 4.5 standard errors on the same side with probability 6.8e-6 * 3.4e-6 = 2.3e-11, where means are normal; a bias that
 * the first draws show is twice as many standard errors in the second.
 */
export const TIMES_AGAIN = 4;
