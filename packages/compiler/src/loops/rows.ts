import {
  branch,
  branchIf,
  type Code,
  control,
  f32,
  f32x4,
  get,
  i32,
  i32x4,
  int,
  isFloat,
  load,
  memoryCopy,
  set,
  store,
  type Value,
  vectors,
} from "@hardgrad/onnx/graph";
import type { Operand, Single } from "../steps.ts";
import { isRowMajor, type Storage } from "../views.ts";
import { Writer } from "../writer.ts";
import type { CompiledLoop } from "./compile-loop.ts";
import { rowDots } from "./row-dots.ts";
import { addressOf, pushIndex } from "./row-index.ts";

const FROM = 0;
const TO = 1;

/** Rows that are picked by number, multiplied by vectors, or added to rows by number; undefined for what is neither. */
export function compileRows(step: Single, storageOf: ReadonlyMap<Value, Storage>): CompiledLoop | undefined {
  if (step.node.op === "Gather") return gatherRows(step, storageOf);
  if (step.node.op === "RowDots") return rowDots(step, storageOf);
  return step.node.op === "ScatterRows" ? scatterRows(step, storageOf) : undefined;
}

/** `out[o, j, :] = x[o, index[j], :]` */
function gatherRows(
  { node, operands }: Single,
  storageOf: ReadonlyMap<Value, Storage>,
): CompiledLoop | undefined {
  const [x, index] = operands as [Operand, Operand];
  const { shape } = x.view;
  const axis = node.attributes.axis as number;
  const length = shape[axis]!;
  const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const outer = shape.slice(0, axis).reduce((a, b) => a * b, 1);
  const count = index.view.shape.reduce((a, b) => a * b, 1);
  const wide = storageOf.get(x.root)!.dtype !== "uint8";
  if (!isRowMajor(x.view) || !isRowMajor(index.view) || !wide || length === 0) return undefined;
  const w = new Writer(2);
  const [i, row, from] = [w.integer(), w.integer(), w.integer()];
  const source = addressOf(x, storageOf);
  const target = storageOf.get(node.outputs[0]!)!.address;
  w.emit(get(FROM), set(i), control.block, control.loop, get(i), get(TO), i32.atLeast, branchIf(1));
  const j = w.integer();
  w.emit(get(i), int(count), i32.rem, set(j));
  pushIndex(w, j, addressOf(index, storageOf), 1, length, row);
  w.emit(
    get(i),
    int(count),
    i32.div,
    int(length),
    i32.mul,
    get(row),
    i32.add,
    int(4 * inner),
    i32.mul,
    set(from),
  );
  if (inner === 1) w.emit(get(i), int(4), i32.mul, get(from), load.i32(source), store.i32(target));
  else {
    w.emit(get(i), int(4 * inner), i32.mul, int(target), i32.add);
    w.emit(get(from), int(source), i32.add, int(4 * inner), memoryCopy);
  }
  w.emit(get(i), int(1), i32.add, set(i), branch(0), control.end, control.end);
  return { locals: w.locals(), body: w.code, extent: outer * count };
}

/** `out[index[j], :] += updates[j, :]`, or the last one wins; shared among threads by columns, so that none is lost. */
function scatterRows(
  { node, operands }: Single,
  storageOf: ReadonlyMap<Value, Storage>,
): CompiledLoop | undefined {
  const [index, updates] = operands as [Operand, Operand];
  const [out] = node.outputs as [Value];
  const [count, width] = updates.view.shape as [number, number];
  const float = isFloat(out.dtype);
  const adds = node.attributes.reduction === "add";
  const w = new Writer(2);
  const [j, row, column, from, to] = Array.from({ length: 5 }, () => w.integer()) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const source = addressOf(updates, storageOf);
  const target = storageOf.get(out)!.address;
  const vectorsOfRow = Math.floor(width / 4);
  const moveTo = (bytes: number): Code => [
    ...get(from),
    ...int(bytes),
    ...i32.add,
    ...set(from),
    ...get(to),
    ...int(bytes),
    ...i32.add,
    ...set(to),
  ];
  w.emit(int(0), set(j), control.block, control.loop, get(j), int(count), i32.atLeast, branchIf(1));
  pushIndex(w, j, addressOf(index, storageOf), index.view.strides[0]!, out.shape[0]!, row);
  const start = (at: number, base: number): Code => [
    ...get(at),
    ...int(4 * width),
    ...i32.mul,
    ...get(FROM),
    ...int(16),
    ...i32.mul,
    ...i32.add,
    ...int(base),
    ...i32.add,
  ];
  w.emit(start(j, source), set(from), start(row, target), set(to), get(FROM), set(column));
  w.emit(control.block, control.loop, get(column), get(TO), i32.atLeast, branchIf(1));
  w.emit(get(column), int(vectorsOfRow), i32.atLeast, branchIf(1), get(to));
  if (adds) w.emit(get(to), vectors.load());
  w.emit(get(from), vectors.load());
  if (adds) w.emit(float ? f32x4.add : i32x4.add);
  w.emit(vectors.store(), moveTo(16), get(column), int(1), i32.add, set(column));
  w.emit(branch(0), control.end, control.end);
  const rest = width % 4;
  if (rest > 0) {
    // The last elements of a row, by whoever has its end.
    w.emit(get(TO), int(vectorsOfRow), i32.more, control.if);
    for (let k = 0; k < rest; k++) {
      const [read, write] = float ? [load.f32(4 * k), store.f32(4 * k)] : [load.i32(4 * k), store.i32(4 * k)];
      w.emit(get(to));
      if (adds) w.emit(get(to), read);
      w.emit(get(from), read);
      if (adds) w.emit(float ? f32.add : i32.add);
      w.emit(write);
    }
    w.emit(control.end);
  }
  w.emit(get(j), int(1), i32.add, set(j), branch(0), control.end, control.end);
  return { locals: w.locals(), body: w.code, extent: Math.ceil(width / 4) };
}
