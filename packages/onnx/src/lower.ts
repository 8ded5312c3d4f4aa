import type { numpy as np } from "@jax-js/jax";
import { freeBatch } from "./batch/index.ts";
import { build } from "./build.ts";
import type { DType, Value } from "./ir/types.ts";
import { type Kernel, separate } from "./kernels/separate.ts";
import { uniqueNames } from "./names.ts";
import { encodeModel } from "./proto/encode.ts";
import type { KeyProgram } from "./random/keys.ts";
import type { Traceable } from "./trace.ts";
import { tune } from "./tune/index.ts";

/** A named array that goes into a model or comes out of it. */
export interface Port {
  readonly name: string;
  readonly dtype: DType;
  /** For a free batch axis: that of the examples. */
  readonly shape: readonly number[];
}

/** Options of `lower`; every one has a default. */
export interface LowerOptions {
  /** Names of the arguments, by position; default `input0`, `input1`, ... Paths inside an argument are appended. */
  readonly names?: readonly string[];
  /** Names for arrays that the function closes over; they are not consumed. */
  readonly constants?: { readonly [name: string]: np.Array };
  /** Names of the results in flattened order; default `output`, or their paths. */
  readonly results?: readonly string[];
  /**
   * `"graph"`: the model computes random bits from its keys. `"outside"`: what depends on keys alone becomes extra
   * inputs, described by `noise`.
   */
  readonly random?: "graph" | "outside";
  /** Names of float32 arguments that the model takes as uint8: it converts them itself. */
  readonly bytes?: readonly string[];
  /** Chooses the operators that are fastest in onnxruntime on the CPU (default false). */
  readonly tuned?: boolean;
  /**
   * Results, by name, that replace arguments of the same shape, by name. Where that is done element by element, they
   * are left out of the model, and `kernels` compute them in place.
   */
  readonly updates?: { readonly [result: string]: string };
  /**
   * Arguments whose first axis is the batch, of any size in the model: by name, or by the name of an argument that is
   * a tree; `true` for all arrays but keys. The function must allow it.
   */
  readonly batch?: boolean | readonly string[];
  /** Version of ONNX's operators, 17 to 22 (default 21). Random numbers in the graph need 18. */
  readonly opset?: number;
  readonly graphName?: string;
  readonly docString?: string;
  readonly metadata?: { readonly [key: string]: string };
}

/** A lowered function. */
export interface Lowered {
  readonly model: Uint8Array;
  /** The arguments in flattened order, without those that only serve the noise or the kernels. */
  readonly inputs: readonly Port[];
  /** The results that the model computes, and then what else the kernels read. */
  readonly outputs: readonly Port[];
  /** To be run after the model, in any order. */
  readonly kernels: readonly Kernel[];
  /** Inputs of the model beside the arguments, which `runKeys(keys, ...)` computes. */
  readonly noise: readonly Port[];
  readonly keys: KeyProgram;
  /** Only with `tuned`: onnxruntime must run the model on one thread, because it has an operator that several spoil. */
  readonly oneThread: boolean;
}

const DEFAULT_OPSET = 21;

/**
 * Lowers a jax-js function, for arguments of the types and shapes of the examples, to an ONNX model. The examples
 * are not consumed.
 *
 * @throws RangeError that begins with "toOnnx:" and says what has no ONNX form, and where.
 * @example
 * const { model, inputs } = lower((x, w) => np.tanh(np.matmul(x, w)), [np.zeros([4, 3]), np.zeros([3, 2])], {
 *   names: ["x", "w"],
 *   results: ["h"],
 *   batch: ["x"],
 * });
 */
export function lower(fn: Traceable, args: readonly unknown[], options: LowerOptions = {}): Lowered {
  const opset = options.opset ?? DEFAULT_OPSET;
  if (!(Number.isInteger(opset) && opset >= 17 && opset <= 22))
    throw new RangeError(`toOnnx: opset must be a whole number from 17 to 22, not ${opset}.`);
  const { batch = false } = options;
  const built = batch === false ? build(fn, args, options) : freeBatch(fn, args, { ...options, batch });
  const { argumentNames, keys } = built;
  const names = options.results ?? built.resultNames;
  const allNames = namesOfResults(names, built.graph.outputs.length, argumentNames);
  const separated = separate(built.graph, allNames, options.updates ?? {});
  const { resultNames, kernels } = separated;
  const graph = options.tuned ? tune(separated.graph) : separated.graph;
  const given = new Set(argumentNames);
  const model = encodeModel(graph, resultNames, {
    opset,
    graphName: options.graphName ?? (fn.name || "function"),
    metadata: options.metadata ?? {},
    producerVersion: "0.1.0",
    ...(options.docString === undefined ? {} : { docString: options.docString }),
  });
  return {
    model,
    inputs: graph.inputs.filter((x) => given.has(x.name!)).map(port),
    outputs: graph.outputs.map((x, i) => ({ ...port(x), name: resultNames[i]! })),
    kernels,
    noise: graph.inputs.filter((x) => !given.has(x.name!)).map(port),
    keys,
    oneThread: graph.nodes.some(({ op }) => op === "ScatterND"),
  };
}

/** Checked; where a result has the name of an argument, all results get the prefix `output.`. */
function namesOfResults(
  names: readonly string[],
  count: number,
  argumentNames: readonly string[],
): readonly string[] {
  if (names.length !== count)
    throw new RangeError(`toOnnx: the function has ${count} results and ${names.length} names were given.`);
  const clash = names.some((name) => argumentNames.includes(name));
  return uniqueNames(clash ? names.map((name) => `output.${name}`) : names, "outputs");
}

const port = ({ name, dtype, shape }: Value): Port => ({ name: name ?? "", dtype, shape });
