import type { Builder } from "../ir/builder.ts";
import { isFloat, size, type Value } from "../ir/types.ts";
import { promote } from "../jaxpr.ts";
import { type Lowering, type Lowerings, refuseBool, result, wrapping } from "./context.ts";
import type { Lazy } from "./lazy.ts";
import { reduceAxes } from "./reduce.ts";

/**
 * `sum(x * y, -1)` with broadcasting. Each leading axis is a batch axis (both have it), a free axis of one side, or
 * 1; so this is a batched matrix product, or a sum of products where neither side has a free axis.
 */
const dot: Lowering = (c) => {
  const { b } = c;
  const type = promote(c.eqn.inputs[0]!.aval, c.eqn.inputs[1]!.aval);
  if (type === "bool") refuseBool(c);
  const [xs, ys] = c.inputs as [Lazy, Lazy];
  const length = Math.max(xs.shape.at(-1) ?? 1, ys.shape.at(-1) ?? 1);
  let [x, y] = [b.cast(xs.value, type), b.cast(ys.value, type)];
  const rank = Math.max(x.shape.length, y.shape.length);
  const padded = (v: Value): Value => b.reshape(v, [...Array(rank - v.shape.length).fill(1), ...v.shape]);
  [x, y] = [padded(x), padded(y)];
  const last = rank - 1;
  // Where one side is constant along the sum, the other is summed first.
  const [kx, ky] = [x.shape[last]!, y.shape[last]!];
  if (kx !== ky) {
    const summed = reduceAxes(c, "Add", kx > 1 ? x : y, [last]);
    const other = kx > 1 ? y : x;
    const dropped = b.reshape(other, other.shape.slice(0, -1));
    return result(c, wrapping(b, "Mul", [summed, dropped]));
  }
  if (kx === 1) {
    const [p, q] = [b.reshape(x, x.shape.slice(0, -1)), b.reshape(y, y.shape.slice(0, -1))];
    const product = wrapping(b, "Mul", [p, q]);
    return result(c, length === 1 ? product : wrapping(b, "Mul", [product, b.scalar(type, length)]));
  }
  const axes = Array.from({ length: last }, (_, axis) => axis);
  const batch = axes.filter((a) => x.shape[a]! > 1 && y.shape[a]! > 1);
  const freeX = axes.filter((a) => x.shape[a]! > 1 && y.shape[a] === 1);
  const freeY = axes.filter((a) => y.shape[a]! > 1 && x.shape[a] === 1);
  if ((freeX.length === 0 && freeY.length === 0) || !isFloat(type))
    return result(c, reduceAxes(c, "Add", wrapping(b, "Mul", [x, y]), [last]));
  const sizes = (v: Value, list: number[]): number[] => list.map((a) => v.shape[a]!);
  const [batchSizes, xSizes, ySizes] = [sizes(x, batch), sizes(x, freeX), sizes(y, freeY)];
  const groups = batch.length === 0 ? [] : [size(batchSizes)];
  const left = b.reshape(arranged(b, x, [...batch, ...freeX, last]), [...groups, size(xSizes), kx]);
  const right = b.reshape(arranged(b, y, [...batch, last, ...freeY]), [...groups, kx, size(ySizes)]);
  const product = b.reshape(b.emit("MatMul", [left, right]), [...batchSizes, ...xSizes, ...ySizes]);
  // Back to the order of the axes, and the ones in their places.
  const order = [...batch, ...freeX, ...freeY];
  const sorted = [...order].sort((p, q) => p - q);
  const value = b.transpose(
    product,
    sorted.map((a) => order.indexOf(a)),
  );
  return result(
    c,
    b.reshape(
      value,
      axes.map((a) => Math.max(x.shape[a]!, y.shape[a]!)),
    ),
  );
};

/** The named axes in that order; all others have length 1 and are dropped. */
function arranged(b: Builder, x: Value, axes: readonly number[]): Value {
  const kept = [...axes].sort((p, q) => p - q);
  const squeezed = b.reshape(
    x,
    kept.map((a) => x.shape[a]!),
  );
  return b.transpose(
    squeezed,
    axes.map((a) => kept.indexOf(a)),
  );
}

export const products: Lowerings = { dot };
