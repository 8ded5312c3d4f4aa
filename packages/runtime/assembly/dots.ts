import * as L from "../src/layout";
import * as scratch from "./scratch";
import { addLanes, multiplyStreams } from "./streams";
import { activate } from "./units";

// Gates of single units: the weights of a unit lie as a row, and its sum is the product of two rows of numbers.

/** One example times the listed units, 4 to 8 rows at a time. */
export function dots(x: usize, y: usize, list: usize, count: i32, op: usize): void {
  const w = <usize>load<u32>(op, L.OP_ROWS);
  const stride = <usize>load<u32>(op, L.OP_ROW_BYTES);
  const bias = <usize>load<u32>(op, L.OP_BIAS);
  const end = x + rowBytes(op);
  const rows = scratch.pairs;
  const sums = scratch.pairSums;
  for (; count > 0; count -= scratch.PAIRS, list += scratch.PAIRS << 2) {
    const bytes = (<usize>min(count, scratch.PAIRS)) << 2;
    for (let i: usize = 0; i < bytes; i += 4) {
      const unit = <usize>load<u32>(list + i);
      store<u32>(rows + i, w + unit * stride);
      v128.store(sums + (i << 2), v128.load32_zero(bias + (unit << 2)));
    }
    // Fewer than four are made up with the last one.
    for (let i = bytes; i < 16; i += 4) store<u32>(rows + i, load<u32>(rows + bytes - 4));
    multiplyStreams(max(<i32>(bytes >> 2), 4), x, end, rows, 0, sums);
    finishSums(<i32>(bytes >> 2), op);
    for (let i: usize = 0; i < bytes; i += 4) store<f32>(y + (load<u32>(list + i) << 2), load<f32>(sums + i));
  }
}

/** Examples and rows are padded to whole rounds of eight numbers. */
export function rowBytes(op: usize): usize {
  return (<usize>((load<i32>(op, L.OP_INPUTS) + 7) >> 3)) << 5;
}

/** The sums, of four lanes each, become outputs of one number each. */
export function finishSums(count: i32, op: usize): void {
  const sums = scratch.pairSums;
  addLanes(sums, count, sums);
  if (load<i32>(op, L.OP_UNIT) === L.UNIT_IDENTITY) return;
  const end = sums + ((<usize>count) << 2);
  for (let at = sums; at < end; at += 16) v128.store(at, activate(v128.load(at), op));
}
