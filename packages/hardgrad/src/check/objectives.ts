import { numpy as np } from "@jax-js/jax";
import { lastAxes } from "../surrogate.ts";

/** An objective of the suite: for a sample whose last `eventAxes` axes are the event. */
export interface CheckObjective {
  readonly name: string;
  /** Degree as a polynomial of the sample, or "any". */
  readonly degree: 0 | 1 | 2 | 3 | 4 | "any";
  readonly f: (x: np.Array, eventAxes: number) => np.Array;
}

/** Weights `c` of the projection `sum_i c_i x_i` that all of them are functions of. */
export const weights: readonly number[] = [0.9, -0.6, 0.4, 0.7, -0.3, 0.5];

/** `sum_i c_i x_i` over the event, flattened. */
function project(x: np.Array, eventAxes: number): np.Array {
  const event = x.shape.slice(-eventAxes);
  const size = event.reduce((a, b) => a * b, 1);
  return np.sum(x.mul(np.array(weights.slice(0, size)).reshape(event)), lastAxes(eventAxes));
}

/** Constant to quartic, a kink, a jump, and one that couples all units and is no polynomial. */
export const objectives: readonly CheckObjective[] = [
  { name: "constant", degree: 0, f: (x, e) => project(x, e).mul(0).add(1.5) },
  { name: "linear", degree: 1, f: (x, e) => project(x, e).add(0.7) },
  {
    name: "quadratic",
    degree: 2,
    f: (x, e) => np.square(project(x.ref, e).sub(0.4)).add(np.sum(np.square(x.add(-0.3)), lastAxes(e))),
  },
  {
    name: "cubic",
    degree: 3,
    f: (x, e) => {
      const t = project(x.ref, e);
      return t.ref
        .mul(t.ref)
        .mul(t)
        .add(np.sum(x.ref.mul(x.ref).mul(x), lastAxes(e)));
    },
  },
  {
    name: "quartic",
    degree: 4,
    f: (x, e) =>
      np
        .square(np.square(project(x.ref, e)))
        .add(np.sum(np.square(np.square(x)), lastAxes(e)))
        .mul(0.3),
  },
  { name: "kink", degree: "any", f: (x, e) => np.abs(project(x, e).sub(0.3)) },
  {
    name: "jump",
    degree: "any",
    f: (x, e) => {
      const t = project(x, e);
      return np.greater(t.ref, 0.5).astype(np.float32).add(t.mul(0.2));
    },
  },
  {
    name: "coupled",
    degree: "any",
    f: (x, e) => {
      const t = project(x, e);
      return np.tanh(t.ref.mul(2).add(0.3)).add(np.exp(t.mul(-0.8)));
    },
  },
];

/** The objective of a name. */
export function objectiveOf(name: string): CheckObjective {
  return objectives.find((o) => o.name === name)!;
}
