import { numpy as np, tree } from "@jax-js/jax";
import type { NamedArrays } from "../types.ts";
import { checkArrayNames, checkSame } from "./named-arrays.ts";

/**
 * Protection: an update reaches the weights that are open and no others. A closed weight is *selected* from before the
 * update, not multiplied by zero, so momentum, moments, weight decay and NaN in a gradient leave its bits alone.
 */

/**
 * An optimizer in optax's shape: pure, with explicit state. Arrays of the state belong to the parameter they are named
 * after: `w` or `w.anything`, of the shape of `w`. Scalars (step counts, running powers) belong to none.
 */
export interface UpdateRule {
  /** The state before the first step. Does not consume the parameters. */
  init(params: NamedArrays): NamedArrays;
  /** Consumes gradients, state and parameters; not the learning rate. */
  update(
    gradients: NamedArrays,
    state: NamedArrays,
    params: NamedArrays,
    learningRate: np.Array,
  ): { params: NamedArrays; state: NamedArrays };
}

/** An optimizer whose update takes masks: 1 open, 0 closed. */
export interface ProtectedRule {
  /** The state before the first step. Does not consume the parameters. */
  init(params: NamedArrays): NamedArrays;
  /** Consumes gradients, state, parameters and masks; not the learning rate. */
  update(
    gradients: NamedArrays,
    state: NamedArrays,
    params: NamedArrays,
    learningRate: np.Array,
    open: NamedArrays,
  ): { params: NamedArrays; state: NamedArrays };
}

/**
 * `next` where a mask is open, `previous` (to the bit) where it is closed. For parameters, moments, and running
 * statistics of normalization layers alike. A name without a mask is open as a whole. Consumes all three.
 *
 * @param open 1 or 0 by name, of the shape of the array, or with 1 in place of some sizes: `[1, units]`.
 * @throws RangeError for a mask whose name or shape fits no array, and if `next` and `previous` differ in names or shapes.
 * @example
 * const statistics = keepClosed(
 *   { mean: np.array([2, 3]) },
 *   { mean: np.array([0, 1]) },
 *   { mean: np.array([1, 0]) },
 * ); // { mean: [2, 1] }
 */
export function keepClosed(next: NamedArrays, previous: NamedArrays, open: NamedArrays): NamedArrays {
  checkSame("keepClosed", "value", next, previous, "value from before");
  return select("keepClosed", next, previous, open);
}

function select(where: string, next: NamedArrays, previous: NamedArrays, open: NamedArrays): NamedArrays {
  checkArrayNames(where, "the mask", open, next, "array");
  const kept: NamedArrays = {};
  for (const [name, value] of Object.entries(next)) {
    const old = previous[name]!;
    const mask = open[name];
    if (mask === undefined) {
      old.dispose();
      kept[name] = value;
    } else kept[name] = np.where(isOpen(where, name, mask.ref, value.shape), value, old);
  }
  tree.dispose(open);
  return kept;
}

/**
 * The gradient with zeros where a mask is closed. On its own this protects nothing: momentum, Adam's moments and weight
 * decay move a weight whose gradient is zero. It is a part of `protect`. Consumes both.
 *
 * @param gradients arrays by name.
 * @param open 1 or 0 under some of these names, of the shape of the gradient, or with 1 in place of some sizes.
 * @throws RangeError for a mask whose name or shape fits no gradient.
 * @example
 * const visible = openGradients(gradients, { w: open });
 */
export function openGradients(gradients: NamedArrays, open: NamedArrays): NamedArrays {
  checkArrayNames("openGradients", "the mask", open, gradients, "gradient");
  const masked: NamedArrays = {};
  for (const [name, g] of Object.entries(gradients))
    masked[name] = open[name] ? np.where(isOpen("openGradients", name, open[name].ref, g.shape), g, 0) : g;
  tree.dispose(open);
  return masked;
}

/**
 * Gradients scaled so that their joint norm is at most `limit`: `g min(1, limit / ||g||)`. Consumes them.
 *
 * @param gradients arrays by name.
 * @param limit above 0.
 * @throws RangeError for another limit.
 * @example
 * const clipped = clipByNorm(gradients, 1);
 */
export function clipByNorm(gradients: NamedArrays, limit: number): NamedArrays {
  if (!(limit > 0)) throw new RangeError(`clipByNorm: the limit must be a number above 0, not ${limit}.`);
  const squares = Object.values(gradients).map((g) => np.sum(np.square(g.ref)));
  const norm = np.sqrt(squares.reduce((sum, s) => sum.add(s)));
  const scale = np.minimum(np.reciprocal(np.maximum(norm, 1e-30)).mul(limit), 1);
  const clipped = Object.fromEntries(Object.entries(gradients).map(([name, g]) => [name, g.mul(scale.ref)]));
  scale.dispose();
  return clipped;
}

/**
 * An optimizer that changes open weights only. Closed weights and their part of the optimizer's state come out with the
 * bits they had, whatever the optimizer does; the norm for clipping is that of the open entries.
 *
 * @param rule any optimizer of the shape of `UpdateRule`.
 * @param options.clip largest norm of the gradient of all open entries together (default: no clipping).
 * @throws RangeError for a mask or gradient whose name or shape fits no parameter, and for a state that does not say which
 *   parameter an array belongs to.
 * @example
 * const rule = protect(optimizer, { clip: 1 });
 * const state = rule.init(params);
 * const next = rule.update(gradients, state, params, np.array(0.01), { w: open });
 */
export function protect(rule: UpdateRule, options: { clip?: number } = {}): ProtectedRule {
  const { clip } = options;
  return {
    init: (params) => rule.init(params),
    update: (gradients, state, params, learningRate, open) => {
      checkArrayNames("protect", "the mask", open, params, "parameter");
      for (const [name, mask] of Object.entries(open)) checkMask("protect", name, mask, params[name]!.shape);
      checkSame("protect", "gradient", gradients, params, "parameter");
      const owners = ownersOf(state, params);
      const visible = openGradients(gradients, tree.ref(open) as NamedArrays);
      const limited = clip === undefined ? visible : clipByNorm(visible, clip);
      const next = rule.update(
        limited,
        tree.ref(state) as NamedArrays,
        tree.ref(params) as NamedArrays,
        learningRate,
      );
      checkSame("protect", "updated parameter", next.params, params, "parameter");
      checkSame("protect", "updated state", next.state, state, "state");
      const openState: NamedArrays = {};
      for (const [name, owner] of owners)
        if (owner !== undefined && open[owner]) openState[name] = open[owner].ref;
      return {
        params: select("protect", next.params, params, open),
        state: select("protect", next.state, state, openState),
      };
    },
  };
}

/** Which parameter every array of the state belongs to; undefined for scalars. */
function ownersOf(state: NamedArrays, params: NamedArrays): [string, string | undefined][] {
  return Object.entries(state).map(([name, array]) => {
    if (array.ndim === 0 && params[name] === undefined) return [name, undefined];
    const owner = Object.keys(params)
      .filter((p) => name === p || name.startsWith(`${p}.`))
      .sort((a, b) => b.length - a.length)[0];
    if (owner === undefined || params[owner]!.shape.join() !== array.shape.join())
      throw new RangeError(
        `protect: ${name} of the optimizer's state, of shape [${array.shape}], belongs to no parameter; ` +
          "name it after one (w or w.moment) and give it the same shape, or make it a scalar.",
      );
    return [name, owner];
  });
}

/** The mask as booleans of the array's shape. Consumes it. */
function isOpen(where: string, name: string, mask: np.Array, shape: readonly number[]): np.Array {
  checkMask(where, name, mask, shape);
  return np.broadcastTo(np.greater(mask, 0), [...shape]);
}

/** A mask of fewer axes is refused: on a square array it does not say whether it means rows or columns. */
function checkMask(where: string, name: string, mask: np.Array, shape: readonly number[]): void {
  const own = mask.shape;
  if (own.length === shape.length && own.every((n, i) => n === 1 || n === shape[i])) return;
  throw new RangeError(
    `${where}: the mask of ${name} has shape [${own}], but ${name} has [${shape}]; ` +
      "give it that shape, with 1 for an axis along which it does not change.",
  );
}
