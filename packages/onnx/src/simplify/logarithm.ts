import { besideScalar, bothWays, isScalar, made, under } from "../ir/match.ts";
import { on, type Rewriter, type Rule } from "../ir/rewrite.ts";
import type { Value } from "../ir/types.ts";

/**
 * hardgrad's logarithms, which jax-js needs on wasm because its own is off by 1.25e-5 near 1: a series in
 * `t = d / (x + 1)`. ONNX runtimes have a right logarithm, so what is left is to keep `d`, of which `x = 1 + d` is rounded.
 */

/** `d`, and the value `1 + d` or `2 + e` under it, if y is the series of seven terms in `t = d / below`. */
function seriesOf(y: Value | undefined): { d: Value; below: Value } | undefined {
  const product = made(y, "Mul");
  for (const [sum, t] of product ? bothWays(product) : []) {
    if (besideScalar(sum, "Add", 2) === undefined) continue;
    const quotient = made(t, "Mul");
    for (const [d, inverse] of quotient ? bothWays(quotient) : []) {
      const below = under(inverse, "Reciprocal");
      if (below) return { d, below };
    }
  }
  return undefined;
}

/** `log(1 + d) = log(u) - ((u - 1) - d) / u` with u = 1 + d rounded: right to a unit in the last place above -1/2. */
function log1p({ b, at }: Rewriter, d: Value): Value {
  const one = b.scalar("float32", 1);
  const u = b.emit("Add", [at(d), one]);
  const lost = b.emit("Sub", [b.emit("Sub", [u, one]), at(d)]);
  return b.emit("Sub", [b.emit("Log", [u]), b.emit("Div", [lost, u])]);
}

/**
 * `where(near 1, series, where(|log x| < 80, a Newton step, log x))`. Near 1, where x - 1 is exact, log(1 + d) is log x and
 * what x is short of 1 + d, to first order: one logarithm for both cases.
 */
export const logarithm: Rule = on(["Where"], (node, r) => {
  if (node.outputs[0]!.dtype !== "float32") return undefined;
  const series = seriesOf(node.inputs[1]);
  const x = besideScalar(series?.below, "Add", 1);
  const raw = made(node.inputs[2], "Where")?.inputs[2];
  if (!series || !x || !raw || under(raw, "Log") !== x) return undefined;
  if (besideScalar(series.d, "Add", -1) === x) return r.b.emit("Log", [r.at(x)]);
  const { b, at } = r;
  const lost = b.emit("Sub", [b.emit("Sub", [at(x), b.scalar("float32", 1)]), at(series.d)]);
  const share = b.emit("Div", [lost, at(x)]);
  return b.emit("Sub", [at(raw), b.emit("Where", [at(node.inputs[0]!), share, b.scalar("float32", 0)])]);
});

/** `log(1 + e)` for e in [0, 1], with `log(e + 1)` less itself beside it for the derivative. */
export const logOfShare: Rule = on(["Add"], (node, r) => {
  if (node.outputs[0]!.dtype !== "float32") return undefined;
  for (const [value, zero] of bothWays(node)) {
    const series = seriesOf(value);
    if (!series || besideScalar(series.below, "Add", 2) !== series.d) continue;
    const difference = made(zero, "Add");
    for (const [log, minus] of difference ? bothWays(difference) : [])
      if (under(minus, "Neg") === log && besideScalar(under(log, "Log"), "Add", 1) === series.d)
        return log1p(r, series.d);
  }
  return undefined;
});

/** `where(0 < x, x, 0) + log1p(exp(where(0 < x, -x, x)))`, the last as `logOfShare` leaves it. */
export const softplusByCases: Rule = on(["Add"], (node, { b, at }) => {
  for (const [part, rest] of bothWays(node)) {
    const relu = made(part, "Where");
    const e = besideScalar(under(made(rest, "Sub")?.inputs[0], "Log"), "Add", 1);
    const below = made(under(e, "Exp"), "Where");
    const [positive, x, none] = relu?.inputs ?? [];
    if (!below || !x || !isScalar(none, 0) || below.inputs[0] !== positive || below.inputs[2] !== x) continue;
    const test = made(positive, "Less");
    if (test && isScalar(test.inputs[0], 0) && test.inputs[1] === x && under(below.inputs[1], "Neg") === x)
      return b.emit("Softplus", [at(x)]);
  }
  return undefined;
});
