import { numpy as np } from "@jax-js/jax";
import { type Objective, sigmoid } from "hardgrad";
import { type Expression, unitsOf, valueAt } from "./expression.ts";

type Value = np.Array | number;

/** The expression as an objective: `[..., units] -> [...]`. */
export function objectiveOf(expression: Expression): Objective {
  return (sample) => {
    const shape = sample.shape.slice(0, -1);
    const units = [...np.moveaxis(sample, -1, 0)];
    const losses = evaluate(expression, units);
    for (const b of units) b.dispose();
    return typeof losses === "number" ? np.full(shape, losses) : losses;
  };
}

/** What holds no unit is a number. */
function evaluate(e: Expression, units: readonly np.Array[]): Value {
  if (unitsOf(e) === 0) return valueAt(e, []);
  if (e.kind === "unit") return units[e.index - 1]!.ref;
  if (e.kind === "number") return e.value;
  const [x, y = 0] = e.args.map((arg) => evaluate(arg, units)) as [Value, Value?];
  switch (e.name) {
    case "add":
      return np.add(x, y);
    case "subtract":
      return np.subtract(x, y);
    case "multiply":
      return np.multiply(x, y);
    case "divide":
      return np.divide(x, y);
    case "power":
      return power(np.array(x), y as number);
    case "negative":
      return np.negative(x);
    case "min":
      return np.minimum(x, y);
    case "max":
      return np.maximum(x, y);
    case "step":
      return np.greater(x, 0).astype(np.float32);
    case "sigmoid":
      return sigmoid(np.array(x));
    default:
      return np[e.name](x);
  }
}

/** Products: jax-js's power has no gradient at 0. */
function power(x: np.Array, exponent: number): np.Array {
  if (exponent === 2) return np.square(x);
  let result = np.onesLike(x.ref);
  for (let i = 0; i < exponent; i++) result = result.mul(x.ref);
  x.dispose();
  return result;
}
