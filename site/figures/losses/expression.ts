/** A loss as a tree: what is typed, and what can be chosen. From it come the objective and its code. */
export type Expression =
  | { readonly kind: "number"; readonly value: number }
  /** The unit b1, b2, ...; counted from 1. */
  | { readonly kind: "unit"; readonly index: number }
  | { readonly kind: "call"; readonly name: FunctionName; readonly args: readonly Expression[] };

/** How many arguments each function takes. Powers have a whole exponent; `step(x)` is 1 where x > 0, else 0. */
export const functions = {
  add: 2,
  subtract: 2,
  multiply: 2,
  divide: 2,
  power: 2,
  negative: 1,
  abs: 1,
  sign: 1,
  step: 1,
  min: 2,
  max: 2,
  exp: 1,
  log: 1,
  sqrt: 1,
  sin: 1,
  cos: 1,
  tanh: 1,
  sigmoid: 1,
} as const;

export type FunctionName = keyof typeof functions;

/** Most units of a loss. */
export const MOST_UNITS = 8;

export const number = (value: number): Expression => ({ kind: "number", value });
export const unit = (index: number): Expression => ({ kind: "unit", index });
export const call = (name: FunctionName, ...args: Expression[]): Expression => ({ kind: "call", name, args });

/** The highest unit that occurs, or 0. */
export function unitsOf(e: Expression): number {
  if (e.kind === "number") return 0;
  return e.kind === "unit" ? e.index : Math.max(0, ...e.args.map(unitsOf));
}

/** Its value at one sample: in float64, or with every step rounded, such as to float32 by `Math.fround`. */
export function valueAt(e: Expression, b: readonly number[], rounded = (v: number): number => v): number {
  if (e.kind === "number") return e.value;
  if (e.kind === "unit") return b[e.index - 1]!;
  const args = e.args.map((arg) => valueAt(arg, b, rounded)) as [number, number];
  return rounded(applied(e.name, args));
}

function applied(name: FunctionName, [x, y]: readonly [number, number]): number {
  switch (name) {
    case "add":
      return x + y;
    case "subtract":
      return x - y;
    case "multiply":
      return x * y;
    case "divide":
      return x / y;
    case "power":
      return x ** y;
    case "negative":
      return -x;
    case "step":
      return x > 0 ? 1 : 0;
    case "sigmoid":
      return 1 / (1 + Math.exp(-x));
    case "min":
    case "max":
      return Math[name](x, y);
    default:
      return Math[name](x);
  }
}
