import type { DType } from "./ir/types.ts";

/** What this package reads of a traced jax-js function; jax-js exports no types for variables and equations. */
export interface Aval {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly weakType: boolean;
}

export interface Var {
  readonly id: number;
  readonly aval: Aval;
}

/** A scalar written into the program. */
export interface Lit {
  readonly aval: Aval;
  readonly value: number;
}

export type Atom = Var | Lit;

export interface Equation {
  readonly primitive: string;
  readonly inputs: readonly Atom[];
  // biome-ignore lint/suspicious/noExplicitAny: each primitive has parameters of its own.
  readonly params: { readonly [name: string]: any };
  readonly outBinders: readonly Var[];
}

export interface TracedProgram {
  readonly inBinders: readonly Var[];
  readonly eqns: readonly Equation[];
  readonly outs: readonly Atom[];
}

export const isLit = (atom: Atom): atom is Lit => "value" in atom;

const rank = { bool: 0, uint8: 0, uint32: 1, int32: 2, int64: 2, float16: 3, float32: 4, float64: 5 };

/** The type two operands are cast to: the higher one, where a number of JavaScript counts no more than uint32. */
export function promote(a: Aval, b: Aval): DType {
  const weak = (x: Aval, other: Aval): DType => (x.weakType && !other.weakType ? "uint32" : x.dtype);
  const [x, y] = [weak(a, b), weak(b, a)];
  return rank[x] >= rank[y] ? x : y;
}
