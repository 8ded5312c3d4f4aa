import { Array as ConcreteArray, numpy as np } from "@jax-js/jax";
import { checkFinite, checkFloats, described, isArray } from "../../arguments.ts";
import { ranks } from "../../distributions/ranks.ts";
import { fromTop } from "../../math.ts";
import { withoutPadding } from "../../padding.ts";
import { detach } from "../../surrogate.ts";

/** What tells real tokens from padding. */
export interface Padding {
  /**
   * A weight per token, `[tokens]`, 0 or more: 0 for padding. A token of weight 0 counts as if its row were not there,
   * whatever stands in it. Absent: 1 for all. Consumed.
   */
  readonly weights?: np.Array;
}

/** Refuses what is no `[tokens, experts]` of finite numbers; rows of padding are not looked at. */
export function checkTable(name: string, what: string, x: np.Array, weights?: np.Array): void {
  checkFloats(name, what, x);
  if (x.ndim !== 2)
    throw new RangeError(
      `${name}: ${what} must have shape [tokens, experts], not [${x.shape}]; reshape them.`,
    );
  if (x.shape.includes(0))
    throw new RangeError(
      `${name}: ${what} of shape [${x.shape}] are empty; leave a batch without tokens out.`,
    );
  checkWeights(name, x.shape[0]!, weights);
  const real = withoutPadding(x.ref, weights?.ref);
  checkFinite(name, what, real);
  real.dispose();
}

function checkWeights(name: string, tokens: number, weights?: np.Array): void {
  if (weights === undefined) return;
  if (!isArray(weights) || weights.shape.join() !== `${tokens}`)
    throw new RangeError(
      `${name}: weights must have shape [${tokens}], one per token, not ${isArray(weights) ? `[${weights.shape}]` : described(weights)}.`,
    );
  if (!(weights instanceof ConcreteArray) || weights.device === "webgpu") return;
  const bad = weights.ref.dataSync().find((w: number) => !(w >= 0 && w < Number.POSITIVE_INFINITY));
  if (bad !== undefined)
    throw new RangeError(`${name}: a weight is ${bad}; weights must be finite and 0 or more, 0 for padding.`);
}

/** Weights as a column, `[tokens, 1]`, and their sum, at least a weight of 1 where all is padding. Consumes the weights. */
export function columnOf(tokens: number, weights?: np.Array): { column: np.Array; total: np.Array } {
  const column = weights ? weights.astype(np.float32).reshape([tokens, 1]) : np.ones([tokens, 1]);
  const sum = np.sum(column.ref);
  return { column, total: np.where(np.equal(sum.ref, 0), 1, sum) };
}

/** 1 where a gate is open. Without gradient. Consumes the gates. */
export function openMask(gates: np.Array): np.Array {
  return np.notEqual(detach(gates), 0).astype(np.float32);
}

/** `softmax` over the experts, for any logits. Consumes them. */
export function shares(logits: np.Array): np.Array {
  const e = np.exp(fromTop(logits));
  return e.ref.div(np.sum(e, -1, { keepdims: true }));
}

/**
 * Where a token is among the `count` with the largest scores of its column: never padding, never NaN.
 *
 * @param scores `[tokens, experts]`, consumed, as the weights are.
 */
export function topTokens(scores: np.Array, count: number, weights?: np.Array): np.Array {
  const held = detach(scores);
  const broken = np.isnan(held.ref);
  const column = np.where(broken.ref, Number.NEGATIVE_INFINITY, held);
  const real = weights ? np.greater(weights, 0).reshape([-1, 1]) : undefined;
  const order = real ? np.where(real.ref, column, Number.NEGATIVE_INFINITY) : column;
  const among = np.less(ranks(order.transpose()).transpose(), count);
  const legal = np.logicalAnd(among, np.logicalNot(broken));
  return real ? np.logicalAnd(legal, real) : legal;
}
