// What can be changed in a source file: every mutant is one span of text and its replacement. The parser is oxc's; our
// arithmetic is in method calls (`a.mul(b)`, `np.maximum(a, b)`), which general mutation testers leave alone.
import { parseSync } from "oxc-parser";

const methods = {
  __proto__: null,
  add: "sub",
  sub: "add",
  mul: "div",
  div: "mul",
  sum: "mean",
  mean: "sum",
  max: "min",
  min: "max",
  maximum: "minimum",
  minimum: "maximum",
  greater: "lessEqual",
  less: "greaterEqual",
  greaterEqual: "greater",
  lessEqual: "less",
  equal: "notEqual",
  notEqual: "equal",
  argmax: "argmin",
  log: "log1p",
  log1p: "log",
  exp: "expm1",
  sin: "cos",
  cos: "sin",
  floor: "ceil",
  ceil: "floor",
  round: "floor",
  some: "every",
  every: "some",
  zerosLike: "onesLike",
  zeros: "ones",
  ones: "zeros",
};
const operators = {
  __proto__: null,
  "+": ["-"],
  "-": ["+"],
  "*": ["/"],
  "/": ["*"],
  "**": ["*"],
  "%": ["*"],
  "<": ["<=", ">="],
  "<=": ["<", ">"],
  ">": [">=", "<="],
  ">=": [">", "<"],
  "===": ["!=="],
  "!==": ["==="],
  "&&": ["||"],
  "||": ["&&"],
  "+=": ["-="],
  "-=": ["+="],
  "*=": ["/="],
};
/** Calls of one argument that stand for it when dropped. */
const wrappers = new Set(
  "detach stopGradient negative square sqrt abs reciprocal exp log log1p sign tanh sigmoid cumsum cumprod".split(
    " ",
  ),
);
/** Methods and functions of two arguments that stand for the first when the second is dropped. */
const factors = new Set("add sub mul div maximum minimum".split(" "));

/**
 * All mutants of a source, in its order.
 *
 * @returns {{ start: number, end: number, kind: string, replacement: string, line: number }[]}
 */
export function mutantsOf(file, source) {
  const { program, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file} can't be parsed: ${errors[0].message}`);
  const found = [];
  const text = (node) => source.slice(node.start, node.end);
  const put = (node, kind, replacement) => {
    if (replacement !== text(node)) found.push({ start: node.start, end: node.end, kind, replacement });
  };
  walk(program, (node, parent) => mutate(node, parent, put, text, source));
  const starts = [0, ...[...source.matchAll(/\n/g)].map((m) => m.index + 1)];
  return found
    .map((m) => ({ ...m, line: starts.findLastIndex((at) => at <= m.start) + 1 }))
    .sort((a, b) => a.start - b.start || a.end - b.end || (a.replacement < b.replacement ? -1 : 1));
}

/** Words, types and names of modules are not mutated: no number depends on them. */
const skipped = (node) =>
  (node.type.startsWith("TS") &&
    !/^TS(AsExpression|NonNullExpression|SatisfiesExpression)$/.test(node.type)) ||
  ["ImportDeclaration", "ExportAllDeclaration", "ThrowStatement", "TemplateLiteral"].includes(node.type);

function walk(node, visit, parent) {
  if (skipped(node)) return;
  visit(node, parent);
  for (const [name, value] of Object.entries(node)) {
    if (name === "typeAnnotation" || name === "returnType") continue;
    for (const child of Array.isArray(value) ? value : [value])
      if (child && typeof child.type === "string") walk(child, visit, node);
  }
}

function mutate(node, parent, put, text, source) {
  const between = (left, right, operator) => {
    const at = source.indexOf(operator, left.end);
    return at < right.start ? { start: at, end: at + operator.length } : undefined;
  };
  switch (node.type) {
    case "BinaryExpression":
    case "LogicalExpression":
    case "AssignmentExpression": {
      const span = between(node.left, node.right, node.operator);
      for (const other of operators[node.operator] ?? []) if (span) put(span, "operator", other);
      if ("+-*/".includes(node.operator) && node.type === "BinaryExpression") {
        put(node, "drop the second operand", text(node.left));
        if (node.operator !== "/") put(node, "drop the first operand", text(node.right));
      }
      return;
    }
    case "UnaryExpression":
      if (node.operator === "-" || node.operator === "!") put(node, "drop the sign", text(node.argument));
      return;
    case "Literal":
      return literal(node, parent, put);
    case "ConditionalExpression":
      put(
        node,
        "swap the branches",
        `${text(node.test)} ? ${text(node.alternate)} : ${text(node.consequent)}`,
      );
      return;
    case "IfStatement":
      put(node.test, "never", "false");
      put(node.test, "always", "true");
      return;
    case "ExpressionStatement":
      if (node.expression.type !== "Literal" && !/\bdispose\([^;]*;?$/.test(text(node)))
        put(node, "skip the statement", ";");
      return;
    case "CallExpression":
      return call(node, put, text);
  }
}

function literal(node, parent, put) {
  if (typeof node.value === "boolean") put(node, "constant", String(!node.value));
  if (typeof node.value !== "number") return;
  const property = parent.type === "Property" && parent.key.name;
  // Where something is listed.
  if (property === "year" || property === "place") return;
  const near = node.value === 0 ? "1" : Number.isInteger(node.value) ? node.value + 1 : node.value * 1.5;
  put(node, "constant", String(near));
  if (node.value > 1)
    put(node, "constant", String(Number.isInteger(node.value) ? node.value - 1 : node.value / 1.5));
}

function call(node, put, text) {
  const { callee, arguments: given } = node;
  const member = callee.type === "MemberExpression" && !callee.computed;
  const name = member ? callee.property.name : callee.name;
  // It changes no number; leak.test.ts counts what is left.
  if (name === "dispose") return;
  if (member && methods[name] && given.length > 0) put(callee.property, "function", methods[name]);
  const library =
    member && callee.object.type === "Identifier" && /^(np|nn|lax|Math)$/.test(callee.object.name);
  if (wrappers.has(name) && given.length === 1 && (library || !member))
    put(node, "drop the call", text(given[0]));
  if (member && !library && factors.has(name) && given.length === 1)
    put(node, "drop the second operand", text(callee.object));
  if (library && factors.has(name) && given.length === 2)
    put(node, "drop the second operand", text(given[0]));
  if (name === "where" && given.length === 3)
    put(
      node,
      "swap the branches",
      `${text(callee)}(${text(given[0])}, ${text(given[2])}, ${text(given[1])})`,
    );
  // Reductions: another axis is a constant of its own; here the axis is forgotten.
  if (
    library &&
    ["sum", "mean", "max", "prod"].includes(name) &&
    given.length === 2 &&
    callee.object.name === "np"
  )
    put(node, "forget the axis", `${text(callee)}(${text(given[0])})`);
}
