import { LoweringError } from "@hardgrad/onnx";
import { type Node, size, type Value } from "@hardgrad/onnx/graph";
import { type Elements, numbers } from "./arrays.ts";
import type { Operand, Single } from "./steps.ts";
import { isRowMajor, rowMajor, type Storage, type View } from "./views.ts";

/** An operator in JavaScript: binds it to a memory, and is then called without arguments. */
export type HostOperation = (buffer: ArrayBufferLike) => () => void;

/** What an operator reads and writes: operands row by row, and results. */
interface Arrays {
  readonly node: Node;
  readonly operands: readonly { readonly data: Elements; readonly shape: readonly number[] }[];
  readonly results: readonly Elements[];
}

type Operator = (arrays: Arrays) => void;

/**
 * The operators that are rare or small: in plain loops.
 *
 * @throws LoweringError for an operator that has none.
 */
export function hostOperation(
  { node, operands }: Single,
  storageOf: ReadonlyMap<Value, Storage>,
): HostOperation {
  const operator = operators[node.op];
  if (!operator) throw new LoweringError(`compile: ${node.op} of ${node.inputs[0]?.dtype} has no kernel.`);
  return (buffer) => {
    const readers = operands.map((operand) => reader(buffer, operand, storageOf.get(operand.root)!));
    const results = node.outputs.map((x) => numbers(buffer, storageOf.get(x)!));
    return () => {
      operator({
        node,
        operands: readers.map((read, i) => ({ data: read(), shape: operands[i]!.view.shape })),
        results,
      });
    };
  };
}

function reader(buffer: ArrayBufferLike, { view }: Operand, storage: Storage): () => Elements {
  const all = numbers(buffer, storage);
  const count = size(view.shape);
  if (isRowMajor(view)) {
    const part = all.subarray(view.offset, view.offset + count);
    return () => part;
  }
  const copy = new (all.constructor as new (n: number) => Elements)(count);
  return () => {
    copyView(all, view, copy);
    return copy;
  };
}

/** The elements of a view, row by row. */
function copyView(from: Elements, { shape, strides, offset }: View, to: Elements): void {
  const index = shape.map(() => 0);
  let at = offset;
  for (let i = 0; i < to.length; i++) {
    to[i] = from[at]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      at -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
}

/** Lengths before, of and behind an axis. */
function around(shape: readonly number[], axis: number): [number, number, number] {
  const own = axis < 0 ? axis + shape.length : axis;
  return [size(shape.slice(0, own)), shape[own]!, size(shape.slice(own + 1))];
}

const number = (node: Node, name: string): number => node.attributes[name] as number;
const list = (node: Node, name: string): readonly number[] => node.attributes[name] as readonly number[];

/** From the front, or with a negative sign from the back. */
const wrapped = (index: number, length: number): number => (index < 0 ? index + length : index);

function pad({ node, operands: [x], results: [out] }: Arrays): void {
  const pads = list(node, "pads");
  const strides = rowMajor(node.outputs[0]!.shape);
  const { data, shape } = x!;
  out!.fill(0);
  const index = shape.map(() => 0);
  for (const value of data) {
    let at = 0;
    let inside = true;
    index.forEach((i, axis) => {
      const to = i + pads[axis]!;
      inside &&= to >= 0 && to < node.outputs[0]!.shape[axis]!;
      at += to * strides[axis]!;
    });
    if (inside) out![at] = value;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      if (++index[axis]! < shape[axis]!) break;
      index[axis] = 0;
    }
  }
}

function gatherRows({ node, operands: [x, index], results: [out] }: Arrays): void {
  const [outer, length, inner] = around(x!.shape, number(node, "axis"));
  const count = index!.data.length;
  for (let o = 0; o < outer; o++)
    for (let j = 0; j < count; j++) {
      const from = (o * length + wrapped(index!.data[j]!, length)) * inner;
      const to = (o * count + j) * inner;
      if (inner === 1) out![to] = x!.data[from]!;
      else out!.set(x!.data.subarray(from, from + inner), to);
    }
}

function gatherPoints({ operands: [x, index], results: [out] }: Arrays): void {
  const depth = index!.shape.at(-1)!;
  const inner = size(x!.shape.slice(depth));
  const strides = rowMajor(x!.shape);
  for (let j = 0; j * depth < index!.data.length; j++) {
    let from = 0;
    for (let d = 0; d < depth; d++) from += wrapped(index!.data[j * depth + d]!, x!.shape[d]!) * strides[d]!;
    out!.set(x!.data.subarray(from, from + inner), j * inner);
  }
}

function gatherElements({ node, operands: [x, index], results: [out] }: Arrays): void {
  const axis = wrapped(number(node, "axis"), x!.shape.length);
  const [outer, count, inner] = around(index!.shape, axis);
  const length = x!.shape[axis]!;
  for (let o = 0; o < outer; o++)
    for (let j = 0; j < count; j++)
      for (let i = 0; i < inner; i++) {
        const at = (o * count + j) * inner + i;
        out![at] = x!.data[(o * length + wrapped(index!.data[at]!, length)) * inner + i]!;
      }
}

function scatterElements({ node, operands: [x, index, updates], results: [out] }: Arrays): void {
  const axis = wrapped(number(node, "axis"), x!.shape.length);
  const [outer, count, inner] = around(index!.shape, axis);
  const length = x!.shape[axis]!;
  const adds = node.attributes.reduction === "add";
  out!.set(x!.data);
  for (let o = 0; o < outer; o++)
    for (let j = 0; j < count; j++)
      for (let i = 0; i < inner; i++) {
        const at = (o * count + j) * inner + i;
        const to = (o * length + wrapped(index!.data[at]!, length)) * inner + i;
        out![to] = adds ? out![to]! + updates!.data[at]! : updates!.data[at]!;
      }
}

const bits = new Int32Array(1);
const single = new Float32Array(bits.buffer);
/** More elements are sorted by comparing: a place and a word fill 53 bits. */
const LONGEST = 2 ** 21;

/** A whole number that is ordered as the float32 is, NaN last; zeros are equal. */
function rankOf(x: number, float: boolean): number {
  if (!float) return x;
  if (Number.isNaN(x)) return 2 ** 31;
  single[0] = x === 0 ? 0 : x;
  const word = bits[0]!;
  return word >= 0 ? word : -(word & 0x7fffffff);
}

/** Equal elements keep their order; NaN counts as the largest. */
function topK({ node, operands: [x], results: [values, indices] }: Arrays): void {
  const axis = wrapped(number(node, "axis"), x!.shape.length);
  const [outer, length, inner] = around(x!.shape, axis);
  if (length > LONGEST) throw new RangeError(`a sort of ${length} elements is too long: ${LONGEST} at most.`);
  const k = number(node, "k");
  const sign = number(node, "largest") === 0 ? 1 : -1;
  const float = x!.data instanceof Float32Array;
  const keys = new Float64Array(length);
  for (let o = 0; o < outer; o++)
    for (let i = 0; i < inner; i++) {
      // Rank and place in one number: sorted without a comparison in JavaScript.
      for (let j = 0; j < length; j++)
        keys[j] = sign * rankOf(x!.data[(o * length + j) * inner + i]!, float) * LONGEST + j;
      keys.sort();
      for (let j = 0; j < k; j++) {
        const to = (o * k + j) * inner + i;
        const place = keys[j]! - Math.floor(keys[j]! / LONGEST) * LONGEST;
        values![to] = x!.data[(o * length + place) * inner + i]!;
        if (indices) indices[to] = place;
      }
    }
}

const extreme =
  (sign: 1 | -1): Operator =>
  ({ node, operands: [x], results: [out] }) => {
    const [outer, length, inner] = around(x!.shape, number(node, "axis"));
    for (let o = 0; o < outer; o++)
      for (let i = 0; i < inner; i++) {
        let best = 0;
        for (let j = 1; j < length; j++) {
          const [a, b] = [x!.data[(o * length + j) * inner + i]!, x!.data[(o * length + best) * inner + i]!];
          if (sign * a > sign * b || (Number.isNaN(a) && !Number.isNaN(b))) best = j;
        }
        out![o * inner + i] = best;
      }
  };

function cumSum({ node, operands: [x, at], results: [out] }: Arrays): void {
  const axis = at ? at.data[0]! : number(node, "axis");
  const [outer, length, inner] = around(x!.shape, axis);
  const exclusive = node.attributes.exclusive === 1;
  const reverse = node.attributes.reverse === 1;
  for (let o = 0; o < outer; o++)
    for (let i = 0; i < inner; i++) {
      let sum = 0;
      for (let step = 0; step < length; step++) {
        const j = reverse ? length - 1 - step : step;
        const to = (o * length + j) * inner + i;
        if (exclusive) out![to] = sum;
        sum += x!.data[to]!;
        if (!exclusive) out![to] = sum;
      }
    }
}

function range({ operands: [start, , step], results: [out] }: Arrays): void {
  for (let i = 0; i < out!.length; i++) out![i] = start!.data[0]! + i * step!.data[0]!;
}

const operators: { readonly [op: string]: Operator | undefined } = {
  ArgMax: extreme(1),
  ArgMin: extreme(-1),
  CumSum: cumSum,
  Gather: gatherRows,
  GatherElements: gatherElements,
  GatherND: gatherPoints,
  Pad: pad,
  Range: range,
  ScatterElements: scatterElements,
  TopK: topK,
};
