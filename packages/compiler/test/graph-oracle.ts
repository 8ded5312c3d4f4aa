import { type DType, type Graph, isFloat, type Node, size, type Value } from "@hardgrad/onnx/graph";

// What a graph computes, operator by operator in plain loops: slow, and without a thought of memory. Elements are numbers of
// JavaScript; truth values 0 and 1; 64-bit integers have 32 bits, as in compiled graphs.

export interface Tensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** The nearest number that a type holds; integers wrap. */
export function stored(dtype: DType, x: number): number {
  if (isFloat(dtype)) return Math.fround(x);
  if (dtype === "bool") return x === 0 ? 0 : 1;
  if (dtype === "uint32") return x >>> 0;
  return dtype === "uint8" ? x & 255 : x | 0;
}

/** Results of a graph from its inputs by name. */
export function evaluate(graph: Graph, inputs: ReadonlyMap<string, Tensor>): Tensor[] {
  const values = new Map<Value, Tensor>();
  const get = (x: Value): Tensor => {
    const known = values.get(x) ?? (x.name === undefined ? undefined : inputs.get(x.name));
    return known ?? { dtype: x.dtype, shape: x.shape, data: Array.from(x.data!) };
  };
  for (const node of graph.nodes)
    evaluateNode(node, node.inputs.map(get)).forEach((data, i) => {
      const { dtype, shape } = node.outputs[i]!;
      values.set(node.outputs[i]!, { dtype, shape, data: data.map((x) => stored(dtype, x)) });
    });
  return graph.outputs.map(get);
}

const indicesOf = (shape: readonly number[]): number[][] =>
  shape.reduce<number[][]>(
    (all, d) => all.flatMap((index) => Array.from({ length: d }, (_, i) => [...index, i])),
    [[]],
  );

const flat = (shape: readonly number[], index: readonly number[]): number =>
  shape.reduce((at, d, axis) => at * d + index[axis]!, 0);

/** An element; axes of length 1 are broadcast, missing leading ones too. */
function element({ shape, data }: Tensor, index: readonly number[]): number {
  const own = index.slice(index.length - shape.length);
  return data[
    flat(
      shape,
      own.map((i, axis) => (shape[axis] === 1 ? 0 : i)),
    )
  ]!;
}

/** Of one number for each operand. */
export const scalarOperators: {
  readonly [op: string]: ((x: number[], node: Pick<Node, "attributes">, dtype: DType) => number) | undefined;
} = {
  Identity: ([x]) => x!,
  Add: ([x, y]) => x! + y!,
  Sub: ([x, y]) => x! - y!,
  Mul: ([x, y], _, dtype) => (isFloat(dtype) ? x! * y! : Math.imul(x!, y!)),
  Div: ([x, y], _, dtype) => (isFloat(dtype) ? x! / y! : y === 0 ? x! : Math.trunc(x! / y!)),
  Mod: ([x, y]) => (y === 0 ? x! % 1 : x! % y!),
  Min: (x) => Math.min(...x),
  Max: (x) => Math.max(...x),
  Neg: ([x]) => -x!,
  Abs: ([x]) => Math.abs(x!),
  Sqrt: ([x]) => Math.sqrt(x!),
  Floor: ([x]) => Math.floor(x!),
  Ceil: ([x]) => Math.ceil(x!),
  Round: ([x]) => nearestEven(x!),
  Reciprocal: ([x]) => 1 / x!,
  Relu: ([x]) => Math.max(x!, 0),
  Sign: ([x]) => Math.sign(x!),
  Clip: ([x, low, high]) => Math.min(Math.max(x!, low!), high!),
  IsNaN: ([x]) => Number(Number.isNaN(x!)),
  Equal: ([x, y]) => Number(x === y),
  Less: ([x, y]) => Number(x! < y!),
  LessOrEqual: ([x, y]) => Number(x! <= y!),
  Greater: ([x, y]) => Number(x! > y!),
  GreaterOrEqual: ([x, y]) => Number(x! >= y!),
  And: ([x, y]) => x! & y!,
  Or: ([x, y]) => x! | y!,
  Xor: ([x, y]) => x! ^ y!,
  Not: ([x]) => 1 - x!,
  BitwiseAnd: ([x, y]) => x! & y!,
  BitwiseOr: ([x, y]) => x! | y!,
  BitwiseXor: ([x, y]) => x! ^ y!,
  BitwiseNot: ([x]) => ~x!,
  BitShift: ([x, y], { attributes }) => (attributes.direction === "LEFT" ? x! << y! : x! >>> y!),
  Where: ([c, x, y]) => (c === 1 ? x! : y!),
  Cast: ([x]) => x!,
};

/** To the nearest whole number, of two the even one; -0 from below. */
function nearestEven(x: number): number {
  const low = Math.floor(x);
  const up = x - low > 0.5 || (x - low === 0.5 && low % 2 !== 0);
  const rounded = up ? low + 1 : low;
  return rounded === 0 && x < 0 ? -0 : rounded;
}

const folds: { readonly [op: string]: { start: number; add(a: number, b: number): number } | undefined } = {
  ReduceSum: { start: 0, add: (a, b) => a + b },
  ReduceMean: { start: 0, add: (a, b) => a + b },
  ReduceProd: { start: 1, add: (a, b) => a * b },
  ReduceMax: { start: Number.NEGATIVE_INFINITY, add: (a, b) => Math.max(a, b) },
  ReduceMin: { start: Number.POSITIVE_INFINITY, add: (a, b) => Math.min(a, b) },
};

function evaluateNode(node: Node, operands: readonly Tensor[]): number[][] {
  const { op, attributes } = node;
  const { shape, dtype } = node.outputs[0]!;
  const [x, y] = operands as [Tensor, Tensor];
  const list = (name: string): readonly number[] => attributes[name] as readonly number[];
  const axis = attributes.axis as number;
  const each = (read: (index: number[]) => number): number[][] => [indicesOf(shape).map(read)];
  const at = (index: readonly number[], i: number, along = axis): number[] =>
    index.map((own, a) => (a === along ? i : own));

  const scalar = scalarOperators[op];
  if (scalar)
    return each((index) => {
      const numbers = operands.map((operand) => element(operand, index));
      return scalar(numbers, node, x.dtype);
    });
  const fold = folds[op];
  if (fold) {
    const axes = list("axes").map((a) => (a < 0 ? a + x.shape.length : a));
    // Of no integers the largest is the least there is.
    const least = isFloat(dtype) ? fold.start : Math.min(2 ** 31 - 1, Math.max(-(2 ** 31), fold.start));
    const out = new Array<number>(size(shape)).fill(least);
    const kept = x.shape.map((d, a) => (axes.includes(a) ? 1 : d));
    for (const index of indicesOf(x.shape)) {
      const to = flat(
        kept,
        index.map((i, a) => (axes.includes(a) ? 0 : i)),
      );
      out[to] = fold.add(out[to]!, element(x, index));
      if (!isFloat(dtype)) out[to] = stored(dtype, out[to]!);
    }
    const count = axes.reduce((n, a) => n * x.shape[a]!, 1);
    return [op === "ReduceMean" ? out.map((sum) => Math.fround(sum) / count) : out];
  }
  switch (op) {
    case "Reshape":
      return [[...x.data]];
    case "Expand":
      return each((index) => element(x, index));
    case "Transpose":
      return each((index) => {
        const from: number[] = [];
        list("perm").forEach((a, i) => {
          from[a] = index[i]!;
        });
        return element(x, from);
      });
    case "Slice":
      return each((index) => {
        const from = [...index];
        list("axes").forEach((a, i) => {
          const start = list("starts")[i]!;
          from[a] = (start < 0 ? start + x.shape[a]! : start) + index[a]! * list("steps")[i]!;
        });
        return x.data[flat(x.shape, from)]!;
      });
    case "Concat":
      return each((index) => {
        let i = index[axis]!;
        for (const part of operands) {
          if (i < part.shape[axis]!) return part.data[flat(part.shape, at(index, i))]!;
          i -= part.shape[axis]!;
        }
        throw new Error("no part");
      });
    case "Pad":
      return each((index) => {
        const from = index.map((i, a) => i - list("pads")[a]!);
        return from.every((i, a) => i >= 0 && i < x.shape[a]!) ? x.data[flat(x.shape, from)]! : 0;
      });
    case "MatMul":
      return each((index) => {
        let sum = 0;
        for (let k = 0; k < x.shape.at(-1)!; k++)
          sum +=
            element(x, [...index.slice(0, -1), k]) * element(y, [...index.slice(0, -2), k, index.at(-1)!]);
        return sum;
      });
    case "Gather": {
      const rank = y.shape.length;
      return each((index) => {
        const row = y.data[flat(y.shape, index.slice(axis, axis + rank))]!;
        const from = [...index.slice(0, axis), wrap(row, x.shape[axis]!), ...index.slice(axis + rank)];
        return x.data[flat(x.shape, from)]!;
      });
    }
    case "GatherElements":
      return each((index) => {
        const i = wrap(y.data[flat(y.shape, index)]!, x.shape[axis]!);
        return x.data[flat(x.shape, at(index, i))]!;
      });
    case "GatherND":
      return each((index) => {
        const depth = y.shape.at(-1)!;
        const lead = index.slice(0, y.shape.length - 1);
        const point = Array.from({ length: depth }, (_, i) => y.data[flat(y.shape, [...lead, i])]!);
        const from = [...point.map((i, a) => wrap(i, x.shape[a]!)), ...index.slice(lead.length)];
        return x.data[flat(x.shape, from)]!;
      });
    case "ScatterElements": {
      const out = [...x.data];
      const updates = operands[2]!;
      for (const index of indicesOf(y.shape)) {
        const to = flat(x.shape, at(index, wrap(y.data[flat(y.shape, index)]!, x.shape[axis]!)));
        const update = updates.data[flat(updates.shape, index)]!;
        out[to] = attributes.reduction === "add" ? stored(dtype, out[to]! + update) : update;
      }
      return [out];
    }
    case "CumSum": {
      const along = wrap(operands[1]?.data[0] ?? axis, shape.length);
      return each((index) => {
        let sum = 0;
        for (let i = 0; i < shape[along]!; i++) {
          const before = attributes.reverse === 1 ? i > index[along]! : i < index[along]!;
          if (before || (i === index[along]! && attributes.exclusive !== 1))
            sum += x.data[flat(shape, at(index, i, along))]!;
        }
        return sum;
      });
    }
    case "ArgMax":
    case "ArgMin": {
      const kept = x.shape.map((d, a) => (a === axis ? 1 : d));
      return [
        indicesOf(kept).map((index) => {
          const row = Array.from({ length: x.shape[axis]! }, (_, i) => x.data[flat(x.shape, at(index, i))]!);
          return row.indexOf(op === "ArgMax" ? Math.max(...row) : Math.min(...row));
        }),
      ];
    }
    case "TopK": {
      const sign = attributes.largest === 0 ? 1 : -1;
      const orders = indicesOf(shape).map((index) => {
        const row = Array.from({ length: x.shape[axis]! }, (_, i) => x.data[flat(x.shape, at(index, i))]!);
        const order = row.map((_, i) => i).sort((p, q) => sign * (row[p]! - row[q]!) || p - q);
        const place = order[index[axis]!]!;
        return { value: row[place]!, place };
      });
      return [orders.map(({ value }) => value), orders.map(({ place }) => place)];
    }
    default:
      throw new Error(`the oracle has no ${op}`);
  }
}

const wrap = (i: number, length: number): number => (i < 0 ? i + length : i);
