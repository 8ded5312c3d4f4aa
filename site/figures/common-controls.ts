import type { Controls } from "./contract.ts";

/** Controls that several figures have. */

/** For figures that audit estimators with one set of options. */
export const optionControls = {
  temperature: {
    kind: "number",
    label: "Temperature",
    help: "For relaxations and their relatives: lower is harder, with less bias and more variance.",
    default: 0.5,
    min: 0.05,
    max: 5,
    step: 0.05,
    scale: "log",
  },
  samples: {
    kind: "number",
    label: "Samples",
    help: "For estimators that average several samples, such as rloo: more of them cost more and scatter less.",
    default: 4,
    min: 2,
    max: 32,
    step: 1,
    scale: "log",
  },
} as const satisfies Controls;

/** A test image by its digit, or a drawn one: for figures in which something reads it. */
export const imageControls = (help: { readonly [name in "digit" | "example" | "drawn"]: string }) =>
  ({
    digit: {
      kind: "number",
      label: "Digit",
      default: 3,
      min: 0,
      max: 9,
      step: 1,
      help: help.digit,
      live: true,
    },
    example: {
      kind: "number",
      label: "Example",
      default: 0,
      min: 0,
      max: 49,
      step: 1,
      help: help.example,
      live: true,
    },
    drawn: { kind: "picture", label: "Or draw one", default: "", help: help.drawn, live: true },
  }) as const satisfies Controls;
