import type { Controls, Figure } from "./contract.ts";

/** A figure whose controls and data are not known. */
export type AnyFigure = Figure<Controls, unknown>;

/** Every figure of the site, by id: what shows it. What computes it is in `courses.ts`, for the worker. */
export const figures: { readonly [id: string]: () => Promise<{ readonly figure: AnyFigure }> } = {
  "one-choice": () => import("./one-choice/figure.ts"),
  estimator: () => import("./estimator/figure.ts"),
  neuron: () => import("./neuron/figure.ts"),
  directions: () => import("./directions/figure.ts"),
  convergence: () => import("./convergence/figure.ts"),
  cost: () => import("./cost/figure.ts"),
  train: () => import("./train/figure.ts"),
  digits: () => import("./digits/figure.ts"),
  gates: () => import("./gates/figure.ts"),
  forgetting: () => import("./forgetting/figure.ts"),
  circuit: () => import("./circuit/figure.ts"),
  life: () => import("./life/figure.ts"),
};
