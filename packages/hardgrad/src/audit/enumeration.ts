/** The states of one example in float64, a block at a time. */
export interface Enumeration {
  readonly count: number;
  /** Writes the next rows into `block` (row-major, as wide as the logits) and returns how many; 0 at the end. */
  next(block: Float32Array): number;
  /** Probabilities of the states given out so far; the others are 0. */
  readonly probabilities: Float64Array;
  /** `sum of values times the derivative of the probability`, per logit; values in the order of the states. */
  gradient(values: Float64Array): number[];
}
