import { expect, test } from "vitest";
import { Builder } from "../src/ir/builder.ts";
import { on, rewriteAll } from "../src/ir/rewrite.ts";
import { foldConstants } from "../src/simplify/fold.ts";

/** `exp(x) + sqrt(y)`, and `-(sqrt y)`. */
function graph() {
  const b = new Builder();
  const [x, y] = [b.input("x", "float32", [3]), b.input("y", "float32", [3])];
  const root = b.emit("Sqrt", [y]);
  return b.graph([b.emit("Add", [b.emit("Exp", [x]), root]), b.emit("Neg", [root])]);
}
const operators = ({ nodes }: ReturnType<typeof graph>): string[] => nodes.map(({ op }) => op);

test("where no rule applies, the graph is the same object", () => {
  const before = graph();
  expect(rewriteAll(before, [on(["Sqrt"], () => undefined), on(["Tanh"], (_, { at }) => at(before.inputs[0]!))])).toBe(before); // biome-ignore format: one thought
});

test("a rule is asked for nodes of its operators alone; what does not depend on a change is kept", () => {
  const before = graph();
  const asked: string[] = [];
  const after = rewriteAll(before, [
    on(["Exp", "Neg"], (node, { b, at }) => {
      asked.push(node.op);
      return node.op === "Exp" ? b.emit("Abs", [at(node.inputs[0]!)]) : undefined;
    }),
  ]);
  expect(asked).toEqual(["Exp", "Neg", "Neg"]);
  expect(operators(after)).toEqual(["Sqrt", "Abs", "Add", "Neg"]);
  expect(after.nodes[0]).toBe(before.nodes[0]);
  expect(after.nodes[3]).toBe(before.nodes[3]);
  expect(after.nodes[2]!.inputs).toEqual([after.nodes[1]!.outputs[0], before.nodes[0]!.outputs[0]]);
});

test("what a rule makes is merged with an equal node that is kept, before and after it", () => {
  const before = graph();
  const root = on(["Exp"], (_, { b, at }) => b.emit("Sqrt", [at(before.inputs[1]!)]));
  expect(operators(rewriteAll(before, [root]))).toEqual(["Sqrt", "Add", "Neg"]);
  const minus = on(["Exp"], (_, { b, at }) => b.emit("Neg", [b.emit("Sqrt", [at(before.inputs[1]!)])]));
  const { nodes, outputs } = rewriteAll(before, [minus]);
  expect(nodes.map(({ op }) => op)).toEqual(["Sqrt", "Neg", "Add"]);
  expect(outputs[1]).toBe(nodes[1]!.outputs[0]);
});

test("a chain of constants is folded in one go", () => {
  const b = new Builder();
  let x = b.scalar("float32", 2);
  for (let i = 0; i < 150; i++) x = b.emit(i % 2 ? "Neg" : "Sqrt", [b.emit("Abs", [x])]);
  const y = b.input("y", "float32", []);
  const { nodes } = rewriteAll(b.graph([b.emit("Mul", [y, x])]), [foldConstants]);
  expect(nodes.map(({ op }) => op)).toEqual(["Mul"]);
  expect(nodes[0]!.inputs[1]!.data![0]).toBeCloseTo(-1, 5);
});

test("rules that undo each other are an error", () => {
  const swap = (from: string, to: string) => on([from], (node, { b, at }) => b.emit(to, node.inputs.map(at)));
  expect(() => rewriteAll(graph(), [swap("Exp", "Sqrt"), swap("Sqrt", "Exp")])).toThrow(/undo each other/);
});
