import { readFileSync, writeFileSync } from "node:fs";
import { type RunConfig, type Tensor, writeSafetensors } from "@hardgrad/experiments";
import { safetensors } from "@jax-js/loaders";

/**
 * How the parent speaks with a contestant, a process of its own: one JSON request a line, one JSON answer a line.
 * Arrays travel as safetensors files. An answer may be `{ error }` instead.
 */
export type Request =
  /** Answer: versions, by name. */
  | { readonly do: "hello" }
  /** Makes a row ready, from the arrays of a file. */
  | { readonly do: "load"; readonly row: string; readonly file: string }
  /** Takes so many threads from now on. */
  | { readonly do: "threads"; readonly threads: number }
  /** Computes from the given noise and writes the results to a file. Answer: what a reader should know, if anything. */
  | { readonly do: "check"; readonly row: string; readonly file: string }
  /** For ours only: a step of this run, ready to be timed as `row`. */
  | { readonly do: "train"; readonly row: string; readonly config: RunConfig }
  /** For ours only: a whole run of so many steps. Answer: the fraction of its time outside the compiled step. */
  | { readonly do: "run"; readonly config: RunConfig; readonly steps: number }
  /** Goes on for some steps with noise of its own. Answer: seconds, seconds of all its threads, the mean loss. */
  | { readonly do: "time"; readonly row: string; readonly steps: number }
  | { readonly do: "quit" };

export type Answer = { readonly [name: string]: string | number | undefined };

export type Tensors = { [name: string]: Tensor };

export function writeTensors(file: string, tensors: Tensors): void {
  writeFileSync(file, writeSafetensors(tensors, {}));
}

/** @throws Error for a file that is not safetensors or holds anything but float32. */
export function readTensors(file: string): Tensors {
  const { tensors } = safetensors.parse(new Uint8Array(readFileSync(file)));
  const read: Tensors = {};
  for (const [name, { shape, data, dtype }] of Object.entries(tensors)) {
    if (!(data instanceof Float32Array)) throw new Error(`${name} is ${dtype}, not F32`);
    read[name] = { shape, data };
  }
  return read;
}
