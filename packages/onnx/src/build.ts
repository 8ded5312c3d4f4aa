import { Builder } from "./ir/builder.ts";
import type { Graph, Value } from "./ir/types.ts";
import type { Var } from "./jaxpr.ts";
import { lowerProgram } from "./lowering/program.ts";
import { uniqueNames } from "./names.ts";
import { hoist, type KnownWords } from "./random/hoist.ts";
import { type KeyProgram, runKeys } from "./random/keys.ts";
import { matchUniform } from "./random/uniform.ts";
import { simplify } from "./simplify/index.ts";
import { type Traceable, type TraceOptions, trace } from "./trace.ts";

/** What `build` needs to know; `bytes` are names of float32 arguments that the model takes as uint8. Else see `LowerOptions`. */
export interface BuildOptions extends TraceOptions {
  readonly random?: "graph" | "outside";
  readonly bytes?: readonly string[];
}

export interface Built {
  readonly graph: Graph;
  readonly argumentNames: readonly string[];
  readonly resultNames: readonly string[];
  /** How many inputs of the graph are arguments; the others are noise. */
  readonly argumentCount: number;
  readonly keys: KeyProgram;
}

/**
 * Traces, lowers and simplifies a function.
 *
 * @param reshape changes the shape of an argument before tracing, by its name.
 */
export function build(
  fn: Traceable,
  args: readonly unknown[],
  options: BuildOptions,
  reshape?: (name: string, shape: readonly number[]) => readonly number[],
): Built {
  const traced = trace(fn, args, options, reshape);
  const { constants, constantNames, argumentNames } = traced;
  uniqueNames(argumentNames, "inputs");
  const program = matchUniform(traced.program);
  const constantVars = program.inBinders.slice(0, constants.length);
  const argumentVars = program.inBinders.slice(constants.length);
  const nameOf = new Map(argumentVars.map((v, i) => [v, argumentNames[i]!]));

  const known = new Map<Var, KnownWords>();
  // For a free batch axis, draws from a captured key stay in the graph, where their shape can vary.
  if (!reshape)
    constantVars.forEach((v, i) => {
      if (v.aval.dtype === "uint32") known.set(v, { data: constants[i] as Uint32Array });
    });
  if (options.random === "outside")
    for (const v of argumentVars) if (v.aval.dtype === "uint32") known.set(v, { name: nameOf.get(v)! });
  const { program: rest, keys, noise } = hoist(program, known, freePrefix(argumentNames));

  const b = new Builder();
  const given = new Map<Var, Value>();
  constantVars.forEach((v, i) => {
    given.set(v, b.constant(v.aval.dtype, v.aval.shape, constants[i]!, constantNames[i]));
  });
  const used = new Set<unknown>([...rest.eqns.flatMap((eqn) => eqn.inputs), ...rest.outs]);
  for (const v of argumentVars) {
    const spent = known.has(v) && !used.has(v) && keys.keys.includes(nameOf.get(v)!);
    if (spent) continue;
    const name = nameOf.get(v)!;
    const asBytes = options.bytes?.includes(name) && v.aval.dtype === "float32";
    given.set(v, b.cast(b.input(name, asBytes ? "uint8" : v.aval.dtype, v.aval.shape), v.aval.dtype));
  }
  const argumentCount = b.inputs.length;
  const fixed = withoutKeys(keys);
  const values = runKeys(fixed, {});
  noise.forEach((v, i) => {
    const { name } = keys.outputs[i]!;
    const data = values[name];
    if (data) given.set(v, b.constant(v.aval.dtype, v.aval.shape, data));
    else given.set(v, b.input(name, v.aval.dtype, v.aval.shape));
  });
  const outputs = lowerProgram(b, rest, given, nameOf);
  return {
    graph: simplify(b.graph(outputs)),
    argumentNames,
    resultNames: traced.resultNames,
    argumentCount,
    keys: { ...keys, outputs: keys.outputs.filter(({ name }) => !(name in values)) },
  };
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
