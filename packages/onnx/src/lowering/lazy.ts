import type { Builder } from "../ir/builder.ts";
import { sameShape, size, type Value } from "../ir/types.ts";

/**
 * An array whose broadcast axes have not been filled: `shape` is what jax-js sees, and `value` has 1 in place of
 * those axes. Most operators broadcast by themselves, so that full copies are rarely made.
 */
export interface Lazy {
  readonly value: Value;
  readonly shape: readonly number[];
}

export const full = (value: Value): Lazy => ({ value, shape: value.shape });

/** Broadcast axes of a lazy array. */
export const lazyAxes = (x: Lazy): number[] =>
  x.shape.flatMap((d, axis) => (d !== 1 && x.value.shape[axis] === 1 ? [axis] : []));

/** Fills all broadcast axes, or those given. */
export function filled(b: Builder, x: Lazy, axes: readonly number[] = lazyAxes(x)): Value {
  return b.expand(
    x.value,
    x.value.shape.map((d, axis) => (axes.includes(axis) ? x.shape[axis]! : d)),
  );
}

export function transposed(b: Builder, x: Lazy, perm: readonly number[]): Lazy {
  return { value: b.transpose(x.value, perm), shape: perm.map((axis) => x.shape[axis]!) };
}

/** Reshapes, and keeps an axis lazy where it stays an axis of its own. */
export function reshaped(b: Builder, x: Lazy, shape: readonly number[]): Lazy {
  if (sameShape(x.shape, shape)) return x;
  const lazy = lazyAxes(x);
  if (lazy.length === 0 || size(x.shape) === 0) return { value: b.reshape(x.value, shape), shape };
  const toFill: number[] = [];
  const target = [...shape];
  for (const { from, to } of groups(x.shape, shape)) {
    const long = from.filter((axis) => x.shape[axis] !== 1);
    if (long.every((axis) => lazy.includes(axis))) for (const axis of to) target[axis] = 1;
    else toFill.push(...long.filter((axis) => lazy.includes(axis)));
  }
  return { value: b.reshape(filled(b, x, toFill), target), shape };
}

/** Smallest runs of axes with equal products: which axes of `to` are made of which axes of `from`. */
function groups(from: readonly number[], to: readonly number[]): { from: number[]; to: number[] }[] {
  const found: { from: number[]; to: number[] }[] = [];
  let [i, j] = [0, 0];
  while (i < from.length || j < to.length) {
    const group = { from: [] as number[], to: [] as number[] };
    let [a, c] = [1, 1];
    const takeFrom = (): void => {
      a *= from[i]!;
      group.from.push(i++);
    };
    const takeTo = (): void => {
      c *= to[j]!;
      group.to.push(j++);
    };
    if (i < from.length) takeFrom();
    if (j < to.length) takeTo();
    while (a !== c) {
      if (a < c) takeFrom();
      else takeTo();
    }
    found.push(group);
  }
  return found;
}
