import { numpy as np } from "@jax-js/jax";
import { lastAxes } from "../src/surrogate.ts";

/** The same objective twice: for jax-js, and in float64 JavaScript for the oracle. */
export interface TestObjective {
  readonly name: string;
  /** Degree as a polynomial of the sample, or "any". */
  readonly degree: 0 | 1 | 2 | 3 | 4 | "any";
  readonly jax: (x: np.Array, eventAxes: number) => np.Array;
  readonly js: (x: readonly number[]) => number;
}

const c = [0.9, -0.6, 0.4, 0.7, -0.3, 0.5];

/** `sum_i c_i x_i` over the event, flattened. */
function project(x: np.Array, eventAxes: number): np.Array {
  const event = x.shape.slice(-eventAxes);
  const size = event.reduce((a, b) => a * b, 1);
  return np.sum(x.mul(np.array(c.slice(0, size)).reshape(event)), lastAxes(eventAxes));
}
const dot = (x: readonly number[]): number => x.reduce((sum, v, i) => sum + v * c[i]!, 0);

export const objectives: readonly TestObjective[] = [
  {
    name: "constant",
    degree: 0,
    jax: (x, e) => project(x, e).mul(0).add(1.5),
    js: () => 1.5,
  },
  { name: "linear", degree: 1, jax: (x, e) => project(x, e).add(0.7), js: (x) => dot(x) + 0.7 },
  {
    name: "quadratic",
    degree: 2,
    jax: (x, e) => np.square(project(x.ref, e).sub(0.4)).add(np.sum(np.square(x.add(-0.3)), lastAxes(e))),
    js: (x) => (dot(x) - 0.4) ** 2 + x.reduce((s, v) => s + (v - 0.3) ** 2, 0),
  },
  {
    name: "cubic",
    degree: 3,
    jax: (x, e) => {
      const t = project(x.ref, e);
      return t.ref
        .mul(t.ref)
        .mul(t)
        .add(np.sum(x.ref.mul(x.ref).mul(x), lastAxes(e)));
    },
    js: (x) => dot(x) ** 3 + x.reduce((s, v) => s + v ** 3, 0),
  },
  {
    name: "quartic",
    degree: 4,
    jax: (x, e) =>
      np
        .square(np.square(project(x.ref, e)))
        .add(np.sum(np.square(np.square(x)), lastAxes(e)))
        .mul(0.3),
    js: (x) => 0.3 * (dot(x) ** 4 + x.reduce((s, v) => s + v ** 4, 0)),
  },
  {
    name: "kink",
    degree: "any",
    jax: (x, e) => np.abs(project(x, e).sub(0.3)),
    js: (x) => Math.abs(dot(x) - 0.3),
  },
  {
    name: "jump",
    degree: "any",
    jax: (x, e) => {
      const t = project(x, e);
      return np.greater(t.ref, 0.5).astype(np.float32).add(t.mul(0.2));
    },
    js: (x) => (dot(x) > 0.5 ? 1 : 0) + 0.2 * dot(x),
  },
  {
    name: "coupled",
    degree: "any",
    jax: (x, e) => {
      const t = project(x, e);
      return np.tanh(t.ref.mul(2).add(0.3)).add(np.exp(t.mul(-0.8)));
    },
    js: (x) => Math.tanh(2 * dot(x) + 0.3) + Math.exp(-0.8 * dot(x)),
  },
];
