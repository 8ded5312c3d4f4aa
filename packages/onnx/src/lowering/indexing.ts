import type { Builder } from "../ir/builder.ts";
import { broadcastShapes, size, type Value } from "../ir/types.ts";
import { type Lowering, type Lowerings, result } from "./context.ts";
import { filled, type Lazy } from "./lazy.ts";

/** Indices `[...shape, axes]` in int64, as GatherND wants them. */
function stacked(b: Builder, indices: readonly Lazy[]): Value {
  const shape = indices.reduce<readonly number[]>((s, x) => broadcastShapes(s, x.shape), []);
  const parts = indices.map((x) => {
    const whole = b.expand(b.cast(x.value, "int64"), shape);
    return b.reshape(whole, [...shape, 1]);
  });
  return parts.length === 1 ? parts[0]! : b.emit("Concat", parts, { axis: shape.length });
}

/** The axes in `axis` first, then the others. */
const indexedFirst = (rank: number, axis: readonly number[]): number[] => [
  ...axis,
  ...Array.from({ length: rank }, (_, i) => i).filter((i) => !axis.includes(i)),
];

/** Which order moves `count` leading axes to `position`. */
const movedTo = (rank: number, count: number, position: number): number[] => {
  const rest = Array.from({ length: rank - count }, (_, i) => i + count);
  const moved = Array.from({ length: count }, (_, i) => i);
  return [...rest.slice(0, position), ...moved, ...rest.slice(position)];
};

const gather: Lowering = (c) => {
  const { b } = c;
  const [x, ...indices] = c.inputs as [Lazy, ...Lazy[]];
  const { axis, outDim } = c.eqn.params as { axis: number[]; outDim: number };
  const operand = filled(b, x);
  if (indices.length === 1) {
    const index = filled(b, indices[0]!);
    const [only] = axis as [number];
    const picked = b.emit("Gather", [operand, b.cast(index, "int64")], { axis: only });
    // Gather leaves the index axes where the indexed axis was.
    const rank = index.shape.length;
    const rest = picked.shape.map((_, i) => i).filter((i) => i < only || i >= only + rank);
    const block = picked.shape.map((_, i) => i).filter((i) => i >= only && i < only + rank);
    return result(c, b.transpose(picked, [...rest.slice(0, outDim), ...block, ...rest.slice(outDim)]));
  }
  const index = stacked(b, indices);
  const first = b.transpose(operand, indexedFirst(operand.shape.length, axis));
  const picked = b.emit("GatherND", [first, index]);
  return result(c, b.transpose(picked, movedTo(picked.shape.length, index.shape.length - 1, outDim)));
};

/** The number of a row of `[...sizes, rest]`, counted over all indexed axes: int64 `[count, 1]`. */
function rowNumbers(b: Builder, indices: readonly Lazy[], sizes: readonly number[]): Value {
  const shape = indices.reduce<readonly number[]>((s, x) => broadcastShapes(s, x.shape), []);
  let number: Value | undefined;
  indices.forEach((x, k) => {
    const index = b.cast(x.value, "int64");
    const end = b.scalar("int64", sizes[k]!);
    const counted =
      indices.length === 1
        ? index
        : b.emit("Where", [
            b.emit("Less", [index, b.scalar("int64", 0)]),
            b.emit("Add", [index, end]),
            index,
          ]);
    number = number ? b.emit("Add", [b.emit("Mul", [number, end]), counted]) : counted;
  });
  return b.reshape(b.expand(number!, shape), [size(shape), 1]);
}

/**
 * Into zeros; an index that occurs twice adds, or the last one wins. By ScatterElements, although ScatterND needs no
 * index for each element: onnxruntime's ScatterND goes through its rows on several threads, and where two of them meet
 * in one place one is lost.
 */
const scatter: Lowering = (c) => {
  const { b } = c;
  const [updates, ...indices] = c.inputs as [Lazy, ...Lazy[]];
  const { op, shape, axis, outDim } = c.eqn.params as {
    op: string;
    shape: number[];
    axis: number[];
    outDim: number;
  };
  const { dtype } = updates.value;
  // The same bits; onnxruntime adds neither words nor truth values.
  const carrier = dtype === "bool" || dtype === "uint32" ? "int32" : dtype;
  const count = indices.reduce<readonly number[]>((s, x) => broadcastShapes(s, x.shape), []).length;
  const order = indexedFirst(shape.length, axis);
  const values = b.cast(filled(b, updates), carrier);
  const forward = movedTo(values.shape.length, count, outDim);
  const inverse = forward.map((_, i) => forward.indexOf(i));
  const sizes = order.map((a) => shape[a]!);
  const rows = rowNumbers(b, indices, sizes);
  const width = size(sizes.slice(axis.length));
  const zeros = b.expand(b.scalar(carrier, 0), [size(sizes.slice(0, axis.length)), width]);
  const places = [rows.shape[0]!, width];
  const scattered = b.emit(
    "ScatterElements",
    [zeros, b.expand(rows, places), b.reshape(b.transpose(values, inverse), places)],
    { axis: 0, ...(op === "add" ? { reduction: "add" } : {}) },
  );
  const back = order.map((_, i) => order.indexOf(i));
  return result(c, b.cast(b.transpose(b.reshape(scattered, sizes), back), dtype));
};

/** Ascending along the last axis; equal elements keep their order. */
const sorted = (b: Builder, x: Lazy): readonly Value[] => {
  const value = filled(b, x);
  const axis = value.shape.length - 1;
  const type = value.dtype === "bool" || value.dtype === "uint32" ? "int64" : value.dtype;
  const [values, indices] = b.emitAll("TopK", [b.cast(value, type)], {
    axis,
    k: value.shape[axis]!,
    largest: 0,
    sorted: 1,
  }) as [Value, Value];
  return [b.cast(values, value.dtype), b.cast(indices, "int32")];
};

const sort: Lowering = (c) => result(c, sorted(c.b, c.inputs[0]!)[0]!);

const argsort: Lowering = (c) => sorted(c.b, c.inputs[0]!).map((value) => ({ value, shape: value.shape }));

export const indexing: Lowerings = { gather, scatter, sort, argsort };
