import { type Context, type Lowering, type Lowerings, result } from "./context.ts";
import { filled, type Lazy, lazyAxes, reshaped, transposed } from "./lazy.ts";

const broadcast: Lowering = (c) => {
  const x = c.inputs[0]!;
  const { shape, axis } = c.eqn.params as { shape: number[]; axis: number[] };
  const inner = [...x.value.shape];
  for (const a of [...axis].sort((p, q) => p - q)) inner.splice(a, 0, 1);
  return [{ value: c.b.reshape(x.value, inner), shape }];
};

const reshape: Lowering = (c) => [reshaped(c.b, c.inputs[0]!, c.eqn.params.shape as number[])];

const transpose: Lowering = (c) => [transposed(c.b, c.inputs[0]!, c.eqn.params.perm as number[])];

/** The part `[start, end)` of each axis; a broadcast axis only changes its length. */
export function sliced(c: Context, x: Lazy, slice: readonly (readonly [number, number])[]): Lazy {
  const shape = slice.map(([start, end]) => end - start);
  const axes = slice.flatMap(([start, end], axis) =>
    (start !== 0 || end !== x.shape[axis]) && x.value.shape[axis] === x.shape[axis] ? [axis] : [],
  );
  if (axes.length === 0) return { value: x.value, shape };
  const attributes = {
    axes,
    starts: axes.map((axis) => slice[axis]![0]),
    ends: axes.map((axis) => slice[axis]![1]),
    steps: axes.map(() => 1),
  };
  return { value: c.b.emit("Slice", [x.value], attributes), shape };
}

const shrink: Lowering = (c) => [sliced(c, c.inputs[0]!, c.eqn.params.slice as [number, number][])];

/** One slice per part, so that a part nobody reads is not copied. */
const split: Lowering = (c) => {
  const x = c.inputs[0]!;
  const { axis, sizes } = c.eqn.params as { axis: number; sizes: number[] };
  let start = 0;
  return sizes.map((length) => {
    const from = start;
    start += length;
    return sliced(
      c,
      x,
      x.shape.map((d, i) => (i === axis ? [from, from + length] : [0, d]) as [number, number]),
    );
  });
};

const flip: Lowering = (c) => {
  const x = c.inputs[0]!;
  const axes = (c.eqn.params.axis as number[]).filter((axis) => x.value.shape[axis]! > 1);
  if (axes.length === 0) return [x];
  const attributes = {
    axes,
    starts: axes.map(() => -1),
    // Before the first element, whatever the length.
    ends: axes.map(() => -(2 ** 31)),
    steps: axes.map(() => -1),
  };
  return [{ value: c.b.emit("Slice", [x.value], attributes), shape: x.shape }];
};

const pad: Lowering = (c) => {
  const x = c.inputs[0]!;
  const width = c.eqn.params.width as [number, number][];
  const padded = lazyAxes(x).filter((axis) => width[axis]!.some((w) => w !== 0));
  const value = filled(c.b, x, padded);
  const pads = [...width.map((w) => w[0]), ...width.map((w) => w[1])];
  return result(c, pads.every((w) => w === 0) ? value : c.b.emit("Pad", [value], { pads }));
};

/** A broadcast axis of all parts, other than the one along which they are joined, stays lazy. */
const concatenate: Lowering = (c) => {
  const { axis } = c.eqn.params as { axis: number };
  const { dtype, shape } = c.eqn.outBinders[0]!.aval;
  const common = shape.map((_, i) => i !== axis && c.inputs.every((x) => x.value.shape[i] === 1));
  const parts = c.inputs
    .filter((x) => x.shape[axis] !== 0)
    .map((x) => {
      const target = x.shape.map((d, i) => (common[i] ? 1 : d));
      return c.b.cast(c.b.expand(x.value, target), dtype);
    });
  if (parts.length === 1) return result(c, parts[0]!);
  return result(c, c.b.emit("Concat", parts, { axis }));
};

export const layout: Lowerings = { broadcast, reshape, transpose, shrink, split, flip, pad, concatenate };
