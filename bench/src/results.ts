import type { Spread } from "./statistics.ts";

/** Where and with what something was measured. */
export interface Conditions {
  readonly date: string;
  readonly hardgrad: string;
  readonly commit: string | null;
  readonly platform: string;
  readonly cpu: string;
  readonly node: string;
  /** By package: jax-js, onnxruntime-node, torch, tfjs, ... */
  readonly versions: { readonly [name: string]: string };
}

/** What `bench/run.mjs race --json` writes. */
export interface BenchResults extends Conditions {
  readonly rounds: number;
  readonly secondsPerTurn: number;
  readonly race: readonly RowResult[];
  readonly estimators: readonly EstimatorResult[];
  readonly scaling: readonly ScalingResult[];
  readonly outside: readonly OutsideResult[];
  readonly limits: readonly LimitResult[];
  /** Parts without peers that could not be measured, and why. */
  readonly problems: readonly string[];
}

export interface RowResult {
  readonly id: string;
  readonly title: string;
  readonly tolerance: number;
  readonly contestants: readonly ContestantResult[];
}

export interface ContestantResult {
  readonly id: string;
  readonly title: string;
  readonly ours: boolean;
  readonly status: "done" | "missing" | "failed";
  /** Why it is missing or failed; or, if it is done, what a reader should know. */
  readonly reason?: string;
  /** Largest relative error against the first contestant of ours. */
  readonly error?: number;
  readonly threads?: number;
  /** Per step, over the rounds. */
  readonly milliseconds?: Spread;
  /** Per step, all cores together: what it costs when other work runs beside it. Median. */
  readonly cpuMilliseconds?: number;
  /** The time of each other contestant over its own, by id: how many times as fast as the other it is. */
  readonly speed?: { readonly [id: string]: Spread };
  readonly peakMemoryMiB?: number;
}

export interface EstimatorResult {
  readonly device: string;
  readonly estimator: string;
  /** Of the objective, per example. */
  readonly evaluations: number;
  /** Step time over that of straight-through. */
  readonly ratio: Spread;
}

export interface ScalingResult {
  readonly device: string;
  readonly along: "parameters" | "batch";
  readonly points: readonly { readonly x: number; readonly milliseconds: number }[];
  /** Exponent of time over x, fitted to all points, and to the four largest. */
  readonly exponent: number;
  readonly upperExponent: number;
}

export interface OutsideResult {
  readonly device: string;
  readonly experiment: string;
  /** The part of a run's training time that is not spent in the compiled step. */
  readonly fraction: number;
  readonly millisecondsPerStep: number;
}

/** The least time in which the machine could do a row: see `limitsOf`. */
export interface LimitResult {
  readonly row: string;
  /** In matrix products, and at what pace. */
  readonly gigaflop: number;
  readonly gigaflopsPerSecond: number;
  /** Read and written by loops and products, and at what pace. */
  readonly megabytes: number;
  readonly gigabytesPerSecond: number;
  /** Per step. */
  readonly milliseconds: number;
}
