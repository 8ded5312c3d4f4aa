import type { Circuit } from "@hardgrad/runtime/circuit";
import { imageControls } from "../common-controls.ts";
import type { Controls, State } from "../contract.ts";
import type { Estimate, Share } from "../shares.ts";

/** The controls of the figure, and what its course tells it. */

export const controls = {
  ...imageControls({
    digit: "Which digit the circuit reads.",
    example: "Which of the test images of that digit.",
    drawn: "A digit of your own, scaled and centred as the others are. Watch gates flip as you draw.",
  }),
  gate: {
    kind: "point",
    label: "Gate to follow",
    default: [0.5, 0.65],
    min: 0,
    max: 1,
    step: 0.0125,
    help: "A gate of the wall by its place, back to the pixels that it depends on. Its row says which class counts it.",
    live: true,
  },
  gates: {
    kind: "number",
    label: "Gates",
    default: 1600,
    min: 200,
    max: 4000,
    step: 200,
    help: "How many logic gates the network has. Double them: what is the next point of accuracy worth?",
  },
  layers: {
    kind: "number",
    label: "Layers",
    default: 1,
    min: 1,
    max: 2,
    step: 1,
    help: "In one layer a gate sees two pixels; in two, up to four.",
  },
  confidence: {
    kind: "number",
    label: "First confidence",
    default: 0.2,
    min: 0.1,
    max: 0.9,
    step: 0.05,
    help: "How sure each gate is at first of a function chosen at random. With 0.9 hardly any gate changes it: all that is learned is where to look.",
  },
  estimator: {
    kind: "choice",
    label: "Estimator",
    default: "straight-through-argmax",
    choices: [
      "straight-through-argmax",
      "straight-through-adaptive",
      "straight-through-sigmoid",
      "reinmax",
      "straight-through-gumbel-softmax",
      "gumbel-softmax",
    ].map((value) => ({ value, label: value })),
    help: "How choices get their gradient. All but the first train another network than the circuit: watch the gap between the two curves.",
  },
} as const satisfies Controls;

export type CircuitState = State<typeof controls>;

/** The network at a step. */
export interface Point {
  readonly step: number;
  /** Test images read rightly: by the circuit, and by the network as it trains. */
  readonly circuit: Share;
  readonly network: Share;
  /** Choices that have changed since the point before: of functions, and of wires. */
  readonly functions: Share;
  readonly wires: Share;
}

export interface CircuitData {
  readonly of: number;
  readonly points: readonly Point[];
  readonly image: Uint8Array;
  /** What digit it is; undefined for a drawn one. */
  readonly label?: number;
  /** Simplified; none before the first step. */
  readonly circuit?: Circuit;
  /** How many of the network's gates have chosen each of the 16 functions. */
  readonly functions: readonly number[];
  /** Bits of the circuit's wires for the image, and how many ones each class counts. */
  readonly bits: Uint8Array;
  readonly scores: readonly number[];
  /** Millions of images a second, measured here. */
  readonly speed?: Estimate;
}
