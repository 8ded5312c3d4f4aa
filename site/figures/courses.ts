import type { Controls, Course, Tools } from "./contract.ts";

/** A course whose controls and data are not known. */
export type AnyCourse = Course<Controls, unknown>;

/** What computes each figure of `index.ts`. Loaded by the worker alone. */
export const courses: {
  readonly [id: string]: () => Promise<{ start(state: never, tools: Tools): Promise<AnyCourse> }>;
} = {
  "one-choice": () => import("./one-choice/course.ts"),
  estimator: () => import("./estimator/course.ts"),
  neuron: () => import("./neuron/course.ts"),
  directions: () => import("./directions/course.ts"),
  convergence: () => import("./convergence/course.ts"),
  cost: () => import("./cost/course.ts"),
  train: () => import("./train/course.ts"),
  digits: () => import("./digits/course.ts"),
  gates: () => import("./gates/course.ts"),
  forgetting: () => import("./forgetting/course.ts"),
  circuit: () => import("./circuit/course.ts"),
  life: () => import("./life/course.ts"),
};
