import { LoweringError } from "../errors.ts";
import { allocate, type Builder } from "../ir/builder.ts";
import type { DType, Value } from "../ir/types.ts";
import { type Atom, type Equation, isLit, type TracedProgram, type Var } from "../jaxpr.ts";
import { bits } from "./bits.ts";
import { type Lowerings, Unsupported } from "./context.ts";
import { windows } from "./convolution.ts";
import { products } from "./dot.ts";
import { elementwise } from "./elementwise.ts";
import { indexing } from "./indexing.ts";
import { layout } from "./layout.ts";
import { filled, full, type Lazy } from "./lazy.ts";
import { random } from "./random.ts";
import { reductions } from "./reduce.ts";

const rules: Lowerings = {
  ...elementwise,
  ...layout,
  ...reductions,
  ...products,
  ...indexing,
  ...windows,
  ...bits,
  ...random,
};

/** Lowers a program over given values of its variables; returns its results. */
export function lowerProgram(
  b: Builder,
  program: TracedProgram,
  given: ReadonlyMap<Var, Value>,
  argumentNames: ReadonlyMap<Var, string>,
): Value[] {
  const env = new Map<Atom, Lazy>();
  for (const [v, value] of given) env.set(v, uniform(b, value) ?? full(value));
  const read = (x: Atom): Lazy => {
    if (!isLit(x)) return env.get(x)!;
    const data = allocate(x.aval.dtype, 1).fill(literal(Number(x.value), x.aval.dtype));
    return full(b.constant(x.aval.dtype, [], data));
  };
  program.eqns.forEach((eqn, index) => {
    const rule = rules[eqn.primitive];
    let outputs: Lazy[];
    try {
      if (!rule) throw new Unsupported(`the primitive ${eqn.primitive} has no ONNX form`);
      outputs = rule({ b, eqn, inputs: eqn.inputs.map(read) });
      eqn.outBinders.forEach(({ aval }, i) => {
        const { dtype } = outputs[i]!.value;
        if (dtype !== aval.dtype)
          throw new Unsupported(
            `${eqn.primitive} gives ${dtype} where jax-js has ${aval.dtype}; cast its operands`,
          );
      });
    } catch (error) {
      if (!(error instanceof Unsupported)) throw error;
      throw new LoweringError(`toOnnx: ${error.message}: ${place(program, eqn, index, argumentNames)}.`);
    }
    eqn.outBinders.forEach((v, i) => {
      env.set(v, outputs[i]!);
    });
  });
  return program.outs.map((x) => filled(b, read(x)));
}

/** A number written into the program, as jax-js rounds it to its type: to the nearest word that there is. */
function literal(x: number, dtype: DType): number {
  if (dtype === "uint32") return Math.min(Math.max(Math.trunc(x), 0), 2 ** 32 - 1);
  if (dtype === "int32") return Math.min(Math.max(Math.trunc(x), -(2 ** 31)), 2 ** 31 - 1);
  return dtype === "bool" ? Number(x !== 0) : x;
}

/** A constant of equal elements, zeros above all, is one number and broadcast axes. */
function uniform(b: Builder, { data, dtype, shape }: Value): Lazy | undefined {
  if (!data || data.length < 2 || data.some((x) => !Object.is(x, data[0]))) return undefined;
  return {
    value: b.constant(
      dtype,
      shape.map(() => 1),
      data.slice(0, 1),
    ),
    shape,
  };
}

/** Where in the function an equation is, in words a user can follow. */
function place(
  program: TracedProgram,
  eqn: Equation,
  index: number,
  argumentNames: ReadonlyMap<Var, string>,
): string {
  const made = new Map<Atom, Equation>();
  for (const other of program.eqns) for (const out of other.outBinders) made.set(out, other);
  const sources = new Set<string>();
  const seen = new Set<Atom>();
  const stack = [...eqn.inputs];
  for (let x = stack.pop(); x !== undefined; x = stack.pop()) {
    if (seen.has(x) || isLit(x)) continue;
    seen.add(x);
    const name = argumentNames.get(x);
    if (name !== undefined) sources.add(name);
    stack.push(...(made.get(x)?.inputs ?? []));
  }
  const describe = (x: Atom): string => {
    const type = `${x.aval.dtype}[${x.aval.shape}]`;
    if (isLit(x)) return `${type} ${x.value}`;
    const name = argumentNames.get(x);
    if (name !== undefined) return `${type} argument ${name}`;
    return `${type} from ${made.get(x)?.primitive ?? "a captured array"}`;
  };
  const outs = eqn.outBinders.map((v) => `${v.aval.dtype}[${v.aval.shape}]`).join(", ");
  const of = eqn.inputs.map(describe).join("; ");
  const from = sources.size > 0 ? `; it depends on ${[...sources].sort().join(", ")}` : "";
  return `step ${index + 1} of ${program.eqns.length} of the traced function, ${eqn.primitive} -> ${outs}, applied to ${of}${from}`;
}
