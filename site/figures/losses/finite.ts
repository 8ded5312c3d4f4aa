import { type Expression, unitsOf, valueAt } from "./expression.ts";

/** Where a loss is no finite number in float32, in one sentence: no estimate could be drawn there. */
export function notFinite(e: Expression): string | undefined {
  const units = unitsOf(e);
  for (let state = 0; state < 2 ** units; state++) {
    const b = Array.from({ length: units }, (_, i) => (state >> i) & 1);
    const value = valueAt(e, b, Math.fround);
    if (Number.isFinite(value)) continue;
    const where = b.map((bit, i) => `b${i + 1} = ${bit}`).join(", ");
    return `The loss is ${Number.isNaN(value) ? "not a number" : "infinite"} at ${where}; change it so that it is finite there.`;
  }
  return undefined;
}
