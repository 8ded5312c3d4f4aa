import type { numpy as np } from "@jax-js/jax";
import type { Estimator, NamedArrays } from "hardgrad";
import type { HostArray, HostArrays } from "../../contract/backend.ts";
import type { LossBatch, Sizes, TaskNetwork } from "./network.ts";
import type { ContinualSettings } from "./options.ts";
import type { Heads, Scenario, Task } from "./tasks.ts";

/** A learner's arrays as plain data, by group and name (`params.w1`), between steps. */
export interface Snapshot {
  /** What training uses: `params.*`, `open.*`, `method.*`. */
  readonly state: HostArrays;
  /** What is kept of finished tasks: masks, gates. */
  readonly memory: HostArrays;
}

/** What a boundary between tasks changes. */
export interface Change {
  readonly state?: HostArrays;
  readonly memory?: HostArrays;
}

/** What a method may ask at a boundary. */
export interface Boundary {
  readonly task: Task;
  readonly tasks: number;
  readonly sizes: Sizes;
  readonly settings: ContinualSettings;
  /** Randomness that is a function of seed, task and number. */
  key(number: number): np.Array;
  /** The diagonal of the Fisher information for the task's training images. */
  fisher(): Promise<HostArrays>;
}

export interface LossInputs {
  readonly batch: LossBatch;
  readonly key: np.Array;
  readonly slope: np.Array;
  readonly estimator: Estimator;
  readonly estimatorState: NamedArrays;
  readonly settings: ContinualSettings;
}

/** A way to learn tasks one after another. Traced functions consume their arrays. */
export interface Method {
  readonly scenarios: readonly Scenario[];
  readonly heads: Heads;
  /** How the task is found when it is not told: one network is for all; lowest entropy; gradient of the entropy. */
  readonly infers: "nothing" | "entropy" | "gradient";
  /** Whether finished tasks are promised to stay as they are, if `protection` is exact. */
  readonly exact: boolean;
  /** Parts of a task's steps, which sum to 1; each begins with `begin`. */
  readonly phases: readonly number[];
  /** Parameters whose gradient goes through the estimator or a straight-through mask: `gateRate` scales their steps. */
  gated(name: string): boolean;
  /** Arrays before the first task. `open` are masks by parameter, `method` is what else the step reads. */
  init(
    key: np.Array,
    sizes: Sizes,
    tasks: number,
    settings: ContinualSettings,
  ): { params: NamedArrays; open: NamedArrays; method: NamedArrays };
  estimatorState(estimator: Estimator, sizes: Sizes): NamedArrays;
  /** Traced: the mean loss of a batch. */
  loss(params: NamedArrays, method: NamedArrays, inputs: LossInputs): { loss: np.Array; state: NamedArrays };
  /** Traced, after an update: parameters and the method's arrays, made fit for the next step. */
  after(step: {
    readonly gradients: NamedArrays;
    readonly before: NamedArrays;
    readonly params: NamedArrays;
    readonly method: NamedArrays;
    readonly learningRate: np.Array;
    readonly settings: ContinualSettings;
  }): { params: NamedArrays; method: NamedArrays };
  /** Before a phase of a task. */
  begin(at: Snapshot, phase: number, boundary: Boundary): Promise<Change>;
  /** When a task is finished. */
  finish(at: Snapshot, boundary: Boundary): Promise<Change>;
  /** The network of a task that has begun, or is finished. */
  network(
    at: Snapshot,
    task: Task,
    finished: boolean,
    boundary: Pick<Boundary, "sizes" | "settings">,
  ): Promise<TaskNetwork>;
}

/** The part of a snapshot's group that a name has. */
export function stateOf(at: Snapshot, name: string): HostArray {
  const array = at.state[name] ?? at.memory[name];
  if (!array) throw new Error(`continual: there is no array ${name}.`);
  return array;
}
