import type { State } from "../contract.ts";
import { expressionOf } from "../losses/controls.ts";
import { type Expression, MOST_UNITS, unitsOf } from "../losses/expression.ts";
import { type costControls, LOGITS } from "./controls.ts";

type Controls = typeof costControls;

/** The loss, and the logits of its units. */
export function problemOf(state: State<Controls>): { expression: Expression; logits: readonly number[] } {
  const expression = expressionOf(state, state.units, MOST_UNITS);
  const units = state.loss === "typed" ? Math.max(2, unitsOf(expression)) : state.units;
  const logits = LOGITS.slice(0, units).map((a) => Math.round(1000 * a * state.certainty) / 1000);
  return { expression, logits };
}
