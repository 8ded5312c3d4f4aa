import { jit, numpy as np } from "@jax-js/jax";

/**
 * Puts right what jax-js 0.1.25 compiles wrongly, or not at all, in a program that is being traced, by steps that change
 * no number:
 *
 * - the input of a sort, a scatter or the like must be an array, not a view: else nothing compiles;
 * - a padded convolution that its input was fused into pads with f(0) instead of 0;
 * - pad, concatenate and stack of what was broadcast from one literal fill the padding with it as well;
 * - `mask * 1` and `mask + 0` are folded to the mask, without the change of type;
 * - a sum over an axis of length 1, of a product that broadcasts, reads the wrong entries: it becomes a reshape.
 *
 * The program is what a tracer of jax-js carries; where it carries none, nothing happens.
 */

interface Variable {
  readonly aval: { readonly shape: readonly number[]; readonly dtype: string; readonly weakType: boolean };
}

interface Equation {
  primitive: string;
  inputs: unknown[];
  params: { readonly [name: string]: unknown };
  readonly outBinders: readonly Variable[];
}

/** `jit(f)` for an f of the user's, whose steps are put right. */
export function compiled<A extends unknown[], R>(
  f: (...args: A) => R,
): ((...args: A) => R) & { dispose(): void } {
  const traced = (...args: A): R => {
    const result = f(...args);
    settle();
    return result;
  };
  return jit(traced as never) as never;
}

/** The equations of the program that is being traced, or none. */
function programInHand(): Equation[] {
  const probe = np.ones([1]).reshape([]) as unknown as {
    _trace?: { main?: { globalData?: { eqns?: Equation[] } | null } };
  };
  return probe._trace?.main?.globalData?.eqns ?? [];
}

const routines = new Set([
  "sort",
  "argsort",
  "scatter",
  "triangular_solve",
  "cholesky",
  "lu",
  "jacobi_eigh",
  "fft",
]);
const views = new Set(["transpose", "broadcast", "reshape", "flip", "shrink", "pad"]);
const settled = new WeakSet<Equation>();

/** Puts the steps in, if a program is being traced; once more is no harm. */
export function settle(equations: Equation[] = programInHand()): void {
  const made = new Map<Variable, Equation>();
  for (let i = 0; i < equations.length; i++) {
    const equation = equations[i]!;
    for (const out of equation.outBinders) made.set(out, equation);
    if (settled.has(equation)) continue;
    settled.add(equation);
    const nested = equation.params.jaxpr as { eqns: Equation[] } | undefined;
    if (nested) settle(nested.eqns);
    const product = withoutSum(equation);
    if (product) equations.splice(i++, 0, product);
    for (const [place, input] of [...equation.inputs.entries()]) {
      if (!isVariable(input)) continue;
      const step = stepBefore(equation, place, input, made);
      if (step === undefined) continue;
      equation.inputs[place] = step.outBinders[0];
      equations.splice(i++, 0, step);
    }
  }
}

function isVariable(x: unknown): x is Variable {
  return typeof x === "object" && x !== null && "aval" in x && !("value" in x);
}

/** Makes a reshape of a sum over axes of length 1; the product before it, if the equation was the sum of one. */
function withoutSum(equation: Equation): Equation | undefined {
  const { primitive, inputs, params, outBinders } = equation;
  const [a, b] = inputs;
  const { shape, dtype, weakType } = outBinders[0]!.aval;
  const reshape = (x: Variable): void => {
    Object.assign(equation, { primitive: "reshape", inputs: [x], params: { shape: [...shape] } });
  };
  if (primitive === "reduce" && isVariable(a)) {
    const axes = params.axis as number[];
    if (axes.length > 0 && axes.every((axis) => a.aval.shape[axis] === 1)) reshape(a);
  }
  if (primitive !== "dot" || !isVariable(a) || !isVariable(b)) return undefined;
  const one = (x: Variable): boolean => x.aval.shape.at(-1) === 1 && x.aval.dtype === dtype;
  if (!one(a) || !one(b)) return undefined;
  const Step = equation.constructor as new (...parts: unknown[]) => Equation;
  const Aval = a.aval.constructor as new (...parts: unknown[]) => Variable["aval"];
  const Out = a.constructor as new (aval: Variable["aval"]) => Variable;
  const out = new Out(new Aval([...shape, 1], dtype, weakType));
  reshape(out);
  return new Step("mul", [a, b], {}, [out]);
}

/** The step that input `place` of an equation needs, or undefined. */
function stepBefore(
  equation: Equation,
  place: number,
  input: Variable,
  made: ReadonlyMap<Variable, Equation>,
): Equation | undefined {
  const { primitive, params, outBinders } = equation;
  const { dtype } = input.aval;
  if (routines.has(primitive)) return stepLike(equation, "cast", input, { dtype });
  // A sum, over no axis, is never fused into what follows.
  if (primitive === "conv" && padsWithin(params, place))
    return stepLike(equation, "reduce", input, { op: "Add", axis: [] });
  const type = outBinders[0]!.aval.dtype;
  const spreads = (primitive === "pad" || primitive === "concatenate") && fromScalar(input, made);
  const array = made.has(input) || input.aval.shape.length > 0;
  const converts = array && (primitive === "add" || primitive === "mul") && type !== dtype;
  return spreads || converts ? stepLike(equation, "cast", input, { dtype: type }) : undefined;
}

function padsWithin(params: Equation["params"], place: number): boolean {
  const { padding, lhsDilation, rhsDilation } = params as {
    padding: [number, number][];
    lhsDilation: number[];
    rhsDilation: number[];
  };
  const stretched = (place === 0 ? lhsDilation : rhsDilation).some((d) => d !== 1);
  return stretched || (place === 0 && padding.some((p) => p[0] !== 0 || p[1] !== 0));
}

/** Whether x is a view of a scalar, which may turn out to be a literal. */
function fromScalar(x: Variable, made: ReadonlyMap<Variable, Equation>): boolean {
  let root = x;
  for (let by = made.get(root); by && views.has(by.primitive); by = made.get(root)) {
    if (!isVariable(by.inputs[0])) return true;
    root = by.inputs[0];
  }
  return root.aval.shape.length === 0;
}

/** jax-js exports neither of the classes: they are taken from what is there. */
function stepLike(like: Equation, primitive: string, input: Variable, params: Equation["params"]): Equation {
  const { aval } = input;
  const Step = like.constructor as new (...parts: unknown[]) => Equation;
  const Aval = aval.constructor as new (...parts: unknown[]) => Variable["aval"];
  const Out = input.constructor as new (aval: Variable["aval"]) => Variable;
  const dtype = params.dtype ?? aval.dtype;
  const out = new Out(new Aval(aval.shape, dtype, aval.weakType && dtype === aval.dtype));
  return new Step(primitive, [input], params, [out]);
}
