import { numpy as np } from "@jax-js/jax";
import { described, isArray, wholeNumber } from "../arguments.ts";
import { pullback } from "../gradients.ts";
import { detach } from "../surrogate.ts";
import { type RoutedOptions, routedOptions, routeRows, slotsOf, valuesAt } from "./routed.ts";

/**
 * A mixture of experts of any form, each computed for the tokens that open it only: `y_t = sum_e gate_te f_e(x_t)`.
 *
 * The experts are one function of all their inputs at once: it gets `[experts, capacity, inputs]`, the tokens of each
 * expert, and gives `[experts, capacity, outputs]`. `np.matmul(rows, w)` with w `[experts, inputs, hidden]` multiplies each
 * expert's tokens by its own matrix. Free places hold zeros, and what the function makes of them is left out. A token that
 * no expert has room for gets 0: add x for a residual connection. Gates that are closed get no gradient.
 *
 * @param x `[tokens, inputs]`. Consumed, as the gates are.
 * @param gates `[tokens, experts]`, 0 where closed, from a router and `limitCapacity`.
 * @param experts the function, of `[experts, capacity, inputs]`, which it consumes.
 * @param options as in `routedBlocks`.
 * @returns `[tokens, outputs]`.
 * @throws RangeError for a capacity that is no whole number from 1 to the tokens, and for shapes that do not fit.
 * @see Shazeer et al. 2017
 * @example
 * const gates = topKRouter(logits, { k: 2 }); // logits [4, 6]
 * const [w1, w2] = [np.ones([6, 3, 8]), np.ones([6, 8, 3])];
 * const y = routedExperts(x, gates, (rows) => np.matmul(np.tanh(np.matmul(rows, w1)), w2), { capacity: 4 }); // [4, 3]
 */
export function routedExperts(
  x: np.Array,
  gates: np.Array,
  experts: (rows: np.Array) => np.Array,
  options: RoutedOptions,
): np.Array {
  const { capacity, placing } = routedOptions("routedExperts", options);
  const [tokens, count] = shapesOf(x, gates, experts);
  wholeNumber("routedExperts", "capacity", capacity, 1, tokens);
  const rows = routeRows(gates.ref, capacity);
  const listed = valuesAt(gates, rows.ref, placing).reshape([count, capacity, 1]);
  const open = np.notEqual(detach(listed.ref), 0);
  const given = np.where(open.ref, np.take(x, rows.ref, 0), 0);
  const made = experts(given);
  const outputs = made?.shape?.[2] ?? 0;
  if (made?.shape?.join() !== `${count},${capacity},${outputs}`)
    throw new RangeError(
      `routedExperts: the experts must give [${count}, ${capacity}, outputs] for rows of that shape, not ${isArray(made) ? `[${made.shape}]` : described(made)}.`,
    );
  const weighed = np.where(open, made.mul(listed), 0);
  return placing === "scatter" ? sumByScatter(weighed, rows, tokens) : sumByProducts(weighed, rows, tokens);
}

function sumByProducts(weighed: np.Array, rows: np.Array, tokens: number): np.Array {
  const [experts, capacity, outputs] = weighed.shape as [number, number, number];
  const slots = weighed.reshape([1, experts, capacity, outputs]);
  return np.sum(np.where(slotsOf(rows, tokens), slots, 0), [1, 2]);
}

/** A scatter that adds is a take read backwards. */
function sumByScatter(weighed: np.Array, rows: np.Array, tokens: number): np.Array {
  const outputs = weighed.shape[2]!;
  const { value, backward } = pullback((all: np.Array) => np.take(all, rows, 0), np.zeros([tokens, outputs]));
  value.dispose();
  return backward(weighed);
}

function shapesOf(x: np.Array, gates: np.Array, experts: unknown): [tokens: number, experts: number] {
  for (const [what, array] of Object.entries({ x, gates }))
    if (!isArray(array))
      throw new TypeError(
        `routedExperts: ${what} must be an array of jax-js, not ${described(array)}; wrap numbers with np.array(...).`,
      );
  if (typeof experts !== "function")
    throw new TypeError(
      `routedExperts: the experts must be a function of rows [experts, capacity, inputs], not ${described(experts)}.`,
    );
  if (x.ndim === 2 && gates.ndim === 2 && x.shape[0] === gates.shape[0])
    return gates.shape as [number, number];
  throw new RangeError(
    `routedExperts: x [${x.shape}] and gates [${gates.shape}] do not fit; they must be [tokens, inputs] and [tokens, experts].`,
  );
}
