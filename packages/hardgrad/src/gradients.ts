import { numpy as np, tree, jvp as untranslatedJvp, vjp as untranslatedVjp } from "@jax-js/jax";
import { isArray } from "./arguments.ts";
import { settle } from "./compiler.ts";
import { checkArgnums, checkPair, checkValue, translated } from "./gradient-errors.ts";

/**
 * The gradients of jax-js 0.1.25 with its defects mended; no other file may take a gradient from `@jax-js/jax`.
 *
 * 1. Its compiler folds `pad(broadcast(literal))` to the literal, so a gradient that starts from the literal 1 is wrong
 *    under `jit` where f is linear in a slice. Here it starts from a one that the program reads when it runs.
 * 2. An auxiliary output of its `grad` keeps the tracers of gradients taken inside f. Here it leaves without them.
 * 3. It leaves an entry on its stack of traces: what is traced around a gradient is never freed. Here the entry is removed.
 */

/** A function of arrays, or of trees of arrays, that returns a scalar; with `hasAux`, `[scalar, anything]`. */
// biome-ignore lint/suspicious/noExplicitAny: parameters of any type are inferred from it
type Differentiable = (...args: any[]) => np.Array | readonly [np.Array, unknown];

/** The gradient has the shape of what it is taken of. */
type Gradient<P extends readonly unknown[], I> = I extends readonly number[]
  ? { -readonly [K in keyof I]: P[I[K] & number] }
  : P[I & number];

/** Which arguments to differentiate (default: the first), and whether f returns `[value, aux]`. */
export interface GradientOptions<I, A> {
  readonly argnums?: I;
  readonly hasAux?: A;
}

/**
 * The value and the gradient of a function that returns a scalar, as in JAX: right under `jit` for every f, and with an
 * auxiliary output that may hold anything (an estimator's next state, for one). Use it instead of jax-js's own.
 *
 * @param f `(...args) => scalar`, or `(...args) => [scalar, aux]` with `hasAux`. It is called once and consumes its
 *   arguments; an argument may be a tree of arrays.
 * @param options.argnums the argument to differentiate, or a list of them (default 0). The others may be anything.
 * @param options.hasAux f returns `[value, aux]`; aux comes back as it is, and no gradient flows through it.
 * @returns a function of the same arguments: `[value, gradient]`, with `hasAux` `[[value, aux], gradient]`; the gradient
 *   is a list if argnums is one.
 * @throws RangeError if f returns no floating-point scalar, or argnums names no argument; TypeError if an operation of f
 *   has no gradient.
 * @example
 * const step = jit((w, key, state) => {
 *   const loss = (w) => {
 *     const next = statefulExpectation(bernoulli(w), f, nvil(), key, state);
 *     return [np.mean(next.losses), next.state];
 *   };
 *   const [[value, nextState], gradient] = valueAndGrad(loss, { hasAux: true })(w.ref);
 *   return [w.sub(gradient.mul(0.1)), value, nextState];
 * });
 * const state = nvil().init(bernoulli(logits.ref));
 * const [next, value, nextState] = step(logits, key, state);
 */
export function valueAndGrad<
  F extends Differentiable,
  const I extends number | readonly number[] = 0,
  A extends boolean = false,
>(
  f: F,
  options: GradientOptions<I, A> = {},
): (...args: Parameters<F>) => [ReturnType<F>, Gradient<Parameters<F>, I>] {
  return differentiate("valueAndGrad", f, options) as never;
}

/**
 * The gradient of a function that returns a scalar: `valueAndGrad` without the value.
 *
 * @returns a function of the same arguments: the gradient, with `hasAux` `[gradient, aux]`.
 * @throws as `valueAndGrad`.
 * @example
 * const gradient = jit(grad((a, key) => np.mean(expectation(bernoulli(a), f, rloo(), key))));
 * const g = gradient(logits, key); // the shape of logits
 */
export function grad<
  F extends Differentiable,
  const I extends number | readonly number[] = 0,
  A extends boolean = false,
>(
  f: F,
  options: GradientOptions<I, A> = {},
): (
  ...args: Parameters<F>
) => A extends true
  ? [Gradient<Parameters<F>, I>, ReturnType<F> extends readonly [unknown, infer Aux] ? Aux : never]
  : Gradient<Parameters<F>, I> {
  const both = differentiate("grad", f, options);
  return ((...args: unknown[]) => {
    const [value, gradient] = both(...args);
    if (!options.hasAux) {
      (value as np.Array).dispose();
      return gradient;
    }
    const [scalar, aux] = value as [np.Array, unknown];
    scalar.dispose();
    return [gradient, aux];
  }) as never;
}

/**
 * `f(x)`, and what takes a cotangent of `f(x)` back to x. The cotangent must be computed when the program runs: a
 * literal is what the compiler folds.
 */
export function pullback<T>(
  f: (x: T) => np.Array,
  x: T,
): { value: np.Array; backward: (cotangent: np.Array) => T } {
  const [value, backward] = translated("gradient", () => vjpOnce(f as never, [x])) as unknown as [
    np.Array,
    ((cotangent: np.Array) => [T]) & { dispose(): void },
  ];
  return {
    value,
    backward(cotangent) {
      const [gradient] = translated("gradient", () => backward(cotangent));
      backward.dispose();
      return gradient;
    },
  };
}

/**
 * `f(x)`, one number per row, its gradient in x, and how that gradient changes along a direction. Forward over backward:
 * backward over backward is wrong in jax-js 0.1.25 where f has a matrix product (docs/limitations.md).
 */
export function gradientAlong(
  f: (x: np.Array) => np.Array,
  x: np.Array,
  direction: np.Array,
): { value: np.Array; gradient: np.Array; change: np.Array } {
  const both = (at: np.Array): [np.Array, np.Array] => {
    const { value, backward } = pullback(f, at);
    return [value.ref, backward(np.broadcastTo(runTimeOne(value.dtype), value.shape))];
  };
  const [[value, gradient], [alongF, change]] = translated("gradient", () =>
    untranslatedJvp(both as never, [x] as never, [direction] as never),
  ) as unknown as [[np.Array, np.Array], [np.Array, np.Array]];
  alongF.dispose();
  return { value, gradient, change };
}

/** ES2024 does not know it; jax-js defines it where the engine does not. */
const { dispose } = Symbol as unknown as { readonly dispose: symbol };

/** jax-js's `vjp`, with its stack of traces as it was before: any entry removes the topmost one, which is the one left. */
function vjpOnce(f: (...x: unknown[]) => unknown, x: unknown[]): unknown {
  let entry: Entry | undefined;
  const noted = (...tracers: unknown[]): unknown => {
    entry = (tree.leaves(tracers as never)[0] as unknown as Tracer | undefined)?._trace.main;
    return f(...tracers);
  };
  try {
    return untranslatedVjp(noted as never, x as never);
  } finally {
    if (entry) entry[dispose]!();
  }
}

function differentiate(
  name: string,
  f: Differentiable,
  { argnums = 0, hasAux = false }: GradientOptions<number | readonly number[], boolean>,
): (...args: unknown[]) => [unknown, unknown] {
  if (typeof f !== "function")
    throw new TypeError(`${name}: the first argument must be a function, not ${typeof f}.`);
  const wanted = typeof argnums === "number" ? [argnums] : argnums;
  return (...args) => {
    checkArgnums(name, wanted, args.length);
    let restore: (leaves: np.Array[]) => unknown = () => undefined;
    const outputs = (...chosen: unknown[]): np.Array[] => {
      const all = args.map((arg) => tree.map(asArray, arg as never) as unknown);
      for (const [i, argument] of wanted.entries()) all[argument] = chosen[i];
      const result = f(...all);
      if (!hasAux) return [checkValue(name, result)];
      const [value, aux] = checkPair(name, result);
      const [leaves, structure] = tree.flatten(aux as never) as unknown as [unknown[], never];
      const like = tree.leaves(chosen as never)[0] as unknown as Tracer;
      const arrays = leaves.filter(isArray).map((x) => withoutTangent(x, like));
      restore = (lowered) => {
        const from = lowered[Symbol.iterator]();
        return tree.unflatten(structure, leaves.map((x) => (isArray(x) ? from.next().value : x)) as never);
      };
      return [checkValue(name, value), ...arrays];
    };
    const chosen = wanted.map((i) => args[i]);
    const [[value, ...aux], backward] = translated(name, () => vjpOnce(outputs, chosen)) as unknown as [
      [np.Array, ...np.Array[]],
      ((cotangents: np.Array[]) => unknown[]) & { dispose(): void },
    ];
    const zeros = aux.map((x) => np.zeros(x.shape, { dtype: x.dtype }));
    const gradients = translated(name, () => backward([runTimeOne(value.dtype), ...zeros]));
    backward.dispose();
    settle();
    return [hasAux ? [value, restore(aux)] : value, typeof argnums === "number" ? gradients[0] : gradients];
  };
}

/** A scalar 1 that no compiler takes for a literal: scalars are written into a program, arrays are handed to it. */
function runTimeOne(dtype: np.Array["dtype"]): np.Array {
  return np.ones([1], { dtype }).reshape([]);
}

/** Of jax-js's stack of traces. */
type Entry = { readonly level: number } & { readonly [dispose: symbol]: () => void };

/** What an array of jax-js is inside a gradient. */
interface Tracer {
  readonly _trace: { readonly main: Entry };
  readonly primal?: np.Array;
  readonly tangent?: np.Array;
  fullLower(): np.Array;
}

/**
 * The value of x without the tangents that the gradient of `like`, and gradients inside it, gave it; those of gradients
 * further out stay. jax-js's own way counts the levels from a stack that a gradient inside f leaves higher.
 */
function withoutTangent(x: np.Array, like: Tracer): np.Array {
  const { _trace, primal, tangent, fullLower } = x as unknown as Tracer;
  if (_trace.main.level < like._trace.main.level) return x;
  tangent?.dispose();
  const inner = primal ?? fullLower.call(x);
  return inner === x ? x : withoutTangent(inner, like);
}

function asArray(x: unknown): unknown {
  return typeof x === "number" || typeof x === "boolean" ? np.array(x) : x;
}
