import { Array as ConcreteArray, numpy as np, tree } from "@jax-js/jax";
import { compiled } from "./compiler.ts";
import { grad, valueAndGrad } from "./gradients.ts";

/** An array, or a tree of them. */
type Arrays = tree.JsTree<np.Array>;

/** A step of time that is compiled once and called for every step. */
export interface Scan<P, S, X, Y> {
  /**
   * All steps: the last state, and the outputs stacked on a new first axis, time. Consumes its arguments.
   *
   * @param inputs arrays whose first axis is time, all of one length.
   */
  run(params: P, state: S, inputs: X): [S, Y];
  /**
   * The loss of all outputs, and its gradient (backpropagation through time). The states are stored, and each step is
   * computed once more on the way back.
   *
   * @param loss `(params, outputs, state, ...rest) => scalar` of the stacked outputs and the last state; compiled once.
   * @param options.argnums which of params (0), first state (1) and inputs (2) to differentiate (default 0), or a list.
   * @returns a function of `(params, state, inputs, ...rest)`: `[value, gradient]`; the gradient is a list if argnums is one.
   */
  valueAndGrad<R extends unknown[], const I extends Argument | readonly Argument[] = 0>(
    loss: (params: P, outputs: Y, state: S, ...rest: R) => np.Array,
    options?: { readonly argnums?: I },
  ): (params: P, state: S, inputs: X, ...rest: R) => [np.Array, Gradient<[P, S, X], I>];
}

type Argument = 0 | 1 | 2;
type Gradient<A extends readonly unknown[], I> = I extends readonly Argument[]
  ? { -readonly [K in keyof I]: A[I[K] & number] }
  : A[I & number];

/**
 * A loop over time without unrolling: one step is compiled, whatever the number of steps. (`jax.lax.scan`, which jax-js
 * 0.1.25 has not; inside `jit` the steps are unrolled.) Every step is a call of the compiled program, so it runs eagerly:
 * compile what comes after it, such as the optimizer, by itself.
 *
 * @param step `(params, state, input) => [next state, output]`, pure, in arrays and trees of arrays. The state keeps its
 *   shapes and is floating-point; what is random takes its key from the input.
 * @throws RangeError for inputs without steps, or of several lengths, and for a step that changes the shape of its state.
 * @see Werbos 1990 (Backpropagation through time)
 * @example
 * const sums = scan((params, sum, x) => {
 *   const next = sum.mul(params.decay).add(x);
 *   return [next, next.ref];
 * });
 * const [last, all] = sums.run({ decay: np.array(0.5) }, np.array(0), np.array([1, 2, 3])); // 4.25, [1, 2.5, 4.25]
 */
export function scan<P extends Arrays, S extends Arrays, X extends Arrays, Y extends Arrays>(
  step: (params: P, state: S, input: X) => readonly [S, Y],
): Scan<P, S, X, Y> {
  if (typeof step !== "function") throw new TypeError(`scan: step must be a function, not ${typeof step}.`);

  const forward = compiled((params: P, state: S, inputs: X, time: np.Array) => [
    ...step(params, state, at(inputs, time)),
  ]);
  /** The states before every step, the last one, and the outputs. Consumes the state. */
  const unroll = (params: P, first: S, inputs: X) => {
    const steps = lengthOf(inputs);
    const states = [first];
    const outputs: Y[] = [];
    for (let t = 0; t < steps; t++) {
      const state = states[t]!;
      const [next, output] = forward(kept(params), kept(state), kept(inputs), index(t)) as [S, Y];
      if (t === 0) checkState(state, next);
      states.push(flushed(next));
      outputs.push(output);
    }
    const last = states.pop()!;
    return { states, last, outputs: stacked(outputs) };
  };

  return {
    run: (params, state, inputs) => {
      const { states, last, outputs } = unroll(params, state, inputs);
      tree.dispose([states, params, inputs] as never);
      return [last, outputs];
    },
    valueAndGrad: (loss, { argnums = 0 as never } = {}) => {
      const wanted: readonly number[] = typeof argnums === "number" ? [argnums] : argnums;
      checkArgnums(wanted);
      // biome-ignore lint/suspicious/noExplicitAny: arguments of any type follow the three
      const whole = loss as (...args: any[]) => np.Array;
      const head = compiled((params: P, outputs: Y, last: S, ...rest: never[]) =>
        valueAndGrad(whole, { argnums: [0, 1, 2] })(params, outputs, last, ...rest),
      );
      const also = [0, 2].filter((i) => wanted.includes(i));
      /** Gradients of what one step adds, from those of its next state and its output. */
      const backward = compiled(
        (params: P, state: S, inputs: X, time: np.Array, byNext: S, byOutputs: Y, sum: P[]) => {
          const pulled = (...args: [P, S, X]): np.Array => {
            const [next, output] = step(...args);
            return inner(next, byNext).add(inner(output, at(byOutputs, time.ref)));
          };
          const by = grad(pulled, { argnums: [1, ...also] as never })(
            params,
            state,
            at(inputs, time.ref),
          ) as unknown as Arrays[];
          time.dispose();
          const byState = by[0]!;
          const byParams = sum.map((s) => tree.map(added as never, s as never, by[1] as never));
          return [byState, byParams, wanted.includes(2) ? [by.at(-1)!] : []];
        },
      );
      return ((params: P, first: S, inputs: X, ...rest: never[]) => {
        const { states, last, outputs } = unroll(params, first, inputs);
        const [value, [byParams, byOutputs, byLast]] = head(
          kept(params),
          outputs,
          last,
          ...rest,
        ) as never as [np.Array, [P, Y, S]];
        let byState = byLast;
        let sum = wanted.includes(0) ? [byParams] : [];
        if (!wanted.includes(0)) tree.dispose(byParams as never);
        const byInputs: X[] = [];
        for (let t = states.length - 1; t >= 0; t--) {
          const [before, sums, byInput] = backward(
            kept(params),
            states[t]!,
            kept(inputs),
            index(t),
            byState,
            kept(byOutputs),
            sum,
          ) as never as [S, P[], X[]];
          byState = flushed(before);
          sum = sums;
          byInputs.unshift(...byInput);
        }
        tree.dispose([params, inputs, byOutputs] as never);
        if (!wanted.includes(1)) tree.dispose(byState as never);
        const gradients = wanted.map((i) => (i === 0 ? sum[0] : i === 1 ? byState : stacked(byInputs)));
        return [value, typeof argnums === "number" ? gradients[0] : gradients];
      }) as never;
    },
  };
}

const added = (a: np.Array, b: np.Array): np.Array => a.add(b);

/** The same arrays, kept for another use. */
function kept<T>(arrays: T): T {
  return tree.ref(arrays as never) as T;
}

function index(t: number): np.Array {
  return np.array(t, { dtype: np.int32 });
}

/** Entry `time` of the first axis of every array. The time is an array: a number would be compiled in. Consumes both. */
function at<T>(arrays: T, time: np.Array): T {
  const entries = tree.map((x: np.Array) => x.slice(time.ref), arrays as never) as T;
  time.dispose();
  return entries;
}

/** `sum <a, b>` over the leaves of two trees of one structure. Consumes both. */
function inner<T>(a: T, b: T): np.Array {
  const products = tree.map((x: np.Array, y: np.Array) => np.sum(x.mul(y)), a as never, b as never);
  return (tree.leaves(products) as np.Array[]).reduce((sum, x) => sum.add(x));
}

/** How many arrays are joined at once: a GPU's kernel reads 8 at most. */
const JOINED = 4;
const join = compiled((parts: np.Array[]) => np.concatenate(parts, 0));

/** Trees of one structure, stacked on a new first axis. Consumes them. */
function stacked<T>(trees: readonly T[]): T {
  return tree.map(
    ((...leaves: np.Array[]) => {
      let parts = leaves.map((x) => x.reshape([1, ...x.shape]));
      while (parts.length > 1) {
        const longer: np.Array[] = [];
        for (let i = 0; i < parts.length; i += JOINED) longer.push(join(parts.slice(i, i + JOINED)));
        parts = longer;
      }
      return parts[0]!;
    }) as never,
    trees[0] as never,
    ...(trees.slice(1) as never[]),
  ) as T;
}

/**
 * The same arrays, computed: jax-js 0.1.25 runs nothing before a value is read, and every array holds the list of all that
 * wait for it, so that T steps in a row would make lists of up to T. On a GPU reading would wait, and inside `jit` and
 * `grad` nothing waits.
 */
function flushed<T>(arrays: T): T {
  const [first] = tree.leaves(arrays as never) as np.Array[];
  if (first instanceof ConcreteArray && first.device === "wasm") (first as np.Array).ref.dataSync();
  return arrays;
}

function lengthOf(inputs: unknown): number {
  const leaves = tree.leaves(inputs as never) as np.Array[];
  const lengths = new Set(leaves.map((x) => x.shape[0] ?? 0));
  const [steps = 0] = lengths;
  if (lengths.size === 1 && steps > 0) return steps;
  throw new RangeError(
    `scan: inputs must be arrays whose first axis is time, of one length of 1 or more, not of ${
      lengths.size === 0 ? "no array" : `lengths ${[...lengths].join(" and ")}`
    }.`,
  );
}

function checkState(before: unknown, after: unknown): void {
  const shown = (arrays: unknown): string =>
    (tree.leaves(arrays as never) as np.Array[]).map((x) => `${x.dtype}[${x.shape}]`).join(", ");
  const [given, returned] = [shown(before), shown(after)];
  if (given !== returned)
    throw new RangeError(
      `scan: the step must return a state of the shapes it was given, ${given}, not ${returned}; ` +
        "broadcast the first state to the batch.",
    );
}

function checkArgnums(argnums: readonly number[]): void {
  for (const i of argnums)
    if (![0, 1, 2].includes(i))
      throw new RangeError(`scan: argnums must be 0 (params), 1 (state) or 2 (inputs), not ${i}.`);
}
