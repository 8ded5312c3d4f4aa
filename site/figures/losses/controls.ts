import type { Controls } from "../contract.ts";
import type { Expression } from "./expression.ts";
import { namedLosses } from "./named.ts";
import { faultOf, LONGEST, parseLoss } from "./parse.ts";

/** The loss of a figure: one of the four, or a typed one; in formulas of two units, or of many. */
export const lossControls = (most: number, two: boolean) =>
  ({
    loss: {
      kind: "choice",
      label: "Loss f",
      help: "What the network makes of the units: on a straight f many estimators are right, on a curved one few.",
      default: "quadratic",
      choices: [
        ...namedLosses.map(({ value, formula }) => ({ value, label: two ? `${value}: ${formula}` : value })),
        { value: "typed", label: "typed" },
      ],
    },
    typed: {
      kind: "text",
      label: "Typed loss",
      help: `Used when the loss is “typed”: b1 to b${most}, + - * / ^ < >, abs, sign, step, min, max, exp, log, sqrt, sin, cos, tanh, sigmoid.`,
      default: "max(b1, b2) - 0.5 b1 b2",
      longest: LONGEST,
      check: (text: string) => faultOf(text, most),
    },
  }) as const satisfies Controls;

/** The chosen loss, or the typed one. */
export function expressionOf(
  state: { loss: string; typed: string },
  units: number,
  most: number,
): Expression {
  if (state.loss === "typed") return parseLoss(state.typed, most);
  return namedLosses.find((named) => named.value === state.loss)!.of(units);
}
