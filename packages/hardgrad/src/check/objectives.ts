import { numpy as np } from "@jax-js/jax";
import { lastAxes } from "../surrogate.ts";

/** An objective of the suite, `f(x) = g(t) + sum_i h(x_i)`: t is one projection of the sample, the same for all of them. */
export interface CheckObjective {
  readonly name: string;
  /** Degree as a polynomial of the sample, or "any". */
  readonly degree: 0 | 1 | 2 | 3 | 4 | "any";
  readonly g: (t: np.Array) => np.Array;
  readonly h?: (x: np.Array) => np.Array;
}

/** Weights `c` of the projection `t = sum_i c_i x_i`. */
export const weights: readonly number[] = [0.9, -0.6, 0.4, 0.7, -0.3, 0.5];

/** Constant to quartic, a kink, a jump, and one that couples all units and is no polynomial. */
export const objectives: readonly CheckObjective[] = [
  { name: "constant", degree: 0, g: (t) => t.mul(0).add(1.5) },
  { name: "linear", degree: 1, g: (t) => t.add(0.7) },
  {
    name: "quadratic",
    degree: 2,
    g: (t) => np.square(t.sub(0.4)),
    h: (x) => np.square(x.add(-0.3)),
  },
  {
    name: "cubic",
    degree: 3,
    g: (t) => t.ref.mul(t.ref).mul(t),
    h: (x) => x.ref.mul(x.ref).mul(x),
  },
  {
    name: "quartic",
    degree: 4,
    g: (t) => np.square(np.square(t)).mul(0.3),
    h: (x) => np.square(np.square(x)).mul(0.3),
  },
  { name: "kink", degree: "any", g: (t) => np.abs(t.sub(0.3)) },
  {
    name: "jump",
    degree: "any",
    g: (t) => np.greater(t.ref, 0.5).astype(np.float32).add(t.mul(0.2)),
  },
  {
    name: "coupled",
    degree: "any",
    g: (t) => np.tanh(t.ref.mul(2).add(0.3)).add(np.exp(t.mul(-0.8))),
  },
];

/** The objective of a name. */
export function objectiveOf(name: string): CheckObjective {
  return objectives.find((o) => o.name === name)!;
}

/** The losses of a sample whose last `eventAxes` axes are the event. */
export function objectiveLosses({ g, h }: CheckObjective, x: np.Array, eventAxes: number): np.Array {
  const outer = g(projectionOf(x.ref, eventAxes));
  if (h) return outer.add(np.sum(h(x), lastAxes(eventAxes)));
  x.dispose();
  return outer;
}

/** `sum_j weight_j f_j`, with one projection and one sum for all: `among` of one weight each. */
export function mixtureOf(
  among: readonly CheckObjective[],
  weightOf: readonly np.Array[],
  x: np.Array,
  eventAxes: number,
): np.Array {
  const weighted = (term: np.Array, j: number): np.Array => term.mul(weightOf[j]!.ref);
  const added = (terms: readonly np.Array[]): np.Array => terms.reduce((sum, term) => sum.add(term));
  const t = projectionOf(x.ref, eventAxes);
  const outer = added(among.map(({ g }, j) => weighted(g(t.ref), j)));
  t.dispose();
  const inner = among.flatMap(({ h }, j) => (h ? [weighted(h(x.ref), j)] : []));
  x.dispose();
  return inner.length > 0 ? outer.add(np.sum(added(inner), lastAxes(eventAxes))) : outer;
}

/** `sum_i c_i x_i` over the event, flattened. */
function projectionOf(x: np.Array, eventAxes: number): np.Array {
  const event = x.shape.slice(-eventAxes);
  const size = event.reduce((a, b) => a * b, 1);
  return np.sum(x.mul(np.array(weights.slice(0, size)).reshape(event)), lastAxes(eventAxes));
}
