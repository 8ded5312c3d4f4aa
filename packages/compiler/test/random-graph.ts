import { Builder, type DType, type Graph, isFloat, size, type Value } from "@hardgrad/onnx/graph";
import type { Tensor } from "./graph-oracle.ts";

/** A graph of any operators, each of its results exact in float32 so that no order of sums matters. */
export interface RandomGraph {
  readonly graph: Graph;
  readonly inputs: ReadonlyMap<string, Tensor>;
  readonly updates: ReadonlyMap<number, string>;
}

/** Numbers from 0 to n - 1, the same for the same seed. */
type Pick = (n: number) => number;

function picker(seed: number): Pick {
  let state = seed | 0;
  return (n) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % n;
  };
}

const lengths = [1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 33];
const LARGEST = 1500;

/** @param steps one seed for each operator. */
export function randomGraph(seed: number, steps: readonly number[]): RandomGraph {
  const pick = picker(seed);
  const b = new Builder();
  const base: number[] = [];
  for (let rank = 1 + pick(4); rank > 0; rank--) base.push(lengths[pick(lengths.length)]!);
  while (size(base) > 400) base[base.indexOf(Math.max(...base))] = 2;
  const inputs = new Map<string, Tensor>();
  const pool: Value[] = (["float32", "float32", "int32", "uint32", "bool"] as const).map((dtype, i) => {
    const shape = base.map((d) => (pick(4) === 0 ? 1 : d)).slice(pick(5) === 0 ? pick(base.length) : 0);
    const name = `x${i}`;
    const number = (): number => (dtype === "bool" ? pick(2) : pick(dtype === "uint32" ? 9 : 17) - 8);
    const data = Array.from({ length: size(shape) }, () => (dtype === "uint32" ? pick(9) : number()));
    inputs.set(name, { dtype, shape, data });
    return b.input(name, dtype, shape);
  });
  for (const step of steps) pool.push(...more(b, pool, picker(step)).filter((x) => size(x.shape) <= LARGEST));
  const outputs = Array.from(
    { length: 1 + pick(3) },
    () => pool[pool.length - 1 - pick(Math.min(8, pool.length))]!,
  );
  const updates = new Map<number, string>();
  // Successors of inputs: results of their type and shape.
  for (const x of b.inputs) {
    const like = pool.filter((y) => y.dtype === x.dtype && y.shape.join() === x.shape.join());
    if (pick(2) === 0) continue;
    updates.set(outputs.push(like[like.length - 1 - pick(Math.min(3, like.length))]!) - 1, x.name!);
  }
  return { graph: b.graph(outputs), inputs, updates };
}

/** Results of one more operator, kept small. */
function more(b: Builder, pool: readonly Value[], pick: Pick): Value[] {
  const any = (allowed: (x: Value) => boolean = () => true): Value | undefined => {
    const candidates = pool.filter(allowed);
    // Rather something new.
    const from = pick(2) === 0 ? 0 : Math.max(0, candidates.length - 4);
    return candidates[from + pick(Math.max(1, candidates.length - from))];
  };
  const partner = (x: Value, dtype: DType = x.dtype): Value | undefined =>
    any((y) => y.dtype === dtype && broadcasts(x.shape, y.shape));
  const number = (x: Value): boolean => x.dtype !== "bool" && x.dtype !== "int64";
  const axisOf = (x: Value): number => pick(Math.max(1, x.shape.length));
  const small = (x: Value, limit = 9): Value =>
    isFloat(x.dtype) ? b.emit("Clip", [x, b.scalar("float32", -limit), b.scalar("float32", limit)]) : x;

  const x = any(number);
  if (!x) return [];
  switch (pick(17)) {
    case 0:
    case 1: {
      const y = partner(x);
      return y ? [small(b.emit(["Add", "Sub", "Mul", "Min", "Max"][pick(5)]!, [x, y]))] : [];
    }
    case 2:
      return one(b.emit(["Abs", "Sign", "Relu", "Floor", "Identity"][pick(isFloat(x.dtype) ? 5 : 1)]!, [x]));
    case 3: {
      const y = partner(x);
      return y
        ? [b.emit(["Less", "LessOrEqual", "Greater", "GreaterOrEqual", "Equal"][pick(5)]!, [x, y])]
        : [];
    }
    case 4: {
      const c = any((y) => y.dtype === "bool" && broadcasts(x.shape, y.shape));
      const y = partner(x);
      return c && y && broadcasts(c.shape, y.shape) ? [b.emit("Where", [c, x, y])] : [];
    }
    case 5: {
      const from = any();
      if (!from) return [];
      const to = (["float32", "int32", "bool"] as const)[pick(3)]!;
      return one(small(b.cast(from, to)));
    }
    case 6:
      return one(b.reshape(x, otherShape(size(x.shape), pick)));
    case 7: {
      const perm = x.shape.map((_, i) => i);
      for (let i = perm.length - 1; i > 0; i--) {
        const j = pick(i + 1);
        [perm[i], perm[j]] = [perm[j]!, perm[i]!];
      }
      return one(b.transpose(x, perm));
    }
    case 8: {
      if (x.shape.length === 0) return [];
      const axis = axisOf(x);
      const d = x.shape[axis]!;
      if (pick(3) === 0)
        return one(b.emit("Slice", [x], { axes: [axis], starts: [-1], ends: [-(2 ** 31)], steps: [-1] }));
      const start = pick(d);
      const end = start + 1 + pick(d - start);
      return one(b.emit("Slice", [x], { axes: [axis], starts: [start], ends: [end], steps: [1 + pick(3)] }));
    }
    case 9: {
      const lead = pick(2) === 0 ? [1 + pick(3)] : [];
      return one(b.expand(x, [...lead, ...x.shape.map((d) => (d === 1 ? 1 + pick(5) : d))]));
    }
    case 10:
    case 11: {
      const axes = x.shape.map((_, i) => i).filter(() => pick(2) === 0);
      if (axes.length === 0) return [];
      const op = ["ReduceSum", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceMean"][pick(5)]!;
      const keepdims = pick(2);
      if (op === "ReduceProd" || op === "ReduceMean") {
        if (!isFloat(x.dtype)) return [];
        const of = op === "ReduceProd" ? small(x, 1) : x;
        return one(b.emit("Floor", [b.emit(op, [of], { axes, keepdims })]));
      }
      // Of words less 2^31, as functions are lowered.
      if (x.dtype === "uint32" && op !== "ReduceSum") return [];
      return one(small(b.emit(op, [x], { axes, keepdims })));
    }
    case 12: {
      if (x.shape.length === 0) return [];
      const axis = axisOf(x);
      const like = (y: Value): boolean =>
        y.dtype === x.dtype &&
        y.shape.length === x.shape.length &&
        y.shape.every((d, i) => i === axis || d === x.shape[i]);
      return one(b.emit("Concat", [x, any(like)!, ...(pick(2) ? [any(like)!] : [])], { axis }));
    }
    case 13:
      return one(b.emit("Pad", [x], { pads: Array.from({ length: 2 * x.shape.length }, () => pick(3)) }));
    case 14: {
      if (x.shape.length === 0) return [];
      const axis = axisOf(x);
      const d = x.shape[axis]!;
      const index = (shape: readonly number[]): Value =>
        b.constant(
          "int64",
          shape,
          Int32Array.from({ length: size(shape) }, () => pick(2 * d) - d),
        );
      if (pick(2) === 0) return one(b.emit("Gather", [x, index(pick(2) ? [3] : [2, 2])], { axis }));
      const shape = x.shape.map((n, i) => (i === axis ? 1 + pick(5) : n));
      return one(b.emit("GatherElements", [x, index(shape)], { axis }));
    }
    case 15: {
      if (x.shape.length === 0 || !isFloat(x.dtype)) return [];
      const axis = axisOf(x);
      if (pick(3) === 0)
        return one(b.emit("Cast", [b.emit("ArgMax", [x], { axis, keepdims: 1 })], { to: "int32" }));
      if (pick(2) === 0) {
        const [values, places] = b.emitAll("TopK", [x], {
          axis,
          k: 1 + pick(x.shape[axis]!),
          largest: pick(2),
          sorted: 1,
        }) as [Value, Value];
        return [values, b.cast(places, "int32")];
      }
      // Rows added to rows, as functions are lowered.
      if (x.shape.length !== 2) return [];
      const rows = 1 + pick(4);
      const index = b.constant(
        "int64",
        [x.shape[0]!, 1],
        Int32Array.from({ length: x.shape[0]! }, () => pick(rows)),
      );
      const zeros = b.expand(b.scalar("float32", 0), [rows, x.shape[1]!]);
      return one(
        small(b.emit("ScatterElements", [zeros, b.expand(index, x.shape), x], { axis: 0, reduction: "add" })),
      );
    }
    default: {
      if (x.shape.length < 2 || !isFloat(x.dtype)) return [];
      const last = x.shape.length - 1;
      const perm = x.shape.map((_, i) => (i < last - 1 ? i : i === last ? last - 1 : last));
      const product = pick(2) === 0 ? [x, b.transpose(x, perm)] : [b.transpose(x, perm), x];
      return one(small(b.emit("MatMul", product)));
    }
  }
}

const one = (x: Value): Value[] => [x];

function broadcasts(a: readonly number[], b: readonly number[]): boolean {
  const count = Math.min(a.length, b.length);
  for (let i = 1; i <= count; i++) {
    const [p, q] = [a.at(-i)!, b.at(-i)!];
    if (p !== q && p !== 1 && q !== 1) return false;
  }
  return true;
}

/** A shape of so many elements. */
function otherShape(count: number, pick: Pick): number[] {
  const shape: number[] = [];
  let left = count;
  while (left > 1 && shape.length < 3) {
    const divisors = Array.from({ length: left }, (_, i) => i + 1).filter((d) => left % d === 0);
    const d = divisors[pick(divisors.length)]!;
    shape.push(d);
    left /= d;
  }
  return [...shape, ...(left > 1 || shape.length === 0 ? [left] : [])];
}
