import type { LearnedRounding } from "./learned-rounding.ts";
import { lsq } from "./lsq.ts";
import { stableQat } from "./stable-qat.ts";

/** One line of `learnedRoundings`. */
export interface LearnedRoundingEntry {
  readonly id: string;
  /** With its default options. */
  readonly create: () => LearnedRounding;
}

/**
 * Every rounding whose step is learned.
 *
 * @example
 * learnedRoundings.map(({ id }) => id); // ["lsq", "stable-qat"]
 */
export const learnedRoundings: readonly LearnedRoundingEntry[] = [
  { id: "lsq", create: lsq },
  { id: "stable-qat", create: stableQat },
];
