import type { numpy as np } from "@jax-js/jax";
import {
  type CheckObjective,
  objectives as checked,
  objectiveLosses,
  weights,
} from "../src/check/objectives.ts";

/** The same objective twice: for jax-js, and in float64 JavaScript for the oracle. */
export interface TestObjective extends CheckObjective {
  readonly jax: (x: np.Array, eventAxes: number) => np.Array;
  readonly js: (x: readonly number[]) => number;
}

const dot = (x: readonly number[]): number => x.reduce((sum, v, i) => sum + v * weights[i]!, 0);

/** Written apart from `src/check/objectives.ts`. */
const js: { readonly [name: string]: TestObjective["js"] } = {
  constant: () => 1.5,
  linear: (x) => dot(x) + 0.7,
  quadratic: (x) => (dot(x) - 0.4) ** 2 + x.reduce((s, v) => s + (v - 0.3) ** 2, 0),
  cubic: (x) => dot(x) ** 3 + x.reduce((s, v) => s + v ** 3, 0),
  quartic: (x) => 0.3 * (dot(x) ** 4 + x.reduce((s, v) => s + v ** 4, 0)),
  kink: (x) => Math.abs(dot(x) - 0.3),
  jump: (x) => (dot(x) > 0.5 ? 1 : 0) + 0.2 * dot(x),
  coupled: (x) => Math.tanh(2 * dot(x) + 0.3) + Math.exp(-0.8 * dot(x)),
};

export const objectives: readonly TestObjective[] = checked.map((o) => ({
  ...o,
  jax: (x, eventAxes) => objectiveLosses(o, x, eventAxes),
  js: js[o.name]!,
}));
