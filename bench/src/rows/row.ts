import type { Backend } from "@hardgrad/experiments";
import type { Tensors } from "../protocol.ts";

/** A piece of work that contestants do, each in its own way. */
export interface Row {
  readonly id: string;
  readonly title: string;
  /** Contestants besides ours, by id. */
  readonly peers: readonly string[];
  /** Largest relative error of a result that still counts as the same number. */
  readonly tolerance: number;
  /** What all start from, and the noise of the check. The default device must be ready. */
  inputs(): Promise<Tensors>;
  start(backend: Backend, tensors: Tensors): Promise<Entry>;
}

/** Our way of doing it, on one device. */
export interface Entry {
  check(): Promise<Tensors>;
  /** Some steps, waited for; the mean loss. */
  run(steps: number): Promise<number>;
}

/** Float32 sums over up to 784 terms in another order differ by about 1e-6; a wrong formula by more than 1e-2. */
export const TOLERANCE = 1e-4;
