import { beside, bothWays, isScalar, made, under } from "../../ir/match.ts";
import { on, type Rule } from "../../ir/rewrite.ts";
import type { Node, Value } from "../../ir/types.ts";
import { needsRelativePrecision } from "../precision.ts";

/** `logaddexp(x, 0)`: with d = max(x, 0), a = exp(x - d) and c = exp(-d), it is `log(a + c) + d`. */
interface Parts {
  readonly x: Value;
  readonly a: Value;
  readonly c: Value;
  readonly d: Value;
}

function partsOf(sum: Value | undefined): Parts | undefined {
  const terms = made(sum, "Add");
  for (const [a, c] of terms ? bothWays(terms) : []) {
    const d = under(under(c, "Exp"), "Neg");
    const shifted = made(under(a, "Exp"), "Add");
    const x = shifted && bothWays(shifted).find(([, minus]) => under(minus, "Neg") === d)?.[0];
    if (d && x && isScalar(beside(d, "Max", x), 0)) return { x, a, c, d };
  }
  return undefined;
}

export const softplus: Rule = on(["Add"], (node, { b, at }) => {
  for (const [log, d] of bothWays(node)) {
    const parts = partsOf(under(log, "Log"));
    if (parts?.d === d) return b.emit("Softplus", [at(parts.x)]);
  }
  return undefined;
});

/**
 * The gradient as jax-js transposes it: with o = g / (a + c), `a o + (x < 0 ? 0 : g - c o - a o)`, whose last
 * difference is rounding noise: `g sigmoid(x)`.
 */
export const softplusGradient: Rule = on(["Add"], (node, r) => {
  for (const [first, second] of bothWays(node)) {
    const choice = made(second, "Where");
    if (!choice || !isScalar(choice.inputs[1], 0)) continue;
    const product = made(first, "Mul");
    for (const [a, o] of product ? bothWays(product) : []) {
      const quotient = made(o, "Mul");
      for (const [l, g] of quotient ? bothWays(quotient) : []) {
        const parts = partsOf(under(l, "Reciprocal"));
        if (parts?.a !== a || !isBelowZero(choice, parts.x)) continue;
        if (!isRest(choice.inputs[2]!, first, o, g, parts.c)) continue;
        if (needsRelativePrecision(node.outputs[0]!, r)) return undefined;
        return r.b.emit("Mul", [r.at(g), r.b.emit("Sigmoid", [r.at(parts.x)])]);
      }
    }
  }
  return undefined;
});

function isBelowZero(choice: Node, x: Value): boolean {
  const test = made(choice.inputs[0], "Less");
  return test?.inputs[0] === x && isScalar(test.inputs[1], 0);
}

/** `(g + -(c o)) + -(a o)`. */
function isRest(rest: Value, ao: Value, o: Value, g: Value, c: Value): boolean {
  const outer = made(rest, "Add");
  for (const [inner, minus] of outer ? bothWays(outer) : []) {
    if (under(minus, "Neg") !== ao) continue;
    const difference = beside(inner, "Add", g);
    if (beside(under(difference, "Neg"), "Mul", o) === c) return true;
  }
  return false;
}
