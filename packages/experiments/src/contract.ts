/** What a run is made of, as plain data: the CLI writes it to files, the lab to the URL. */

export interface EstimatorSpec {
  readonly id: string;
  readonly options: { readonly [name: string]: number | string };
}

export interface RunConfig {
  readonly experiment: string;
  readonly estimator: EstimatorSpec;
  /** `drawn`, `mnist` or `fashion-mnist`. */
  readonly data: string;
  /** How many images are drawn; for `drawn` only. */
  readonly drawn?: { readonly train: number; readonly test: number };
  readonly seed: number;
  /** The experiment's own options, complete: see its options table. */
  readonly settings: { readonly [name: string]: number | string };
}

/** One row of `metrics.jsonl`: a point on a curve. */
export interface MetricRow {
  readonly step: number;
  readonly epoch: number;
  /** `loss/train`, `accuracy/test`, `gradient/variance`, ... */
  readonly values: { readonly [tag: string]: number };
}

export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Everything needed to go on from a step to the same bits. */
export interface Checkpoint {
  readonly config: RunConfig;
  readonly step: number;
  readonly tensors: { readonly [name: string]: Tensor };
}

export interface Summary {
  /** Fractions in [0, 1]. */
  readonly testAccuracy: number;
  readonly bestTestAccuracy: number;
  readonly bestEpoch: number;
  readonly trainLoss: number;
  /** Total variance of the gradient of the hidden layer's parameters, at the final parameters. */
  readonly gradientVariance: number;
  /** Median over the run, after the first ten steps. */
  readonly msPerStep: number;
  readonly steps: number;
}

export interface Run {
  readonly config: RunConfig;
  readonly totalSteps: number;
  readonly step: number;
  /** Trains up to the next report point (at most 100 steps) and returns the new rows; [] rows are possible. */
  advance(): Promise<readonly MetricRow[]>;
  checkpoint(): Promise<Checkpoint>;
  summary(): Promise<Summary>;
  /** Test images with what the network says of them, for the report: grey 0..255. */
  examples(count: number): Promise<readonly { pixels: Uint8Array; label: number; predicted: number }[]>;
  dispose(): void;
}
