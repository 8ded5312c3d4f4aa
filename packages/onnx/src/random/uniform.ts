import { type Equation, isLit, type TracedProgram, type Var } from "../jaxpr.ts";

/**
 * Random bits become floats by one fixed pattern: `bitcast(bits / 512 + 0x3f800000) - 1`, which is exactly
 * `(bits >> 9) 2^-23`. ONNX has no bitcast, so the pattern becomes one equation `uniform`, with a constant added
 * where the program adds one: `(bits >> 9) 2^-23 + offset`, rounded once. hardgrad's own noise takes all 32 bits, as a
 * signed word: `(float32(bits) + 1/2) 2^-32` becomes `uniform` too, with `wrapped` set.
 */
export function matchUniform(program: TracedProgram): TracedProgram {
  const made = new Map<Var, Equation>();
  const eqns = program.eqns.map((eqn) => {
    const next = bitcastOfBits(eqn, made) ?? wrapped(eqn, made) ?? shifted(eqn, made) ?? eqn;
    for (const out of next.outBinders) made.set(out, next);
    return next;
  });
  return withoutDead({ ...program, eqns });
}

/** `bitcast(bits / 512 + 0x3f800000)` is uniform on [1, 2). */
function bitcastOfBits(eqn: Equation, made: Map<Var, Equation>): Equation | undefined {
  if (eqn.primitive !== "bitcast" || eqn.params.dtype !== "float32") return undefined;
  const quotient = operand(made.get(eqn.inputs[0] as Var), "add", 0x3f800000, made);
  const bits = operand(quotient, "idiv", 512, made);
  if (bits?.primitive !== "random_bits") return undefined;
  return { ...eqn, primitive: "uniform", inputs: bits.inputs, params: { ...bits.params, offset: 1 } };
}

function wrapped(eqn: Equation, made: Map<Var, Equation>): Equation | undefined {
  const middle = operand(eqn, "mul", 2 ** -32, made);
  const float = operand(middle, "add", 0.5, made);
  if (float?.primitive !== "cast" || float.params.dtype !== "float32") return undefined;
  const signed = made.get(float.inputs[0] as Var);
  if (signed?.primitive !== "bitcast" || signed.params.dtype !== "int32") return undefined;
  const bits = made.get(signed.inputs[0] as Var);
  if (bits?.primitive !== "random_bits") return undefined;
  return {
    ...bits,
    primitive: "uniform",
    outBinders: eqn.outBinders,
    params: { ...bits.params, wrapped: true, offset: 0 },
  };
}

/** What made the other operand of an operation with that literal. */
function operand(
  eqn: Equation | undefined,
  primitive: string,
  literal: number,
  made: Map<Var, Equation>,
): Equation | undefined {
  if (eqn?.primitive !== primitive) return undefined;
  const [x, y] = eqn.inputs as [Equation["inputs"][0], Equation["inputs"][0]];
  if (isLit(y) && y.value === literal && !isLit(x)) return made.get(x);
  if (primitive !== "idiv" && isLit(x) && x.value === literal && !isLit(y)) return made.get(y);
  return undefined;
}

/** [1, 2) minus 1, which is exact; and [0, 1) plus any number. */
function shifted(eqn: Equation, made: Map<Var, Equation>): Equation | undefined {
  if (eqn.primitive !== "add") return undefined;
  const [x, y] = eqn.inputs as [Equation["inputs"][0], Equation["inputs"][0]];
  const literal = isLit(y) ? y : isLit(x) ? x : undefined;
  const variable = isLit(y) ? x : y;
  if (!literal || isLit(variable)) return undefined;
  const uniform = made.get(variable);
  if (uniform?.primitive !== "uniform" || uniform.params.wrapped) return undefined;
  if (!(uniform.params.offset === 1 ? literal.value === -1 : uniform.params.offset === 0)) return undefined;
  const offset = uniform.params.offset === 1 ? 0 : Math.fround(literal.value);
  return { ...uniform, outBinders: eqn.outBinders, params: { ...uniform.params, offset } };
}

/** Drops equations whose results nobody reads. */
export function withoutDead(program: TracedProgram): TracedProgram {
  const needed = new Set<unknown>(program.outs);
  const eqns: Equation[] = [];
  for (const eqn of [...program.eqns].reverse()) {
    if (!eqn.outBinders.some((v) => needed.has(v))) continue;
    eqns.push(eqn);
    for (const x of eqn.inputs) needed.add(x);
  }
  return { ...program, eqns: eqns.reverse() };
}
