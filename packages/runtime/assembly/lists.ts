import * as L from "../src/layout";
import * as scratch from "./scratch";

/** How many of the `n` numbers are not zero. */
export function countNonZeros(x: usize, n: i32): i32 {
  const zero = f32x4.splat(0);
  let sums = i32x4.splat(0);
  let more = sums;
  const whole = x + ((<usize>(n & ~15)) << 2);
  const end = x + ((<usize>n) << 2);
  for (; x < whole; x += 64) {
    sums = i32x4.sub(sums, f32x4.ne(v128.load(x), zero));
    more = i32x4.sub(more, f32x4.ne(v128.load(x, 16), zero));
    sums = i32x4.sub(sums, f32x4.ne(v128.load(x, 32), zero));
    more = i32x4.sub(more, f32x4.ne(v128.load(x, 48), zero));
  }
  sums = i32x4.add(sums, more);
  let count =
    i32x4.extract_lane(sums, 0) +
    i32x4.extract_lane(sums, 1) +
    i32x4.extract_lane(sums, 2) +
    i32x4.extract_lane(sums, 3);
  for (; x < end; x += 4) if (load<f32>(x) !== 0) count++;
  return count;
}

/** For each mask of four lanes: the lanes that are set, first to last. */
const lanes = memory.data<i32>([
  0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 2, 0, 0, 0, 0, 2, 0, 0, 1, 2, 0, 0, 0, 1, 2, 0, 3, 0, 0, 0,
  0, 3, 0, 0, 1, 3, 0, 0, 0, 1, 3, 0, 2, 3, 0, 0, 0, 2, 3, 0, 1, 2, 3, 0, 0, 1, 2, 3,
]);

// biome-ignore lint/complexity/noStaticOnlyClass: biome takes decorators in classes only
class Positions {
  /**
   * Writes the positions of the numbers that are not zero, times 2^shift, and returns how many they are. Four positions
   * are always written; the next ones overwrite those that do not count.
   */
  @inline
  static list(x: usize, n: i32, list: usize, shift: i32): i32 {
    const zero = f32x4.splat(0);
    const start = list;
    const whole = n & ~7;
    let low = i32x4.splat(0);
    let high = i32x4.splat(4 << shift);
    const step = i32x4.splat(8 << shift);
    let i = 0;
    for (; i < whole; i += 8, x += 32) {
      const a = <usize>i32x4.bitmask(f32x4.ne(v128.load(x), zero));
      const b = <usize>i32x4.bitmask(f32x4.ne(v128.load(x, 16), zero));
      v128.store(list, i32x4.add(low, i32x4.shl(v128.load(lanes + (a << 4)), shift)));
      list += popcnt(a) << 2;
      v128.store(list, i32x4.add(high, i32x4.shl(v128.load(lanes + (b << 4)), shift)));
      list += popcnt(b) << 2;
      low = i32x4.add(low, step);
      high = i32x4.add(high, step);
    }
    for (; i < n; i++, x += 4) {
      if (load<f32>(x) === 0) continue;
      store<u32>(list, i << shift);
      list += 4;
    }
    return <i32>((list - start) >> 2);
  }
}

/** The positions of the numbers that are not zero. */
export function nonZeros(x: usize, n: i32, list: usize): i32 {
  return Positions.list(x, n, list, 0);
}

/** The same times 128. */
export function nonZeroOffsets(x: usize, n: i32, list: usize): i32 {
  return Positions.list(x, n, list, 7);
}

/** Gathers the listed numbers; `offsets` are 128 times their positions. */
export function gather(x: usize, offsets: usize, count: i32, values: usize): void {
  for (let i = 0; i < count; i++, offsets += 4, values += 4)
    store<f32>(values, load<f32>(x + (load<u32>(offsets) >> 5)));
}

/** Widens a list of gates to the panels they open. */
export function panelsOf(gates: usize, count: i32, block: i32, panels: i32, list: usize): i32 {
  const start = list;
  for (let i = 0; i < count; i++, gates += 4) {
    const first = load<u32>(gates) * block;
    const end = min<u32>(first + block, panels);
    for (let p = first; p < end; p++, list += 4) store<u32>(list, p);
  }
  return <i32>((list - start) >> 2);
}

/** Lists the examples that open each gate. */
export function fillBuckets(gates: usize, m: i32, op: usize): void {
  const groups = load<i32>(op, L.OP_GROUPS);
  const stride = <usize>load<u32>(op, L.OP_GATES_STRIDE);
  memory.fill(scratch.counts, 0, (<usize>groups) << 2);
  for (let i = 0; i < m; i++) {
    const open = nonZeros(gates + <usize>i * stride, groups, scratch.open);
    for (let j = 0; j < open; j++) {
      const g = <usize>load<u32>(scratch.open + ((<usize>j) << 2));
      const at = scratch.counts + (g << 2);
      const count = load<i32>(at);
      store<i32>(scratch.buckets + ((g * L.CHUNK + count) << 2), i);
      store<i32>(at, count + 1);
    }
  }
}
