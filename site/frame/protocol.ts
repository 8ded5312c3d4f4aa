import type { AnyState } from "./state.ts";

/** What a page and its worker say to each other. A run is one figure on the page, by a number of the page's. */

export type Device = "wasm" | "webgpu";

/** First of all, once. */
export interface Hello {
  readonly say: "hello";
  readonly device: Device;
  /** Where the site begins, for assets. */
  readonly base: string;
  /** Name of the lock that it shall hold. */
  readonly lock: string;
}

/** What a run begins with. */
export interface Beginning {
  readonly figure: string;
  readonly state: AnyState;
  /** It is shown after so many ticks, and on its way there from the tick `early` on. */
  readonly ticks: number;
  readonly early: number;
}

/** Starts a course, in place of the one that the run has. */
export interface Start extends Beginning {
  readonly say: "start";
  readonly run: number;
  readonly turn: number;
}

export type ToWorker =
  | Hello
  | Start
  /** A file of the visitor's, by its name in a state. */
  | { readonly say: "file"; readonly name: string; readonly bytes: ArrayBuffer }
  | { readonly say: "play" | "pause" | "step" | "stop" | "end"; readonly run: number }
  /** New values of live controls. */
  | { readonly say: "set"; readonly run: number; readonly state: AnyState }
  /** The data sent last have been drawn: the next may come. */
  | { readonly say: "drawn"; readonly run: number };

export type FromWorker =
  | { readonly say: "ready"; readonly device: Device; readonly threads: number; readonly adapter: boolean }
  /** `turn` says which start it is of: what comes from an earlier one is out of date. Not whole: on the way to its ticks. */
  | { readonly say: "data"; readonly run: number; readonly turn: number; readonly data: unknown; readonly ticks: number; readonly over: boolean; readonly whole: boolean } // biome-ignore format: one thought
  | { readonly say: "progress"; readonly run: number; readonly turn: number; readonly done: number; readonly of: number; readonly what: string } // biome-ignore format: one thought
  | { readonly say: "stopped"; readonly run: number; readonly turn: number; readonly ticks: number }
  | { readonly say: "failed"; readonly run: number; readonly turn: number; readonly sentence: string };
