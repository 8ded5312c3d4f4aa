import type { Lowered, Traceable } from "@hardgrad/onnx";
import { encodeGraph, lowerGraph, rewriteAll } from "@hardgrad/onnx/graph";
import { type Kernel, separate } from "./kernels/separate.ts";
import { tune } from "./tune/index.ts";
import { fastSoftplus } from "./tune/softplus.ts";

/** A function for onnxruntime on this machine's CPU: a model, and kernels that run after it. */
export interface NativeLowered extends Lowered {
  /** To be run after the model, in any order. */
  readonly kernels: readonly Kernel[];
  /** onnxruntime must run the model on one thread, because it has an operator that several spoil. */
  readonly oneThread: boolean;
}

/** What is known of the arguments of a function. */
export interface NativeOptions {
  /** Names of the arguments, by position. */
  readonly names?: readonly string[];
  /** Names of float32 arguments that the model takes as uint8: it converts them itself. */
  readonly bytes?: readonly string[];
  /**
   * Results, by name, that replace arguments of the same shape, by name. Where that is done element by element, they
   * are left out of the model, and `kernels` compute them in place.
   */
  readonly updates?: { readonly [result: string]: string };
}

/**
 * Lowers a function to the operators that are fastest in onnxruntime on the CPU. Random numbers come from outside.
 *
 * @throws LoweringError that says what has no ONNX form, and where.
 */
export function lowerNative(
  fn: Traceable,
  args: readonly unknown[],
  { updates = {}, ...options }: NativeOptions = {},
): NativeLowered {
  const lowered = lowerGraph(fn, args, { ...options, random: "outside" });
  const quick = rewriteAll(lowered.graph, [fastSoftplus]);
  const { kernels, resultNames, graph } = separate(quick, lowered.resultNames, updates);
  const tuned = tune(graph);
  return {
    ...encodeGraph({ ...lowered, graph: tuned, resultNames }),
    kernels,
    oneThread: tuned.nodes.some(({ op }) => op === "ScatterND"),
  };
}
