import { type numpy as np, tree } from "@jax-js/jax";
import type { NamedArrays } from "hardgrad";

/** A function over named arrays. */
export function map(params: NamedArrays, fn: (x: np.Array, name: string) => np.Array): NamedArrays {
  return Object.fromEntries(Object.entries(params).map(([name, x]) => [name, fn(x, name)]));
}

/** Keeps one more reference to every array. */
export function keepAll(params: NamedArrays): NamedArrays {
  return tree.ref(params) as NamedArrays;
}
