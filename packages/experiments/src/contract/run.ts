import type { Estimator } from "hardgrad";
import type { Backend } from "./backend.ts";
import type { DataForm, Dataset, ImageShape } from "./dataset.ts";
import type { Settings } from "./options.ts";

/** An estimator by its id and the options that are not its defaults. */
export interface EstimatorSpec {
  readonly id: string;
  readonly options: { readonly [name: string]: number | string | boolean };
}

/** What a run is made of, as plain data: equal configurations give equal bits on a device. */
export interface RunConfig<S = Settings> {
  readonly experiment: string;
  readonly estimator: EstimatorSpec;
  /** A name of `datasetNames`, or what other data are called. */
  readonly data: string;
  /** Shape and classes of data that are not built in. */
  readonly form?: DataForm;
  /** How many images are drawn; for `drawn` only. */
  readonly drawn?: { readonly train: number; readonly test: number };
  readonly seed: number;
  /** The experiment's own options, complete: see its options table. */
  readonly settings: S;
  /** Modules and data of the user's among the names above: where each was, and its SHA-256. */
  readonly files?: { readonly [name: string]: { readonly path: string; readonly sha256: string } };
}

/** One row of `metrics.jsonl`: a point on a curve. */
export interface MetricRow {
  readonly step: number;
  readonly epoch: number;
  /** `loss/train`, `accuracy/test`, `gradient/variance`, ... */
  readonly values: { readonly [tag: string]: number };
}

/** An array of float32, row by row. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** What a run remembers of its metrics. */
export interface RunRecord {
  /** The newest value of each tag. */
  readonly last: { readonly [tag: string]: number };
  /** The best value at an epoch's end, of the experiment's metrics. */
  readonly best: { readonly [tag: string]: { readonly value: number; readonly epoch: number } };
  /** Training loss of the current epoch so far. */
  readonly epoch: { readonly total: number; readonly steps: number };
  /** What is kept as text: certificates of finished tasks. */
  readonly texts?: { readonly [name: string]: string };
}

/** Everything needed to continue bit-identically from a step. */
export interface Checkpoint<S = Settings> {
  readonly config: RunConfig<S>;
  readonly step: number;
  readonly tensors: { readonly [name: string]: Tensor };
  readonly record: RunRecord;
}

/** The end of a run in numbers. */
export interface Summary {
  /** The tag of the metric that comparisons are ordered by. */
  readonly headline: string;
  /** The last value of every tag. Accuracies are fractions in [0, 1]. */
  readonly metrics: RunRecord["last"];
  /** Best at an epoch's end: chosen on the test set. */
  readonly bests: RunRecord["best"];
  /** Median over the run, without the first report interval, which compiles. */
  readonly msPerStep: number;
  /** The part of the training time that is not spent in the compiled step. */
  readonly outsideFraction: number;
  readonly steps: number;
  /** Sentences for the user about what went otherwise than asked. */
  readonly notes?: readonly string[];
}

/** A sheet of grey images of one size. */
export interface Picture {
  /** A file name without ending: `reconstructions`. */
  readonly name: string;
  readonly title: string;
  readonly columns: number;
  readonly shape: ImageShape;
  /** Labels of the rows, where they have a meaning: the digits. */
  readonly rows?: readonly string[];
  readonly tiles: readonly {
    /** `height * width` values in 0..255, 0 is background. */
    readonly pixels: Uint8Array;
    readonly caption?: string;
    /** Whether the network was right, where that has a meaning. */
    readonly right?: boolean;
  }[];
}

/** A run that trains when it is told to. */
export interface Run {
  readonly config: RunConfig;
  readonly totalSteps: number;
  readonly step: number;
  /** Trains up to the next report point (at most 100 steps) and returns the new rows; [] rows are possible. */
  advance(): Promise<readonly MetricRow[]>;
  /** All that is needed to go on from here. */
  checkpoint(): Promise<Checkpoint>;
  /** What was measured so far. */
  summary(): Summary;
  /** What the network does with the first test images, for the report. */
  pictures(count: number): Promise<readonly Picture[]>;
  /** Frees its arrays on the device. */
  dispose(): void;
}

/** What a run is begun with. */
export interface RunSetup<S = Settings> {
  readonly config: RunConfig<S>;
  /** That of the configuration. */
  readonly estimator: Estimator;
  readonly dataset: Dataset;
  readonly backend: Backend;
  /** Where to go on; without it, at the beginning. */
  readonly checkpoint?: Checkpoint<S>;
}

/** Does work of the backend, and times it. */
export type Inside = <T>(work: () => Promise<T>) => Promise<T>;

/** What a run trains, and what is measured when: the engine advances it, times it and reports. */
export interface Course {
  readonly totalSteps: number;
  readonly step: number;
  readonly record: RunRecord;
  /** Measured on this machine, and so not part of what a checkpoint says. */
  readonly times?: { readonly [tag: string]: number };
  /** Sentences for the user about what went otherwise than asked. */
  readonly notes: readonly string[];
  /** Makes ready for the next steps: from which one to where something is to be measured. Reports are counted by these. */
  next(): Promise<{ readonly from: number; readonly end: number }>;
  /** Trains to a step as `next` counts them, at most to its `end`; the sum of the losses. */
  train(end: number, inside: Inside): Promise<number>;
  /** The row of these steps, with what is to be measured after them. */
  measure(total: number, steps: number): Promise<MetricRow>;
  /** Everything on the device that the next steps need. */
  save(): Promise<Checkpoint["tensors"]>;
  /** What the network does, for the report. */
  pictures(count: number): Promise<readonly Picture[]>;
  /** Frees its arrays on the device. */
  dispose(): void;
}
