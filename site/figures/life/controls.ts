import type { Circuit } from "@hardgrad/runtime/circuit";
import type { Controls, State } from "../contract.ts";
import { patterns } from "./patterns.ts";

/** The controls of the figure, and what its course tells it. */

export const SIDE = 28;

export const controls = {
  pattern: {
    kind: "choice",
    label: "Pattern",
    default: "glider",
    choices: [...patterns.map(({ id, name }) => ({ value: id, label: name })), { value: "soup", label: "at random" }], // biome-ignore format: a list
    help: "What the board begins with. What the circuit has learned for this seed is kept: it plays at once.",
  },
  drawn: {
    kind: "picture",
    label: "Or draw cells",
    default: "",
    help: "A pattern of your own, in place of that one. What you draw lives.",
  },
  cell: {
    kind: "point",
    label: "Cell",
    default: [13, 13],
    min: 0,
    max: SIDE - 1,
    step: 1,
    help: "Whose neighbourhood goes through the circuit: across, and up from the bottom. Drag it over the board.",
    live: true,
  },
} as const satisfies Controls;

export type LifeState = State<typeof controls>;

/** The network at a tick. */
export interface Point {
  /** Steps of this network, and how many were given up before it. */
  readonly step: number;
  readonly restarts: number;
  readonly loss: number;
  /** Neighbourhoods for which its circuit gives the wrong answer. */
  readonly wrong: number;
}

export interface LifeData {
  readonly points: readonly Point[];
  /** Simplified; once all answers are right, pruned. None before the first steps. */
  readonly circuit?: Circuit;
  /** Gates before it was pruned. */
  readonly before: number;
  /** Of every neighbourhood, whether the answer is wrong: one after the other. */
  readonly wrong: Uint8Array;
  readonly board: Uint8Array;
  /** Generations that it has played. */
  readonly generation: number;
  /** Cells of the board for which the circuit gives the wrong answer. */
  readonly mistakes: readonly number[];
  /** The bits of all wires for the chosen cell. */
  readonly bits: Uint8Array;
}
