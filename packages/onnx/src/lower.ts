import type { numpy as np } from "@jax-js/jax";
import { freeBatch } from "./batch/index.ts";
import { build } from "./build.ts";
import { LoweringError } from "./errors.ts";
import type { DType, Graph, Value } from "./ir/types.ts";
import { uniqueNames } from "./names.ts";
import { encodeModel } from "./proto/encode.ts";
import type { KeyProgram } from "./random/keys.ts";
import type { Traceable } from "./trace.ts";
import { VERSION } from "./version.ts";

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
  /** The arguments in flattened order, without those that only serve the noise. */
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  /** Inputs of the model beside the arguments, which `runKeys(keys, ...)` computes. */
  readonly noise: readonly Port[];
  readonly keys: KeyProgram;
}

/** A function as a graph of ONNX operators, before it becomes a file. */
export interface LoweredGraph {
  readonly graph: Graph;
  /** Names of all arguments in flattened order; inputs of the graph that have another one are noise. */
  readonly argumentNames: readonly string[];
  /** A name for each output of the graph. */
  readonly resultNames: readonly string[];
  readonly keys: KeyProgram;
}

/** Options of `lowerGraph`. */
export interface GraphOptions
  extends Pick<LowerOptions, "names" | "constants" | "results" | "random" | "batch"> {
  /** Names of float32 arguments that the graph takes as uint8: it converts them itself. */
  readonly bytes?: readonly string[];
}

const DEFAULT_OPSET = 21;

/**
 * Lowers a jax-js function, for arguments of the types and shapes of the examples, to an ONNX model. The examples
 * are not consumed.
 *
 * @throws LoweringError that says what has no ONNX form, and where.
 * @example
 * const { model, inputs } = lower((x, w) => np.tanh(np.matmul(x, w)), [np.zeros([4, 3]), np.zeros([3, 2])], {
 *   names: ["x", "w"],
 *   results: ["h"],
 *   batch: ["x"],
 * });
 */
export function lower(fn: Traceable, args: readonly unknown[], options: LowerOptions = {}): Lowered {
  const { opset = DEFAULT_OPSET, graphName = fn.name || "function", docString, metadata = {} } = options;
  if (!(Number.isInteger(opset) && opset >= 17 && opset <= 22))
    throw new LoweringError(`toOnnx: opset must be a whole number from 17 to 22, not ${opset}.`);
  const { graph, argumentNames, resultNames, keys } = lowerGraph(fn, args, options);
  const given = new Set(argumentNames);
  return {
    model: encodeModel(graph, resultNames, {
      opset,
      graphName,
      metadata,
      producerVersion: VERSION,
      ...(docString === undefined ? {} : { docString }),
    }),
    inputs: graph.inputs.filter((x) => given.has(x.name!)).map(port),
    outputs: graph.outputs.map((x, i) => ({ ...port(x), name: resultNames[i]! })),
    noise: graph.inputs.filter((x) => !given.has(x.name!)).map(port),
    keys,
  };
}

/**
 * A function as a graph: traced, lowered and simplified as by `lower`, for whoever compiles it.
 *
 * @throws LoweringError that says what has no ONNX form, and where.
 */
export function lowerGraph(
  fn: Traceable,
  args: readonly unknown[],
  options: GraphOptions = {},
): LoweredGraph {
  const { batch = false } = options;
  const built = batch === false ? build(fn, args, options) : freeBatch(fn, args, { ...options, batch });
  const { graph, argumentNames, keys } = built;
  const names = options.results ?? built.resultNames;
  const resultNames = namesOfResults(names, graph.outputs.length, argumentNames);
  return { graph, argumentNames, resultNames, keys };
}

/** Checked; where a result has the name of an argument, all results get the prefix `output.`. */
function namesOfResults(
  names: readonly string[],
  count: number,
  argumentNames: readonly string[],
): readonly string[] {
  if (names.length !== count)
    throw new LoweringError(
      `toOnnx: the function has ${count} results and ${names.length} names were given.`,
    );
  const clash = names.some((name) => argumentNames.includes(name));
  return uniqueNames(clash ? names.map((name) => `output.${name}`) : names, "outputs");
}

const port = ({ name, dtype, shape }: Value): Port => ({ name: name ?? "", dtype, shape });
