import { call, type Expression, number, unit } from "./expression.ts";

/** A loss to choose, for any number of units. */
export interface NamedLoss {
  readonly value: string;
  /** Of two units. */
  readonly formula: string;
  of(units: number): Expression;
}

const range = (units: number): Expression[] => Array.from({ length: units }, (_, i) => unit(i + 1));
const sum = (terms: readonly Expression[]): Expression => terms.reduce((a, b) => call("add", a, b));
const total = (units: number): Expression => sum(range(units));

/** Four losses: straight, coupled, curved, and with a corner between the hard values. */
export const namedLosses: readonly NamedLoss[] = [
  {
    value: "quadratic",
    formula: "(b1 + b2 − 0.45)²",
    of: (units) => call("power", call("subtract", total(units), number(0.225 * units)), number(2)),
  },
  {
    value: "linear",
    formula: "b1 + 2 b2",
    of: (units) => sum(range(units).map((b, i) => (i % 2 === 0 ? b : call("multiply", number(2), b)))),
  },
  {
    value: "product",
    formula: "b1 b2",
    of: (units) => range(units).reduce((a, b) => call("multiply", a, b)),
  },
  {
    value: "non-smooth",
    formula: "|b1 + b2 − 0.8|",
    of: (units) => call("abs", call("subtract", total(units), number(0.4 * units))),
  },
];
