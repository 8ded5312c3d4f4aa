import type { Controls, State } from "../contract.ts";

/** The controls of the figure, and what its course tells it. */

export const controls = {
  protection: {
    kind: "choice",
    label: "What is closed",
    default: "exact",
    choices: [
      { value: "exact", label: "the update" },
      { value: "gradient", label: "the gradient only" },
    ],
    help: "What the protected network closes for weights that a finished task reads. With the gradient alone, momentum and weight decay go on moving them: watch the certificates.",
  },
  units: {
    kind: "number",
    label: "Units per layer",
    default: 40,
    min: 8,
    max: 96,
    step: 8,
    help: "Size of both hidden layers. With few units the last tasks find no room: what is closed stays closed.",
  },
  epochs: {
    kind: "number",
    label: "Passes per task",
    default: 4,
    min: 1,
    max: 8,
    step: 1,
    help: "Passes over the images of each task. The longer a task is trained, the more of the others an unprotected network forgets.",
  },
  touch: {
    kind: "choice",
    label: "Touch one weight",
    default: "none",
    choices: [
      { value: "none", label: "no" },
      { value: "bit", label: "flip its last bit" },
      { value: "zero", label: "set it to 0" },
    ],
    help: "Changes one weight of the protected network after the fact. The certificates of the tasks that read it break, and no others.",
    live: true,
  },
  weight: {
    kind: "point",
    label: "Which weight",
    default: [0.1, 0.9],
    min: 0,
    max: 1,
    step: 0.025,
    help: "A weight between the two hidden layers, by its place in the map. Try one that no task reads.",
    live: true,
  },
} as const satisfies Controls;

export type ForgettingState = State<typeof controls>;

/** A point of the curves. */
export interface Point {
  /** Tasks learned so far, with a fraction. */
  readonly tasks: number;
  /** Images read rightly, for each task that has begun. */
  readonly right: readonly number[];
}

/** What became of the certificate of a finished task. */
export interface Seal {
  readonly task: number;
  readonly holds: boolean;
  /** What differs: arrays, "outputs". */
  readonly changed: readonly string[];
}

/** One of the two networks. */
export interface Learner {
  readonly points: readonly Point[];
  readonly seals: readonly Seal[];
  /** Where a task found no room: a sentence for each. */
  readonly notes: readonly string[];
}

/** The weights between the hidden layers of the protected network, units in an order that puts a task's together. */
export interface WeightMap {
  readonly units: number;
  /** Bit t is set if finished task t reads the weight, `[units from][units to]`. */
  readonly readers: Uint8Array;
}

/** The weight that was touched. */
export interface Touched {
  /** Its place in the map. */
  readonly row: number;
  readonly column: number;
  readonly before: number;
  readonly after: number;
}

export interface ForgettingData {
  readonly tasks: readonly {
    readonly digits: readonly number[];
    /** Test images that it is asked. */
    readonly images: number;
    /** An example of each digit, 28 x 28. */
    readonly examples: readonly Uint8Array[];
  }[];
  readonly open: Learner;
  readonly closed: Learner;
  readonly map: WeightMap;
  readonly touched?: Touched;
}
