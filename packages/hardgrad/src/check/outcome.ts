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
