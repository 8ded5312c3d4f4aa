import {
  branch,
  branchIf,
  type Code,
  control,
  f32,
  f32x4,
  get,
  i32,
  int,
  set,
  store,
  type,
  type Value,
  vectors,
  words,
} from "@hardgrad/onnx/graph";
import type { Operand, Single } from "../steps.ts";
import type { Storage } from "../views.ts";
import { Writer } from "../writer.ts";
import type { CompiledLoop } from "./compile-loop.ts";
import { addressOf, pushIndex } from "./row-index.ts";

/** Rows that are multiplied by a vector at the same time. */
const together = 4;

/**
 * `out[i, c] = g[i] . x[index[i, c]]`: rows are picked and multiplied in one pass. Each sum has four parts, term t in part
 * t modulo 4, so that its bits do not depend on its neighbours.
 */
export function rowDots({ node, operands }: Single, storageOf: ReadonlyMap<Value, Storage>): CompiledLoop {
  const [x, index, g] = operands as [Operand, Operand, Operand];
  const [rows, length] = x.view.shape as [number, number];
  const [n, k] = [node.attributes.vectors as number, node.attributes.rows as number];
  const bytes = 4 * length;
  const w = new Writer(2);
  const [i, at, vector, left, out] = Array.from({ length: 5 }, () => w.integer()) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const pointers = Array.from({ length: together }, () => w.integer());
  const sums = Array.from({ length: together }, () => w.local(type.v128));
  const value = w.local(type.v128);
  const target = storageOf.get(node.outputs[0]!)!.address;
  const lane = (sum: number, j: number): Code => [...get(sum), ...vectors.laneFloat(j)];

  const group = (first: number, count: number): void => {
    for (let c = 0; c < count; c++) {
      w.emit(get(i), int(k), i32.mul, int(first + c), i32.add, set(at));
      pushIndex(w, at, addressOf(index, storageOf), 1, rows, pointers[c]!);
      w.emit(
        get(pointers[c]!),
        int(bytes),
        i32.mul,
        int(addressOf(x, storageOf)),
        i32.add,
        set(pointers[c]!),
      );
      w.emit(words(0, 0, 0, 0), set(sums[c]!));
    }
    w.emit(get(i), int(bytes), i32.mul, int(addressOf(g, storageOf)), i32.add, set(vector));
    w.emit(int(length / 4), set(left), control.loop, get(vector), vectors.load(), set(value));
    for (let c = 0; c < count; c++) {
      w.emit(
        get(sums[c]!),
        get(value),
        get(pointers[c]!),
        vectors.load(),
        f32x4.mul,
        f32x4.add,
        set(sums[c]!),
      );
      w.emit(get(pointers[c]!), int(16), i32.add, set(pointers[c]!));
    }
    w.emit(get(vector), int(16), i32.add, set(vector));
    w.emit(get(left), int(1), i32.sub, set(left), get(left), branchIf(0), control.end);
    for (let c = 0; c < count; c++) {
      w.emit(get(i), int(4 * k), i32.mul, int(target + 4 * (first + c)), i32.add, set(out), get(out));
      w.emit(lane(sums[c]!, 0), lane(sums[c]!, 1), f32.add, lane(sums[c]!, 2), lane(sums[c]!, 3), f32.add);
      w.emit(f32.add, store.f32());
    }
  };

  w.emit(get(FROM), set(i), control.block, control.loop, get(i), get(TO), i32.atLeast, branchIf(1));
  for (let first = 0; first < k; first += together) group(first, Math.min(together, k - first));
  w.emit(get(i), int(1), i32.add, set(i), branch(0), control.end, control.end);
  return { locals: w.locals(), body: w.code, extent: n };
}

const FROM = 0;
const TO = 1;
