import type { Conditions } from "../results.ts";
import type { Clock, Pair } from "./interleave.ts";

/** Two ways of doing the same work, whose outputs were compared before they were timed. */
export interface Comparison extends Pair {
  readonly part: GatedPart;
  readonly what: string;
  readonly examples: number;
  /** Names of the two ways; `ratio` says how many times as fast the second is. */
  readonly base: string;
  readonly work: string;
  /** Largest difference of their outputs. */
  readonly difference: number;
  /** Of the base, where its work is a matrix product. */
  readonly gflops?: number;
  // A gated layer.
  readonly inputs?: number;
  readonly outputs?: number;
  readonly block?: number;
  readonly density?: number;
  /** The path that the gated kernel took. */
  readonly path?: string;
  /** How many times as fast skipping is, also where the cost model prefers the dense path. */
  readonly skipping?: number;
}

export const gatedParts = ["kernels", "zeros", "bits", "networks", "threads", "peers", "training"] as const;
export type GatedPart = (typeof gatedParts)[number];

/** A hard network and its float twin. */
export interface PairResult {
  readonly hard: string;
  readonly float: string;
  /** Weights from training, or random ones. */
  readonly trained: boolean;
  /** On the test images, by the runtime; null for random weights. */
  readonly accuracy: { readonly hard: number; readonly float: number } | null;
  readonly images: string;
  /** Share of gates that are open for these images, if there are gates. */
  readonly rate: number | null;
}

/** What `bench/run.mjs gated --json` writes. */
export interface GatedResults extends Conditions {
  /** What was measured: time by the clock, or of the processor. Two threads, always by the clock. */
  readonly clock: Clock;
  readonly rounds: number;
  /** How many processes wanted a processor when it began: the load average of a minute. */
  readonly load: number;
  /** The networks that were compared. */
  readonly pairs: readonly PairResult[];
  readonly comparisons: readonly Comparison[];
  readonly notes: readonly string[];
}

/** What the parts are given. */
export interface GatedBench {
  /** Rounds of single examples; batches take half. */
  readonly rounds: number;
  readonly clock: Clock;
  /** Fewer shapes and densities, for a quick look. */
  readonly quick: boolean;
  add(comparison: Comparison): void;
  note(sentence: string): void;
}
