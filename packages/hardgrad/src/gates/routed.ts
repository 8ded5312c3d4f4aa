import { numpy as np } from "@jax-js/jax";
import { checkNames, described, isArray, wholeNumber } from "../arguments.ts";
import { pullback } from "../gradients.ts";
import { openMask } from "./routing/tokens.ts";

/** Options of `routedBlocks`. */
export interface RoutedOptions {
  /** Examples that each block has room for. A block that more examples open leaves the last ones out. */
  readonly capacity: number;
  /**
   * How units go back to their examples: `"products"` (default) of slots and examples are compared, faster on jax-js's own
   * devices, or `"scatter"`, faster in a compiled step (@hardgrad/compiler). The same values.
   */
  readonly placing?: "products" | "scatter";
}

/**
 * A gated layer that computes open blocks only, forward and backward: each block gathers the examples that open it, so
 * that outputs, weight gradients and input gradients take `blocks * capacity` rows instead of `blocks * batch`.
 *
 * `y = expandGates(gates, units) * (x W + b)`, and its gradients, to the rounding of sums, as long as no block is open
 * for more than `capacity` examples (`routedOverflow` is 0). One gradient differs: a closed gate's is 0 here, since that
 * would need the block's output. So it is exact for estimators whose gates have no gradient where they are closed (the
 * score-function family, hard concrete, noisy rectifier, stochastic times smooth, gates by a task), and not for
 * straight-through.
 *
 * For experts of several layers, or with a non-linearity of their own: `routedExperts`.
 *
 * @param x `[batch, inputs]`; finite in every row, also in those of padding: a block with room to spare computes some.
 * @param gates `[batch, blocks]`, 0 where closed.
 * @param weights `[blocks, inputs, units]`.
 * @param bias `[blocks, units]`.
 * @returns `[batch, blocks * units]`. Consumes all four.
 * @throws RangeError for a capacity that is no whole number from 1 to the batch, and for shapes that do not fit.
 * @example
 * const gates = sample(bernoulli(np.zeros([4, 2])), key); // [batch, blocks]
 * const y = routedBlocks(x, gates, np.ones([2, 3, 5]), np.zeros([2, 5]), { capacity: 4 }); // [4, 10]
 */
export function routedBlocks(
  x: np.Array,
  gates: np.Array,
  weights: np.Array,
  bias: np.Array,
  options: RoutedOptions,
): np.Array {
  const { capacity, placing } = routedOptions("routedBlocks", options);
  const [batch, blocks] = shapesOf(x, gates, weights, bias);
  const units = weights.shape[2]!;
  wholeNumber("routedBlocks", "capacity", capacity, 1, batch);
  const rows = routeRows(gates.ref, capacity);
  const listed = valuesAt(gates, rows.ref, placing);
  // Closed gates among the listed ones get no gradient either.
  const values = listed.ref.mul(openMask(listed));
  const taken = np.take(x, rows.ref, 0);
  const own = np.matmul(taken, weights).add(bias.reshape([blocks, 1, units]));
  const gated = own.mul(values.reshape([blocks, capacity, 1]));
  return placing === "scatter" ? placeByScatter(gated, rows, batch) : placeByProducts(gated, rows, batch);
}

/**
 * Open gates that routing with this capacity leaves out, a scalar: 0 means that it was exact. Consumes the gates.
 *
 * @param gates `[batch, blocks]`.
 * @param capacity a whole number from 1 to the batch.
 * @throws RangeError for another capacity, and for gates of another rank.
 * @example
 * routedOverflow(np.array([[1, 0], [1, 0], [1, 1]]), 2); // 1
 */
export function routedOverflow(gates: np.Array, capacity: number): np.Array {
  if (gates.ndim !== 2)
    throw new RangeError(`routedOverflow: gates must have shape [batch, blocks], not [${gates.shape}].`);
  wholeNumber("routedOverflow", "capacity", capacity, 1, gates.shape[0]!);
  const counts = np.sum(openMask(gates), 0);
  return np.sum(np.maximum(counts.sub(capacity), 0));
}

/** The options in force. */
export function routedOptions(name: string, options: RoutedOptions): Required<RoutedOptions> {
  checkNames(name, options, ["capacity", "placing"]);
  const { capacity, placing = "products" } = options;
  if (placing !== "products" && placing !== "scatter")
    throw new RangeError(`${name}: placing must be "products" or "scatter", not ${placing}.`);
  return { capacity, placing };
}

/** For each block the examples that open it, then others up to the capacity: `[blocks, capacity]`. Consumes the gates. */
export function routeRows(gates: np.Array, capacity: number): np.Array {
  const order = np.argsort(np.negative(openMask(gates).transpose()), -1);
  if (capacity === order.shape[1]) return order;
  const [listed, left] = np.split(order, [capacity], 1) as [np.Array, np.Array];
  left.dispose();
  return listed;
}

/**
 * `[batch, blocks, capacity, 1]`: whether a slot is of an example. What follows selects by it and does not multiply: zero
 * times the NaN of one example would be in all rows. It is faster as well: sums of what is selected run as one kernel.
 */
export function slotsOf(rows: np.Array, batch: number): np.Array {
  const [blocks, capacity] = rows.shape as [number, number];
  const examples = np.arange(batch).reshape([batch, 1, 1, 1]);
  return np.equal(rows.reshape([1, blocks, capacity, 1]), examples);
}

/** The gates of the listed examples, `[blocks, capacity, 1]` by products or `[blocks, capacity]`. Consumes both. */
export function valuesAt(gates: np.Array, rows: np.Array, placing: RoutedOptions["placing"]): np.Array {
  return placing === "scatter" ? takeValues(gates, rows) : valuesByProducts(gates, rows);
}

function valuesByProducts(gates: np.Array, rows: np.Array): np.Array {
  const [batch, blocks] = gates.shape as [number, number];
  return np.sum(np.where(slotsOf(rows, batch), gates.reshape([batch, blocks, 1, 1]), 0), 0);
}

function placeByProducts(units: np.Array, rows: np.Array, batch: number): np.Array {
  const [blocks, capacity, width] = units.shape as [number, number, number];
  const slots = units.reshape([1, blocks, capacity, width]);
  return np.sum(np.where(slotsOf(rows, batch), slots, 0), 2).reshape([batch, blocks * width]);
}

/** The place of each slot in a list of all pairs of example and block. */
function pairsOf(rows: np.Array): np.Array {
  const blocks = rows.shape[0]!;
  return rows.mul(blocks).add(np.arange(blocks).reshape([blocks, 1]));
}

function takeValues(gates: np.Array, rows: np.Array): np.Array {
  const size = gates.shape[0]! * gates.shape[1]!;
  return np.take(gates.reshape([size]), pairsOf(rows), 0);
}

/** A scatter is a take read backwards. */
function placeByScatter(units: np.Array, rows: np.Array, batch: number): np.Array {
  const [blocks, , width] = units.shape as [number, number, number];
  const pairs = pairsOf(rows);
  const { value: zeros, backward } = pullback(
    (all: np.Array) => np.take(all, pairs, 0),
    np.zeros([batch * blocks, width]),
  );
  zeros.dispose();
  return backward(units).reshape([batch, blocks * width]);
}

function shapesOf(
  x: np.Array,
  gates: np.Array,
  weights: np.Array,
  bias: np.Array,
): [batch: number, blocks: number] {
  for (const [what, array] of Object.entries({ x, gates, weights, bias }))
    if (!isArray(array))
      throw new TypeError(
        `routedBlocks: ${what} must be an array of jax-js, not ${described(array)}; wrap numbers with np.array(...).`,
      );
  const [batch, inputs] = x.shape;
  const [blocks, rows, units] = weights.shape;
  const fits =
    x.shape.length === 2 &&
    weights.shape.length === 3 &&
    rows === inputs &&
    gates.shape.join() === `${batch},${blocks}` &&
    bias.shape.join() === `${blocks},${units}`;
  if (!fits)
    throw new RangeError(
      `routedBlocks: x [${x.shape}], gates [${gates.shape}], weights [${weights.shape}] and bias [${bias.shape}] do not fit; they must be [batch, inputs], [batch, blocks], [blocks, inputs, units] and [blocks, units].`,
    );
  return [batch!, blocks!];
}
