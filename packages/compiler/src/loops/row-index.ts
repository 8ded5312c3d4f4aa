import { control, get, i32, int, load, set, type Value } from "@hardgrad/onnx/graph";
import type { Operand } from "../steps.ts";
import type { Storage } from "../views.ts";
import type { Writer } from "../writer.ts";

/** Where an operand begins. */
export const addressOf = ({ root, view }: Operand, storageOf: ReadonlyMap<Value, Storage>): number =>
  storageOf.get(root)!.address + 4 * view.offset;

/** Pushes a number of a list as one from 0 on: from the back if it is negative, and never outside. */
export function pushIndex(
  w: Writer,
  at: number,
  base: number,
  stride: number,
  length: number,
  index: number,
): void {
  w.emit(get(at), int(4 * stride), i32.mul, load.i32(base), set(index));
  w.emit(get(index), int(0), i32.less, control.if, get(index), int(length), i32.add, set(index), control.end);
  w.emit(get(index), int(0), i32.less, control.if, int(0), set(index), control.end);
  w.emit(get(index), int(length - 1), i32.more, control.if, int(length - 1), set(index), control.end);
}
