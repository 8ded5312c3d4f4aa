import { beside, besideScalar, bothWays, isScalar, made, under } from "../../ir/match.ts";
import { on, type Rule } from "../../ir/rewrite.ts";
import type { Value } from "../../ir/types.ts";

/** The parts of jax-js's tanh: with j = x < 0 ? 1 : -1 and m = exp(2 j x), it is `(m - 1) / (m + 1) * j`. */
interface Parts {
  readonly x: Value;
  readonly j: Value;
}

function partsOf(m: Value): Parts | undefined {
  const doubled = besideScalar(under(m, "Exp"), "Mul", 2);
  const product = made(doubled, "Mul");
  if (!product) return undefined;
  for (const [x, j] of bothWays(product)) if (isSignOf(j, x)) return { x, j };
  return undefined;
}

function isSignOf(j: Value, x: Value): boolean {
  const choice = made(j, "Where");
  const test = made(choice?.inputs[0], "Less");
  if (!choice || test?.inputs[0] !== x || !isScalar(test.inputs[1], 0)) return false;
  return isScalar(choice.inputs[1], 1) && isScalar(choice.inputs[2], -1);
}

/** `m` of `1 / (m + 1)`. */
const exponentialUnder = (p: Value): Value | undefined => besideScalar(under(p, "Reciprocal"), "Add", 1);

export const tanh: Rule = on(["Mul"], (node, { b, at }) => {
  for (const [q, j] of bothWays(node)) {
    const quotient = made(q, "Mul");
    for (const [n, p] of quotient ? bothWays(quotient) : []) {
      const m = exponentialUnder(p);
      const parts = m && besideScalar(n, "Add", -1) === m ? partsOf(m) : undefined;
      if (parts?.j === j) return b.emit("Tanh", [at(parts.x)]);
    }
  }
  return undefined;
});

/**
 * The gradient as jax-js transposes it, `2 j m (g j p - p^2 (m - 1) g j)` with p = 1 / (m + 1), is
 * `g (1 - tanh^2)`.
 */
export const tanhGradient: Rule = on(["Mul"], (node, { b, at }) => {
  for (const [doubled, j] of bothWays(node)) {
    const product = made(besideScalar(doubled, "Mul", 2), "Mul");
    for (const [m, sum] of product ? bothWays(product) : []) {
      const parts = partsOf(m);
      if (parts?.j !== j) continue;
      const g = incoming(sum, m, j);
      if (!g) continue;
      const t = b.emit("Tanh", [at(parts.x)]);
      const slope = b.emit("Sub", [b.scalar(t.dtype, 1), b.emit("Mul", [t, t])]);
      return b.emit("Mul", [at(g), slope]);
    }
  }
  return undefined;
});

/** g of `c p + (-(p p)) (n c)`, where c = g j, n = m - 1 and p = 1 / (m + 1). */
function incoming(sum: Value, m: Value, j: Value): Value | undefined {
  const terms = made(sum, "Add");
  for (const [first, second] of terms ? bothWays(terms) : []) {
    const left = made(first, "Mul");
    for (const [c, p] of left ? bothWays(left) : []) {
      if (exponentialUnder(p) !== m) continue;
      const right = made(second, "Mul");
      for (const [minus, rest] of right ? bothWays(right) : []) {
        const squared = made(under(minus, "Neg"), "Mul");
        const n = beside(rest, "Mul", c);
        if (squared?.inputs[0] !== p || squared.inputs[1] !== p || !n) continue;
        if (besideScalar(n, "Add", -1) === m) return beside(c, "Mul", j);
      }
    }
  }
  return undefined;
}
