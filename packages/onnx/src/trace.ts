import { makeJaxpr, type numpy as np } from "@jax-js/jax";
import { LoweringError } from "./errors.ts";
import type { ConstantData, DType } from "./ir/types.ts";
import type { TracedProgram } from "./jaxpr.ts";
import { leavesWithPaths } from "./names.ts";

/** A traced function: its program with nested calls inlined, and the arrays it closes over. */
export interface Traced {
  readonly program: TracedProgram;
  /** Values of the first variables of the program; the others are the arguments. */
  readonly constants: readonly ConstantData[];
  /** Names of those among the constants that have one. */
  readonly constantNames: readonly (string | undefined)[];
  readonly argumentNames: readonly string[];
  readonly resultNames: readonly string[];
}

export interface TraceOptions {
  /** Names of the arguments, by position. */
  readonly names?: readonly string[];
  /** Arrays that the function closes over, by name. */
  readonly constants?: { readonly [name: string]: np.Array };
}

/** Type and shape in place of an array: enough to trace, and nothing is consumed. */
class Abstract {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly weakType: boolean;
  constructor(shape: readonly number[], dtype: DType, weakType: boolean) {
    this.shape = shape;
    this.dtype = dtype;
    this.weakType = weakType;
  }
}

/** A function of arrays, and trees of arrays, that returns these: what can be traced. */
// biome-ignore lint/suspicious/noExplicitAny: any function over trees of arrays can be traced.
export type Traceable = (...args: any[]) => unknown;

/**
 * Traces a function for arguments of the types and shapes of the examples, which it does not consume.
 *
 * @param reshape changes the shape of an argument before tracing, by its name.
 */
export function trace(
  fn: Traceable,
  args: readonly unknown[],
  { names = [], constants: named = {} }: TraceOptions = {},
  reshape: (name: string, shape: readonly number[]) => readonly number[] = (_, shape) => shape,
): Traced {
  const argumentNames: string[] = [];
  const abstractArgs = args.map((arg, i) => {
    const prefix = names[i] ?? `input${i}`;
    const leaves = leavesWithPaths(arg).map(({ path, value }) => {
      const name = [prefix, ...path].filter((part) => part !== "").join(".");
      argumentNames.push(name);
      return abstractOf(name, value, reshape);
    });
    return replaceLeaves(arg, leaves[Symbol.iterator]());
  });
  let resultNames: string[] = [];
  let resultTypes: (string | undefined)[] = [];
  const recorded = (...inner: unknown[]): unknown => {
    const out = fn(...inner);
    const leaves = leavesWithPaths(out);
    resultNames = leaves.map(({ path }) => (path.length === 0 ? "output" : path.join(".")));
    resultTypes = leaves.map(({ value }) => abstractOf("result", value, (_, shape) => shape).dtype);
    if (Array.isArray(out)) resultNames = resultNames.map((name) => `output${name}`);
    return out;
  };
  const { jaxpr: closed } = makeJaxpr(recorded as never)(...(abstractArgs as never));
  const program = closed.jaxpr.flatten().simplify() as unknown as TracedProgram;
  program.outs.forEach(({ aval }, i) => {
    // jax-js 0.1.25 takes x / 1 for x, whatever the type.
    if (aval.dtype !== resultTypes[i])
      throw new LoweringError(
        `toOnnx: ${resultNames[i]} is ${aval.dtype} compiled and ${resultTypes[i]} eagerly; cast it to one of them.`,
      );
  });
  const arrays = closed.consts as unknown as np.Array[];
  const nameOf = new Map(Object.entries(named).map(([name, x]) => [x, name]));
  const constantNames = arrays.map((x) => nameOf.get(x));
  return { program, constants: arrays.map(dataOf), constantNames, argumentNames, resultNames };
}

function abstractOf(
  name: string,
  value: unknown,
  reshape: (name: string, shape: readonly number[]) => readonly number[],
): Abstract {
  if (typeof value === "number") return new Abstract([], "float32", true);
  if (typeof value === "boolean") return new Abstract([], "bool", false);
  const { shape, dtype, weakType } = (value ?? {}) as Partial<Abstract>;
  if (!Array.isArray(shape) || typeof dtype !== "string")
    throw new TypeError(
      `toOnnx: the argument ${name} must be an array, a number or a tree of these, not ${value}.`,
    );
  return new Abstract(reshape(name, shape), dtype, weakType === true);
}

function replaceLeaves(tree: unknown, leaves: Iterator<Abstract>): unknown {
  if (Array.isArray(tree)) return tree.map((x) => replaceLeaves(x, leaves));
  if (typeof tree === "object" && tree !== null && tree.constructor === Object)
    return Object.fromEntries(Object.entries(tree).map(([key, x]) => [key, replaceLeaves(x, leaves)]));
  return leaves.next().value;
}

/** Reads a constant and releases the reference that the trace held. */
function dataOf(x: np.Array): ConstantData {
  const isBool = x.dtype === "bool";
  const data = x.dataSync() as unknown as ConstantData;
  return isBool ? Uint8Array.from(data) : data.slice();
}
