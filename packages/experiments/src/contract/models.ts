import type { Network } from "@hardgrad/runtime";
import type { NamedArrays } from "hardgrad";
import { type ExampleShape, exampleSize, type Split } from "./dataset.ts";
import type { Tensor } from "./run.ts";

/** An input of a model. */
export interface ModelInput {
  readonly dtype: "float32" | "int32" | "uint32";
  /** `"batch"` is the axis of examples, which may have any size. */
  readonly shape: readonly ("batch" | number)[];
  /** Values are in [0, below); those of integer types are whole. */
  readonly below: number;
  /** What it is: one sentence. */
  readonly doc: string;
}

/** A part of a trained network for other programs: `hardgrad export` makes a model file of it. */
export interface Model {
  /** What it computes, for a reader who has only the file. */
  readonly doc: string;
  readonly inputs: { readonly [name: string]: ModelInput };
  /** What each output is, one sentence each, in the order of the results. */
  readonly outputs: { readonly [name: string]: string };
  /** Consumes what it uses. The parameters become constants of the model. */
  fn(params: NamedArrays, inputs: NamedArrays): NamedArrays;
}

/** The parts of a network that other programs can use, by name. */
export type Models = { readonly [name: string]: Model };

/**
 * Examples as every model takes them: grey pixels, or the numbers of a vector.
 *
 * @example
 * imageInput({ height: 28, width: 28 }).shape; // ["batch", 784]
 */
export function imageInput(shape: ExampleShape): ModelInput {
  const doc =
    "length" in shape
      ? `${shape.length} numbers in [0, 1] (a byte divided by 255).`
      : `Grey values of ${shape.width} x ${shape.height} pixels, row by row from the top left: 0 is the background, 1 the ink (a byte divided by 255).`;
  return { dtype: "float32", shape: ["batch", exampleSize(shape)], below: 1, doc };
}

/** The source of a model's random choices. */
export const keyInput: ModelInput = {
  dtype: "uint32",
  shape: [2],
  below: 2 ** 32,
  doc: "Any two 32-bit words. The same key gives the same choices, which are those of jax-js's threefry; use a new key for each call.",
};

/** A trained network for the hard runtime, and which model it must agree with. */
export interface RuntimeModel {
  /** Reads `image` as the models do (grey values in [0, 1]) and gives `like.output`. */
  readonly network: Network;
  readonly like: {
    /** A name of the experiment's `models`. */
    readonly model: string;
    /** One of its outputs, `[batch, n]`. */
    readonly output: string;
  };
}

/** The network of one finished task with nothing but its own units, for other programs. */
export interface TaskModel {
  /** `task-1`, ... */
  readonly name: string;
  readonly model: Model;
  readonly parameters: { readonly [name: string]: Tensor };
  /** For the hard runtime: it gives `probabilities`. */
  readonly network: Network;
  /** The task's test images, as they are; labels are numbered within the task. */
  readonly images: Split;
}
