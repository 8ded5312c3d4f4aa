import { imageControls } from "../common-controls.ts";
import type { Controls, State } from "../contract.ts";
import type { Estimate, Share } from "../shares.ts";

/** The controls of the figure, and what its course tells it. */

/** The networks, in the order in which they are trained: the share of blocks that may open; 1 has no gates. */
export const densities = [
  { id: "8", share: 1 / 8, label: "1 in 8" },
  { id: "1", share: 1, label: "all" },
  { id: "4", share: 1 / 4, label: "1 in 4" },
  { id: "2", share: 1 / 2, label: "1 in 2" },
  { id: "16", share: 1 / 16, label: "1 in 16" },
] as const;

export type Density = (typeof densities)[number];

export const densityOf = (id: string): Density => densities.find((d) => d.id === id) ?? densities[0];

/** Blocks of the hidden layer, each of so many units. */
export const BLOCKS = 64;
export const BLOCK = 8;

export const controls = {
  ...imageControls({
    digit:
      "Which digit the network reads. Compare two that look alike, such as 4 and 9, and two that do not.",
    example:
      "Which of the test images of that digit. Blocks that stay open for most of them belong to the digit.",
    drawn: "A digit of your own, in place of the test image. Watch the blocks open and close as you draw.",
  }),
  density: {
    kind: "choice",
    label: "Blocks that may open",
    default: "8",
    choices: ["16", "8", "4", "2"].map((value) => ({ value, label: `1 in ${value}` })),
    help: "Each is a network of its own, trained in this page to open that share of its blocks on average.",
    live: true,
  },
} as const satisfies Controls;

export type GatesState = State<typeof controls>;

/** What is known of one network. */
export interface NetworkData {
  readonly id: Density["id"];
  readonly steps: number;
  readonly of: number;
  /** Test images classified correctly. */
  readonly read: Share;
  /** The shown image: the digit it is read as, and how probable the network finds that. */
  readonly answer: { readonly digit: number; readonly probability: number };
  /** The value of each gate for the shown image, 0 where closed; none without gates. */
  readonly gates: readonly number[];
  /** For each digit, how many of its test images open each block, and the mean share of open blocks. */
  readonly digits: readonly {
    readonly images: number;
    readonly opens: readonly number[];
    readonly rate: Estimate;
  }[];
  /** Share of blocks that are open, over all test images. */
  readonly rate: Estimate;
}

/** Measured on this machine: not the same twice. */
export interface TimeData {
  readonly id: Density["id"];
  /** Microseconds for one image by itself. */
  readonly microseconds: Estimate;
  /** How many times as fast as without gates, from passes that took turns. */
  readonly times: Estimate;
}

export interface GatesData {
  readonly image: Uint8Array;
  /** What digit it is; undefined for a drawn one. */
  readonly label?: number;
  /** Those whose training has begun. */
  readonly networks: readonly NetworkData[];
  readonly times: readonly TimeData[];
}
