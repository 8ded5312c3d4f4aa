import { Builder } from "./ir/builder.ts";
import type { ConstantData, DType, Value } from "./ir/types.ts";
import type { Var } from "./jaxpr.ts";
import { lowerProgram } from "./lowering/index.ts";
import { uniqueNames } from "./names.ts";
import { encodeModel } from "./proto/encode.ts";
import { hoist, type Known } from "./random/hoist.ts";
import { type KeyProgram, runKeys } from "./random/keys.ts";
import { matchUniform } from "./random/uniform.ts";
import { simplify } from "./simplify/index.ts";
import { type Traceable, trace } from "./trace.ts";
import { tune } from "./tune/index.ts";

/** A named array that goes into a model or comes out of it. */
export interface Port {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
}

export interface LowerOptions {
  /** Names of the arguments, by position; default `input0`, `input1`, ... Paths inside an argument are appended. */
  readonly names?: readonly string[];
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
  readonly opset?: number;
  readonly graphName?: string;
  readonly docString?: string;
  readonly metadata?: { readonly [key: string]: string };
}

/** A lowered function. */
export interface Lowered {
  readonly model: Uint8Array;
  /** The arguments in flattened order, without keys that only serve the noise. */
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  /** Inputs of the model beside the arguments, which `runKeys(keys, ...)` computes. */
  readonly noise: readonly Port[];
  readonly keys: KeyProgram;
}

const DEFAULT_OPSET = 21;

/**
 * Lowers a jax-js function, for arguments of the types and shapes of the examples, to an ONNX model. The examples
 * are not consumed.
 */
export function lower(fn: Traceable, args: readonly unknown[], options: LowerOptions = {}): Lowered {
  const opset = options.opset ?? DEFAULT_OPSET;
  if (!(Number.isInteger(opset) && opset >= 17 && opset <= 22))
    throw new RangeError(`toOnnx: opset must be a whole number from 17 to 22, not ${opset}.`);
  const traced = trace(fn, args, options.names);
  const { constants, argumentNames } = traced;
  uniqueNames(argumentNames, "inputs");
  const program = matchUniform(traced.program);
  const constantVars = program.inBinders.slice(0, constants.length);
  const argumentVars = program.inBinders.slice(constants.length);
  const nameOf = new Map(argumentVars.map((v, i) => [v, argumentNames[i]!]));

  const known = new Map<Var, Known>();
  constantVars.forEach((v, i) => {
    if (v.aval.dtype === "uint32") known.set(v, { data: constants[i] as Uint32Array });
  });
  if (options.random === "outside")
    for (const v of argumentVars) if (v.aval.dtype === "uint32") known.set(v, { name: nameOf.get(v)! });
  const { program: rest, keys, noise } = hoist(program, known, freePrefix(argumentNames));

  const b = new Builder();
  const given = new Map<Var, Value>();
  constantVars.forEach((v, i) => {
    given.set(v, constant(b, v, constants[i]!));
  });
  const used = new Set<unknown>([...rest.eqns.flatMap((eqn) => eqn.inputs), ...rest.outs]);
  for (const v of argumentVars) {
    const spent = known.has(v) && !used.has(v) && keys.keys.includes(nameOf.get(v)!);
    if (spent) continue;
    const name = nameOf.get(v)!;
    const asBytes = options.bytes?.includes(name) && v.aval.dtype === "float32";
    given.set(v, b.cast(b.input(name, asBytes ? "uint8" : v.aval.dtype, v.aval.shape), v.aval.dtype));
  }
  const inputs = b.inputs.map(port);
  const fixed = withoutKeys(keys);
  const values = runKeys(fixed, {});
  noise.forEach((v, i) => {
    const { name } = keys.outputs[i]!;
    const data = values[name];
    if (data) given.set(v, b.constant(v.aval.dtype, v.aval.shape, data));
    else given.set(v, b.input(name, v.aval.dtype, v.aval.shape));
  });
  const outputs = lowerProgram(b, rest, given, nameOf, opset);
  const clean = simplify(b.graph(outputs), options.tuned ? "onnxruntime" : "any");
  const graph = options.tuned ? tune(clean) : clean;
  const resultNames = namesOfResults(options.results ?? traced.resultNames, outputs.length, argumentNames);
  const model = encodeModel(graph, resultNames, {
    opset,
    graphName: options.graphName ?? (fn.name || "function"),
    metadata: options.metadata ?? {},
    producerVersion: "0.1.0",
    ...(options.docString === undefined ? {} : { docString: options.docString }),
  });
  return {
    model,
    inputs,
    outputs: outputs.map((x, i) => ({ ...port(x), name: resultNames[i]! })),
    noise: graph.inputs.slice(inputs.length).map(port),
    keys: { ...keys, outputs: keys.outputs.filter(({ name }) => !(name in values)) },
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

function constant(b: Builder, v: Var, data: ConstantData): Value {
  return b.constant(v.aval.dtype, v.aval.shape, data);
}

/** A prefix for the names of noise inputs that no argument begins with. */
function freePrefix(names: readonly string[]): string {
  let prefix = "noise";
  while (names.some((name) => name.startsWith(prefix))) prefix += "_";
  return prefix;
}

/** The part of the program that needs no key: its results are constants. */
function withoutKeys(keys: KeyProgram): KeyProgram {
  const free: boolean[] = [];
  for (const step of keys.steps) free.push(step.op !== "key" && step.inputs.every((i) => free[i]));
  // Steps that are left out keep their places, so that indices stay valid.
  const steps = keys.steps.map((step, i) =>
    free[i] ? step : { op: "constant", inputs: [], shape: [0], params: { data: [] } },
  );
  return { keys: [], steps, outputs: keys.outputs.filter(({ step }) => free[step]) };
}
