import type { Params } from "../nn/optimizers.ts";
import type { Arrays } from "./backend.ts";

/** An input of an exported function. */
export interface ExportedInput {
  readonly dtype: "float32" | "int32" | "uint32";
  /** `"batch"` is the axis of examples, which may have any size. */
  readonly shape: readonly ("batch" | number)[];
  /** Values are in [0, below); those of integer types are whole. */
  readonly below: number;
  /** What it is: one sentence. */
  readonly doc: string;
}

/** A part of a trained network for other programs: `hardgrad export` makes a model file of it. */
export interface Exported {
  /** What it computes, for a reader who has only the file. */
  readonly doc: string;
  readonly inputs: { readonly [name: string]: ExportedInput };
  /** What each output is, one sentence each, in the order of the results. */
  readonly outputs: { readonly [name: string]: string };
  /** Consumes what it uses. The parameters become constants of the model. */
  fn(params: Params, inputs: Arrays): Arrays;
}

export type Exports = { readonly [name: string]: Exported };

/** Grey pixels as every exported function takes them. */
export const imageInput: ExportedInput = {
  dtype: "float32",
  shape: ["batch", 784],
  below: 1,
  doc: "Grey values of 28 x 28 pixels, row by row from the top left: 0 is the background, 1 the ink (a byte divided by 255).",
};

/** The source of an exported function's random choices. */
export const keyInput: ExportedInput = {
  dtype: "uint32",
  shape: [2],
  below: 2 ** 32,
  doc: "Any two 32-bit words. The same key gives the same choices, which are those of jax-js's threefry; use a new key for each call.",
};
