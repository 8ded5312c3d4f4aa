import type { Builder } from "../ir/builder.ts";
import { broadcastShapes, isFloat, size, type Value } from "../ir/types.ts";
import { type Lowering, type Lowerings, result, Unsupported } from "./context.ts";
import { filled } from "./lazy.ts";

interface Params {
  readonly vmapDims: number;
  readonly strides: readonly number[];
  readonly padding: readonly (readonly [number, number])[];
  readonly lhsDilation: readonly number[];
  readonly rhsDilation: readonly number[];
}

/** `x [...vmap, batch, channels, ...space]` with `y [...vmap, out, channels, ...window]`; vmap axes become groups. */
const conv: Lowering = (c) => {
  const { b } = c;
  const params = c.eqn.params as unknown as Params;
  const { vmapDims } = params;
  const { dtype, shape } = c.eqn.outBinders[0]!.aval;
  if (!isFloat(dtype)) throw new Unsupported(`conv of ${dtype} has no kernel in onnxruntime`);
  const [x, y] = c.inputs.map((v) => b.cast(filled(b, v), dtype)) as [Value, Value];
  const vmapShape = broadcastShapes(x.shape.slice(0, vmapDims), y.shape.slice(0, vmapDims));
  const groups = size(vmapShape);
  const flat = (v: Value): Value => {
    const rest = v.shape.slice(vmapDims);
    return b.reshape(b.expand(v, [...vmapShape, ...rest]), [groups, ...rest]);
  };
  const [left, right] = [flat(x), flat(y)];
  const [batch, channels, ...space] = left.shape.slice(1) as [number, number, ...number[]];
  const [out, , ...window] = right.shape.slice(1) as [number, number, ...number[]];
  const order = left.shape.map((_, axis) => (axis === 0 ? 1 : axis === 1 ? 0 : axis));
  const image = b.reshape(b.transpose(left, order), [
    batch,
    groups * channels,
    ...(space.length ? space : [1]),
  ]);
  const kernel = b.reshape(right, [groups * out, channels, ...(window.length ? window : [1])]);
  const sizes = shape.slice(vmapDims + 2);
  const padded = spread(b, image, params);
  const made = b.emit("Conv", [padded.image, kernel], {
    group: groups,
    strides: space.length ? params.strides : [1],
    dilations: space.length ? params.rhsDilation : [1],
    pads: padded.pads,
    shape: [batch, groups * out, ...(space.length ? sizes : [1])],
  });
  const parted = b.reshape(made, [batch, groups, out, ...sizes]);
  return result(c, b.reshape(b.transpose(parted, order), shape));
};

/** Puts zeros between the rows of a dilated image, crops where padding is negative, and gives the other padding. */
function spread(
  b: Builder,
  image: Value,
  { padding, lhsDilation }: Params,
): { image: Value; pads: number[] } {
  let current = image;
  lhsDilation.forEach((d, i) => {
    const axis = i + 2;
    const n = current.shape[axis]!;
    if (d === 1) return;
    const [before, after] = [current.shape.slice(0, axis), current.shape.slice(axis + 1)];
    const apart = b.reshape(current, [...before, n, 1, ...after]);
    const pads = apart.shape.map(() => 0);
    const zeros = b.emit("Pad", [apart], {
      pads: [...pads, ...pads.map((_, k) => (k === axis + 1 ? d - 1 : 0))],
    });
    const joined = b.reshape(zeros, [...before, n * d, ...after]);
    current = b.emit("Slice", [joined], { axes: [axis], starts: [0], ends: [(n - 1) * d + 1], steps: [1] });
  });
  const cropped = padding.flatMap(([left, right], i) => (left < 0 || right < 0 ? [i] : []));
  if (cropped.length > 0)
    current = b.emit("Slice", [current], {
      axes: cropped.map((i) => i + 2),
      starts: cropped.map((i) => Math.max(0, -padding[i]![0])),
      ends: cropped.map((i) => current.shape[i + 2]! - Math.max(0, -padding[i]![1])),
      steps: cropped.map(() => 1),
    });
  const side = (k: 0 | 1): number[] => padding.map((p) => Math.max(0, p[k]));
  return { image: current, pads: padding.length ? [...side(0), ...side(1)] : [0, 0] };
}

/** Windows of the last axes: `[..., n] -> [..., positions, window]`, all positions before all windows. */
const pool: Lowering = (c) => {
  const { b } = c;
  const { window, strides } = c.eqn.params as { window: number[]; strides: number[] };
  let x = filled(b, c.inputs[0]!);
  const first = x.shape.length - window.length;
  window.forEach((k, i) => {
    const axis = first + 2 * i;
    const positions = Math.floor((x.shape[axis]! - k) / strides[i]!) + 1;
    const index = Int32Array.from(
      { length: positions * k },
      (_, at) => Math.floor(at / k) * strides[i]! + (at % k),
    );
    x = b.emit("Gather", [x, b.constant("int64", [positions, k], index)], { axis });
  });
  return result(c, b.transpose(x, paired(first, window.length)));
};

/** Which order takes `first, o1, k1, o2, k2, ...` to `first, o1, o2, ..., k1, k2, ...`. */
const paired = (first: number, count: number): number[] => [
  ...Array.from({ length: first }, (_, i) => i),
  ...Array.from({ length: count }, (_, i) => first + 2 * i),
  ...Array.from({ length: count }, (_, i) => first + 2 * i + 1),
];

/** The transpose of `pool`: each element goes back to its place, and meets others there. One product per axis. */
const poolTranspose: Lowering = (c) => {
  const { b } = c;
  const { inShape, window, strides } = c.eqn.params as {
    inShape: number[];
    window: number[];
    strides: number[];
  };
  const first = inShape.length - window.length;
  const order = paired(first, window.length);
  let x = b.transpose(
    filled(b, c.inputs[0]!),
    order.map((_, i) => order.indexOf(i)),
  );
  window.forEach((k, i) => {
    const axis = first + i;
    const [positions, n] = [x.shape[axis]!, inShape[axis]!];
    if (positions * k * n > 1 << 22)
      throw new Unsupported(`pool_transpose over an axis of ${n} needs too large a matrix`);
    const places = new Float32Array(positions * k * n);
    for (let at = 0; at < positions * k; at++)
      places[at * n + Math.floor(at / k) * strides[i]! + (at % k)] = 1;
    const rows = x.shape.slice(0, axis);
    const rest = x.shape.slice(axis + 2);
    const joined = b.reshape(x, [size(rows), positions * k, size(rest)]);
    const matrix = b.transpose(b.constant("float32", [positions * k, n], places), [1, 0]);
    x = b.reshape(b.emit("MatMul", [matrix, joined]), [...rows, n, ...rest]);
  });
  return result(c, x);
};

export const windows: Lowerings = { conv, pool, pool_transpose: poolTranspose };
