import { type DType, size } from "@hardgrad/onnx/graph";

/** A piece of the program's memory that holds one array, row by row. */
export interface Storage {
  readonly dtype: DType;
  /** In elements. */
  readonly length: number;
  /** In bytes; -1 until memory is planned. */
  address: number;
}

/** How an array lies in a storage: element `i` is at `offset + sum_a i_a strides_a`, in elements. */
export interface View {
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
}

/** Strides of an array that lies row by row. */
export function rowMajor(shape: readonly number[]): number[] {
  const strides = shape.map(() => 1);
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1]! * shape[axis + 1]!;
  return strides;
}

/** An array that lies row by row from the start of its storage. */
export const whole = (shape: readonly number[]): View => ({ shape, strides: rowMajor(shape), offset: 0 });

/** Whether an array lies row by row; axes of length 1 do not count. */
export function isRowMajor({ shape, strides }: View): boolean {
  const expected = rowMajor(shape);
  return shape.every((d, axis) => d === 1 || strides[axis] === expected[axis]);
}

/** Whether an array is all of a storage of its size, in order. */
export const isWhole = (view: View): boolean => view.offset === 0 && isRowMajor(view);

/** The axes in another order. */
export const transposedView = ({ shape, strides, offset }: View, perm: readonly number[]): View => ({
  shape: perm.map((axis) => shape[axis]!),
  strides: perm.map((axis) => strides[axis]!),
  offset,
});

/** Broadcast to a shape, aligned at the last axis. */
export function expandedView(view: View, shape: readonly number[]): View {
  const lead = shape.length - view.shape.length;
  const strides = shape.map((d, axis) => {
    const own = axis - lead;
    return own < 0 || (view.shape[own] === 1 && d !== 1) ? 0 : view.strides[own]!;
  });
  return { shape, strides, offset: view.offset };
}

/** Every `step`-th element of some axes from `start` on; `shape` is the result's. */
export function slicedView(
  view: View,
  shape: readonly number[],
  axes: readonly number[],
  starts: readonly number[],
  steps: readonly number[],
): View {
  const strides = [...view.strides];
  let { offset } = view;
  axes.forEach((axis, i) => {
    const start = starts[i]! < 0 ? starts[i]! + view.shape[axis]! : starts[i]!;
    offset += start * strides[axis]!;
    strides[axis] = strides[axis]! * steps[i]!;
  });
  return { shape, strides, offset };
}

/**
 * What lies under the window of a convolution: `[batch, groups, channels, ...window, ...positions]` of an image
 * `[batch, groups * channels, ...space]`.
 */
export function patches(
  { strides, offset }: View,
  shape: readonly number[],
  steps: readonly number[],
  dilations: readonly number[],
): View {
  const [batch, channel, ...space] = strides as [number, number, ...number[]];
  return {
    shape,
    strides: [
      batch,
      channel * shape[2]!,
      channel,
      ...space.map((s, i) => s * dilations[i]!),
      ...space.map((s, i) => s * steps[i]!),
    ],
    offset,
  };
}

/** The same elements in another shape; undefined where they would have to be copied. */
export function reshapedView(view: View, shape: readonly number[]): View | undefined {
  if (size(shape) === 0) return { shape, strides: rowMajor(shape), offset: view.offset };
  const dims = merged(view);
  const strides = shape.map(() => 0);
  // From the last axis on, each axis of the result takes its part of an axis of the merged view.
  let at = dims.length - 1;
  let left = dims[at]?.length ?? 1;
  let stride = dims[at]?.stride ?? 0;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const d = shape[axis]!;
    if (d === 1) continue;
    if (left === 1) {
      at--;
      if (at < 0) return undefined;
      left = dims[at]!.length;
      stride = dims[at]!.stride;
    }
    if (left % d !== 0) return undefined;
    strides[axis] = stride;
    stride *= d;
    left /= d;
  }
  return { shape, strides, offset: view.offset };
}

/** Axes with those joined that are one run of equal steps, without axes of length 1. */
function merged({ shape, strides }: View): { length: number; stride: number }[] {
  const dims: { length: number; stride: number }[] = [];
  shape.forEach((length, axis) => {
    const stride = strides[axis]!;
    const last = dims.at(-1);
    if (length === 1) return;
    if (last && last.stride === stride * length) {
      last.length *= length;
      last.stride = stride;
    } else dims.push({ length, stride });
  });
  return dims;
}
