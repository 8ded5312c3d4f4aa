import type { Node, Value } from "./types.ts";

/** The node that computes a value, if it is that operator. */
export const made = (x: Value | undefined, op: string): Node | undefined =>
  x?.node?.op === op ? x.node : undefined;

/** The number that a constant of one element holds. */
export const scalarOf = (x: Value | undefined): number | undefined =>
  x?.data?.length === 1 ? x.data[0] : undefined;

/** The number of which a value is full. */
export const fillOf = (x: Value): number | undefined => scalarOf(x) ?? scalarOf(made(x, "Expand")?.inputs[0]);

/** Whether a value is a constant of one element with that value. */
export const isScalar = (x: Value | undefined, value: number): boolean =>
  x?.data?.length === 1 && x.data[0] === value;

/** The operands of a two-sided operator in both orders. */
export const bothWays = (node: Node): readonly (readonly [Value, Value])[] => {
  const [x, y] = node.inputs as readonly [Value, Value];
  return [
    [x, y],
    [y, x],
  ];
};

/** The operand of a one-sided operator, if the value is made by it. */
export const under = (x: Value | undefined, op: string): Value | undefined => made(x, op)?.inputs[0];

/** The operand of a commutative operator beside `one`, if the value is made by it. */
export function beside(x: Value | undefined, op: string, one: Value): Value | undefined {
  const node = made(x, op);
  if (!node) return undefined;
  return bothWays(node).find(([a]) => a === one)?.[1];
}

/** The operand of a commutative operator beside a constant of one element with that value. */
export function besideScalar(x: Value | undefined, op: string, value: number): Value | undefined {
  const node = made(x, op);
  if (!node) return undefined;
  return bothWays(node).find(([a]) => isScalar(a, value))?.[1];
}
