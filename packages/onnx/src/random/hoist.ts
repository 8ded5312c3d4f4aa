import { type Atom, type Equation, isLit, type TracedProgram, type Var } from "../jaxpr.ts";
import type { KeyProgram, KeyStep } from "./keys.ts";

/** Operations on keys that `runKeys` can do outside the model. */
const onKeys = [
  "split",
  "shrink",
  "reshape",
  "transpose",
  "broadcast",
  "concatenate",
  "add",
  "mul",
  "idiv",
  "mod",
];
const draws = ["random_bits", "uniform"];

/** A value known outside the model: a key argument, or a constant of words. */
export type KnownWords = { readonly name: string } | { readonly data: Uint32Array };

export interface Hoisted {
  readonly program: TracedProgram;
  readonly keys: KeyProgram;
  /** The variables that the model now gets as inputs, in the order of `keys.outputs`. */
  readonly noise: readonly Var[];
}

/**
 * Cuts out all draws whose keys depend on known values alone. What is left of the program reads them as inputs.
 */
export function hoist(
  program: TracedProgram,
  known: ReadonlyMap<Var, KnownWords>,
  prefix = "noise",
): Hoisted {
  const computable = new Set<Atom>(known.keys());
  const made = new Map<Var, Equation>();
  for (const eqn of program.eqns) {
    const allowed = onKeys.includes(eqn.primitive) || draws.includes(eqn.primitive);
    // Literals are float32 until they meet words, as in `random.key(5)`.
    const whole =
      eqn.outBinders.every((v) => v.aval.dtype === "uint32" || eqn.primitive === "uniform") ||
      (["reshape", "broadcast"].includes(eqn.primitive) && eqn.inputs.every(isLit));
    if (!allowed || !whole || !eqn.inputs.every((x) => isLit(x) || computable.has(x))) continue;
    for (const out of eqn.outBinders) {
      made.set(out, eqn);
      // What is made of uniform numbers stays in the model.
      if (eqn.primitive !== "uniform") computable.add(out);
    }
  }
  // Only what leads to a draw leaves the model.
  const outside = new Set<Equation>();
  const visit = (eqn: Equation): void => {
    if (outside.has(eqn)) return;
    outside.add(eqn);
    for (const x of eqn.inputs) if (!isLit(x) && made.has(x)) visit(made.get(x)!);
  };
  for (const eqn of program.eqns)
    if (draws.includes(eqn.primitive) && made.has(eqn.outBinders[0]!)) visit(eqn);

  const eqns = program.eqns.filter((eqn) => !outside.has(eqn));
  const read = new Set<Atom>([...eqns.flatMap((eqn) => eqn.inputs), ...program.outs]);
  const noise = [...outside].flatMap((eqn) => eqn.outBinders).filter((v) => read.has(v));
  const recorder = new Recorder(known, made);
  const outputs = noise.map((v, i) => ({ name: `${prefix}${i}`, step: recorder.step(v) }));
  return { program: { ...program, eqns }, keys: { ...recorder.program(), outputs }, noise };
}

/** Writes the equations that some variables need as steps. */
class Recorder {
  readonly #steps: KeyStep[] = [];
  readonly #at = new Map<Atom, number>();
  readonly #known: ReadonlyMap<Var, KnownWords>;
  readonly #made: ReadonlyMap<Var, Equation>;
  constructor(known: ReadonlyMap<Var, KnownWords>, made: ReadonlyMap<Var, Equation>) {
    this.#known = known;
    this.#made = made;
  }

  program(): Omit<KeyProgram, "outputs"> {
    const keys = this.#steps.filter((step) => step.op === "key").map((step) => step.params.name as string);
    return { keys, steps: this.#steps };
  }

  step(x: Atom): number {
    const at = this.#at.get(x);
    if (at !== undefined) return at;
    const index = this.#steps.push(this.#describe(x)) - 1;
    this.#at.set(x, index);
    return index;
  }

  #describe(x: Atom): KeyStep {
    const { shape } = x.aval;
    if (isLit(x)) return { op: "constant", inputs: [], shape, params: { data: [x.value >>> 0] } };
    const known = this.#known.get(x);
    if (known)
      return "name" in known
        ? { op: "key", inputs: [], shape, params: { name: known.name } }
        : { op: "constant", inputs: [], shape, params: { data: [...known.data] } };
    const eqn = this.#made.get(x)!;
    const inputs = eqn.inputs.map((input) => this.step(input));
    if (eqn.primitive === "split") {
      const { axis, sizes } = eqn.params as { axis: number; sizes: number[] };
      const start = sizes.slice(0, eqn.outBinders.indexOf(x)).reduce((a, b) => a + b, 0);
      return {
        op: "slice",
        inputs,
        shape,
        params: { starts: shape.map((_, i) => (i === axis ? start : 0)) },
      };
    }
    if (eqn.primitive === "shrink")
      return {
        op: "slice",
        inputs,
        shape,
        params: { starts: (eqn.params.slice as [number, number][]).map(([start]) => start) },
      };
    const { mode, offset, wrapped, perm, axis } = eqn.params;
    const params = Object.fromEntries(
      Object.entries({ mode, offset, wrapped, perm, axis }).filter(([, value]) => value !== undefined),
    );
    return { op: eqn.primitive, inputs, shape, params };
  }
}
