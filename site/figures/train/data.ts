/** How one of the networks does. */
export interface Network {
  readonly estimator: string;
  /** Seconds of its training steps here: measured, and so the only thing that another machine has otherwise. */
  readonly seconds: number;
  /** Whether each hidden unit fires for the digit that is read, in one sample. */
  readonly firing: Uint8Array;
  /** In how many of the samples it fires. */
  readonly rates: Float32Array;
  /** What it reads the test images as, by one sample each. */
  readonly reads: readonly number[];
  /** Probabilities of the ten classes for the digit that is read: mean over samples of the hidden layer. */
  readonly probabilities: readonly number[];
  readonly errors: readonly number[];
}

/** Accuracies at one step. */
export interface Point {
  readonly step: number;
  /** Of each network, on the test set, one sample of the hidden layer per image. */
  readonly accuracies: readonly number[];
  /** Seconds of training until then, of each. */
  readonly seconds: readonly number[];
}

export interface TrainData {
  readonly step: number;
  /** The last step. */
  readonly of: number;
  /** How many test images accuracies are of. */
  readonly tested: number;
  readonly points: readonly Point[];
  readonly networks: readonly Network[];
  /** The first test images, 28 x 28 each, and their labels. */
  readonly images: Uint8Array;
  readonly labels: readonly number[];
  /** The digit that is read, as the networks see it. */
  readonly read: Uint8Array;
  /** Samples of the hidden layer that its probabilities are the mean of. */
  readonly samples: number;
}

/** The standard error of an accuracy: of one success and one failure more, so that 100 % is not certain. */
export function accuracyError(accuracy: number, tested: number): number {
  const p = (accuracy * tested + 1) / (tested + 2);
  return Math.sqrt((p * (1 - p)) / tested);
}
