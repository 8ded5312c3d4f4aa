import { type Expression, unitsOf, valueAt } from "./expression.ts";

const methods = { add: "add", subtract: "sub", multiply: "mul", divide: "div" } as const;

/** The expression as the source of an objective, `(b) => ...`. */
export function codeOf(expression: Expression): string {
  const left = counts(expression);
  const used = Array.from({ length: unitsOf(expression) }, (_, i) => (left.get(i + 1) ? `b${i + 1}` : ""));
  const body = source(expression, left);
  return `(b) => {
  const [${used.join(", ").trim()}] = np.moveaxis(b, -1, 0);
  return ${body};
}`;
}

/** How often each unit occurs. */
function counts(e: Expression, found: Map<number, number> = new Map()): Map<number, number> {
  if (e.kind === "unit") found.set(e.index, (found.get(e.index) ?? 0) + 1);
  if (e.kind === "call") for (const arg of e.args) counts(arg, found);
  return found;
}

/** `left` counts the uses to come: an array is kept by `.ref` for all but the last. */
function source(e: Expression, left: Map<number, number>): string {
  if (unitsOf(e) === 0) return String(valueAt(e, []));
  if (e.kind === "number") return String(e.value);
  if (e.kind === "unit") {
    const more = left.get(e.index)! - 1;
    left.set(e.index, more);
    return more > 0 ? `b${e.index}.ref` : `b${e.index}`;
  }
  const [x, y] = e.args as [Expression, Expression];
  switch (e.name) {
    case "add":
    case "multiply":
    case "subtract":
    case "divide": {
      const commutes = e.name === "add" || e.name === "multiply";
      if (commutes && unitsOf(x) === 0) return `${source(y, left)}.${methods[e.name]}(${source(x, left)})`;
      if (unitsOf(x) === 0) return `np.${e.name}(${source(x, left)}, ${source(y, left)})`;
      const first = source(x, left);
      return `${first}.${methods[e.name]}(${source(y, left)})`;
    }
    case "power":
      return powerOf(x, (y as { value: number }).value, left);
    case "min":
    case "max":
      return `np.${e.name}imum(${source(x, left)}, ${source(y, left)})`;
    case "step":
      return `np.greater(${source(x, left)}, 0).astype(np.float32)`;
    case "sigmoid":
      return `sigmoid(${source(x, left)})`;
    default:
      return `np.${e.name}(${source(x, left)})`;
  }
}

/** Products, as in the objective; a whole exponent from 0 to 6. */
function powerOf(x: Expression, exponent: number, left: Map<number, number>): string {
  const inner = source(x, left);
  if (exponent === 1) return inner;
  if (exponent === 2) return `np.square(${inner})`;
  if (exponent === 0) return `np.onesLike(${inner})`;
  return `((x) => x.ref${".mul(x.ref)".repeat(exponent - 2)}.mul(x))(${inner})`;
}
