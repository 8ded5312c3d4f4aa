import type { Circuit } from "@hardgrad/runtime/circuit";
import type { numpy as np } from "@jax-js/jax";
import type { CertificateReport, Estimator, NamedArrays, UpdateRule } from "hardgrad";
import type { Backend, HostArray, HostArrays } from "./backend.ts";
import type { Batch, DataForm, Dataset, Split } from "./dataset.ts";
import type { LoadedGenerator } from "./drawing.ts";
import type { Models, RuntimeModel, TaskModel } from "./models.ts";
import type { Settings, SettingsOf, SettingsTable } from "./options.ts";
import type { Checkpoint, Course, Picture, RunConfig, RunSetup, Tensor } from "./run.ts";

/** What a traced function gets besides parameters: arrays, so that nothing recompiles when they change. */
export interface StepInputs extends NamedArrays {
  /** `[batch, size]`, grey 0..255 */
  images: np.Array;
  /** `[batch]`, the class as a number */
  labels: np.Array;
  key: np.Array;
  // and every schedule but the learning rate, and what the experiment's `inputs` gives, by its name
}

/** A point of a run that schedules are functions of. */
export interface Moment {
  readonly step: number;
  readonly epoch: number;
  readonly stepsPerEpoch: number;
  readonly totalSteps: number;
  /** The estimator's own temperature, if it has one that may change. */
  readonly temperature: number | undefined;
}

/** Numbers that change during a run; `temperature`, in place of the estimator's own, where that may change. */
export interface Schedules {
  readonly learningRate: number;
  readonly [name: string]: number;
}

/** What an estimator trains. */
export interface Estimated {
  /** Those below the hard layer; where there are none, all estimators train the same network. */
  readonly parameters: readonly string[];
  /** On their gradient (default 1). */
  readonly rate?: number;
}

/** What is known of a dataset before training. */
export interface Facts extends DataForm {
  /** Mean training example, `[size]`, values in [0, 1]. */
  readonly meanImage: Float32Array;
}

/** A number that tables, curves and reports show. */
export interface Metric {
  /** As in `metrics.jsonl`: `accuracy/test`. */
  readonly tag: string;
  readonly title: string;
  /** percent: the value is a fraction in [0, 1]. */
  readonly unit: "percent" | "nats" | "none";
  readonly better: "higher" | "lower";
  /** It spans orders of magnitude: logarithmic axis, geometric mean over seeds. */
  readonly logarithmic?: true;
  /** It is measured when a run ends, not at each epoch. */
  readonly atEnd?: true;
  /** How it was measured, for under the table. */
  readonly note: string;
}

/** What an experiment measures with. All that is computed is computed by the run's backend. */
export interface EvaluationContext<S = Settings> {
  readonly settings: S;
  readonly dataset: Dataset;
  /** Whether training has ended: for what is too dear at each epoch. */
  readonly ended: boolean;
  /** One call of an evaluation function; `key` and the schedules are filled in. */
  call(name: string, inputs?: HostArrays): Promise<{ [name: string]: HostArray }>;
  /** Arrays of the run, by their names in a checkpoint. */
  read(names: readonly string[]): Promise<{ [name: string]: HostArray }>;
  /**
   * Over all images of a split, in blocks; the results, which have one row per image, joined. `draw` numbers
   * independent repetitions.
   */
  over(name: string, split: Split, draw?: number): Promise<{ [name: string]: ArrayLike<number> }>;
  /** Total variance of the estimated gradient for the first batch, over 16 keys. */
  gradientVariance(): Promise<number>;
}

/** What a reader of a run's README wants to know. */
export interface Card {
  readonly description: string;
  /** How to use the tensors of the checkpoint. */
  readonly use: string;
  /** Of the Hugging Face hub: `image-classification`, ... */
  readonly task: string;
  readonly tags: readonly string[];
}

/** What suits an estimator better than the defaults: settings of the experiment, options of the estimator. */
export interface Recommended<S = Settings> {
  readonly settings: Partial<S>;
  readonly options: Settings;
}

/** A function for `evaluate` and `pictures`. Consumes its arrays. */
export type Evaluation<S = Settings> = {
  /** What it computes. A method, so that an experiment with settings of its own is an experiment. */
  fn(params: NamedArrays, inputs: NamedArrays, settings: S, estimator?: Estimator): NamedArrays;
}["fn"];

/** What is said of every experiment: for the command line, tables and reports. */
interface Described<T extends SettingsTable> {
  readonly name: string;
  readonly title: string;
  /** What is learned, and what the estimators differ in: one or two sentences. */
  readonly about: string;
  readonly options: T;
  /**
   * Settings, and options of the estimator, that suit it better than the defaults, on this data and with what is asked
   * for (the defaults, where nothing is); given flags win over them.
   */
  recommended(estimator: string, data?: string, asked?: Partial<SettingsOf<T>>): Recommended<SettingsOf<T>>;
  /** The estimator that `train` takes for what is asked if none is named; without it: straight-through. */
  estimator?(asked: SettingsOf<T>): string;
  /** The estimators that `compare` takes if none are named. */
  readonly compared: readonly string[];
  /** Refuses, by a RangeError, an estimator or data that can't be used with these settings. */
  check(estimator: Estimator, settings: SettingsOf<T>, dataset: Dataset): void;
  /** Comparisons are ordered by it. */
  readonly headline: Metric;
  /** Other metrics for tables and curves. */
  readonly metrics: readonly Metric[];
  /** The metric that says how large what remains is: reports draw the headline against it. */
  readonly size?: Metric;
  /** For the README of a run. */
  card(settings: SettingsOf<T>, form: DataForm): Card;
  /** The trained network's parts as functions for other programs; `epoch`: how many whole ones were trained. */
  models?(settings: SettingsOf<T>, form: DataForm, epoch: number): Models;
  /** The trained network for the hard runtime. */
  runtime?(
    params: { readonly [name: string]: Tensor },
    settings: SettingsOf<T>,
    form: DataForm,
    epoch: number,
  ): RuntimeModel;
  /** The trained network as a circuit of logic gates, on the bytes of an example. */
  circuit?(params: { readonly [name: string]: Tensor }, settings: SettingsOf<T>, form: DataForm): Circuit;
  /** What `hardgrad figure` draws of its runs: the curves of tasks, the gates that open for each class, the pixels that a circuit reads. */
  readonly charts?: readonly ("tasks" | "gates" | "circuit")[];
  /** What a trained network draws on request. */
  draw?(
    checkpoint: Checkpoint<SettingsOf<T>>,
    options?: { readonly backend?: Backend },
  ): Promise<LoadedGenerator>;
  /** Runs that learn tasks one after another and keep the finished ones. */
  readonly tasks?: FinishedTasks<SettingsOf<T>>;
}

/** What can be asked of the finished tasks of a run. */
export interface FinishedTasks<S = Settings> {
  /** The network of each, for other programs. @throws RangeError if a certificate does not hold, or no task is finished. */
  models(checkpoint: Checkpoint<S>, dataset: Dataset, backend: Backend): Promise<readonly TaskModel[]>;
  /** Whether each is what it was when it was finished, to the bit. */
  verify(
    checkpoint: Checkpoint<S>,
    dataset: Dataset,
    backend: Backend,
  ): Promise<readonly CertificateReport[]>;
}

/** An experiment of one step, repeated: pure functions. The engine compiles, loops, measures and saves. */
export interface StepExperiment<T extends SettingsTable = SettingsTable> extends Described<T> {
  /** The parameters before the first step. Consumes the key. */
  init(key: np.Array, settings: SettingsOf<T>, facts: Facts): NamedArrays;
  /** What the estimator keeps from step to step: that of `Estimator.init` for its distribution here. */
  estimatorState(estimator: Estimator, settings: SettingsOf<T>): NamedArrays;
  /** One loss per example; `seen`, if there is any, is for `follow`. Consumes everything. */
  losses(
    params: NamedArrays,
    inputs: StepInputs,
    estimator: Estimator,
    state: NamedArrays,
    settings: SettingsOf<T>,
  ): { losses: np.Array; state: NamedArrays; seen?: NamedArrays };
  /** How gradients change the parameters. */
  optimizer(settings: SettingsOf<T>): UpdateRule;
  /** After the optimizer: parameters that follow what the step saw, such as moving averages. Consumes everything. */
  follow?(params: NamedArrays, seen: NamedArrays, settings: SettingsOf<T>): NamedArrays;
  /** The numbers of a step that change during a run, learning rate first. */
  schedules(at: Moment, settings: SettingsOf<T>): Schedules;
  /**
   * What a step gets besides its batch, such as the same batch deformed. The function that it returns depends on the
   * batch and the step alone, so that a resumed run sees the same; its memory may be used again at the next call.
   */
  inputs?(
    dataset: Dataset,
    settings: SettingsOf<T>,
    seed: number,
  ): (batch: Batch, step: number) => HostArrays;
  /** The parameters whose gradient is estimated. */
  estimated(settings: SettingsOf<T>): Estimated;
  /** Sentences for the user about what an estimator does and does not do with these settings. */
  advice?(settings: SettingsOf<T>, estimator: Estimator): readonly string[];
  /**
   * Functions for `evaluate` and `pictures`, compiled when first called; those that `over` calls get `StepInputs`, the
   * others what `call` is given. They consume their inputs.
   */
  readonly evaluations: {
    /** Consumes parameters and inputs. */
    readonly [name: string]: Evaluation<SettingsOf<T>>;
  };
  /** The part of the training images that is trained on, if the rest is kept for something else. */
  split?(dataset: Dataset, settings: SettingsOf<T>): Split;
  /** Parameters that are measured and not trained, such as thresholds: set at an epoch's end, before `evaluate`. */
  calibrate?(context: EvaluationContext<SettingsOf<T>>): Promise<HostArrays>;
  /**
   * The metrics at an epoch's end, by tag. With `TAG-standard-error` beside the headline's tag, one run alone has
   * an error bar: that of the test set as a sample.
   */
  evaluate(context: EvaluationContext<SettingsOf<T>>): Promise<{ [tag: string]: number }>;
  /** What the network does with the first `count` test examples, for the report. */
  pictures(context: EvaluationContext<SettingsOf<T>>, count: number): Promise<readonly Picture[]>;
}

/** An experiment of several parts, such as tasks one after another. */
export interface CourseExperiment<T extends SettingsTable = SettingsTable> extends Described<T> {
  /** Refuses, by a RangeError, data that are too few for these settings. */
  checkData(config: RunConfig<SettingsOf<T>>, dataset: Dataset): void;
  /**
   * What a run of it trains.
   *
   * @throws RangeError for a checkpoint that does not fit.
   */
  course(setup: RunSetup<SettingsOf<T>>): Promise<Course>;
}

/** What a run trains and measures. */
export type Experiment = StepExperiment | CourseExperiment;
