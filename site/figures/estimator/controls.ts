import type { Kind } from "hardgrad";
import { optionControls } from "../common-controls.ts";
import type { Controls } from "../contract.ts";
import { choicesOf, entryOf, menu } from "../estimators/menu.ts";
import { call, type Expression, number, unit } from "../losses/expression.ts";

/** What each kind of distribution is here: its logits beyond the two that are drawn, and how it reads in code. */
export const kinds: {
  readonly [K in Kind]: { readonly more: readonly number[]; readonly code: string; readonly name: string };
} = {
  // biome-ignore format: one type
  bernoulli: { more: [], code: "bernoulli(logits)", name: "two units, on or off" },
  categorical: { more: [0.3], code: "categorical(logits)", name: "one of three categories" },
  subset: { more: [0.3, -0.4], code: "subset(logits, 2)", name: "two out of four" },
  "plackett-luce": {
    more: [0.3, -0.4],
    code: "plackettLuce(logits, 2)",
    name: "two out of four, one after another",
  },
  poisson: { more: [], code: "poisson(logits)", name: "two Poisson counts" },
  binomial: { more: [], code: "binomial(logits, 6)", name: "two counts out of six" },
};

export const estimatorControls = {
  estimator: {
    kind: "choice",
    label: "Estimator",
    help: "Which one is measured.",
    default: "reinmax",
    choices: choicesOf(menu).map(({ value, label }) => ({ value, label })),
  },
  distribution: {
    kind: "choice",
    label: "Distribution",
    help: "What is drawn; an estimator that does not support it is shown with the first that it does.",
    default: "bernoulli",
    choices: Object.entries(kinds).map(([value, { name }]) => ({ value, label: `${value}: ${name}` })),
  },
  loss: {
    kind: "choice",
    label: "Loss f",
    help: "A straight line in each entry of the sample, or a curve.",
    default: "quadratic",
    choices: [
      { value: "quadratic", label: "quadratic" },
      { value: "linear", label: "linear" },
      { value: "non-smooth", label: "non-smooth" },
    ],
  },
  logits: {
    kind: "point",
    label: "Logits a1, a2",
    help: "The two logits whose gradient is drawn.",
    default: [0.8, -0.6],
    min: -2,
    max: 2,
    step: 0.1,
  },
  ...optionControls,
} as const satisfies Controls;

/** The distribution that is drawn: the one asked for, or the first that the estimator supports. */
export function kindOf(state: { readonly estimator: string; readonly distribution: string }): Kind {
  const { supports } = entryOf(state.estimator);
  return supports.find((kind) => kind === state.distribution) ?? supports[0]!;
}

/** A loss that no law makes constant: the entries of the sample count 1, 2, 3, ... */
export function lossOf({ loss }: { readonly loss: string }, units: number): Expression {
  const terms = Array.from({ length: units }, (_, i) => (i === 0 ? unit(1) : call("multiply", number(i + 1), unit(i + 1)))); // biome-ignore format: one thought
  const total = terms.reduce((a, b) => call("add", a, b));
  if (loss === "linear") return total;
  const apart = call("subtract", total, number(1));
  return loss === "quadratic" ? call("power", apart, number(2)) : call("abs", apart);
}
