import * as L from "../src/layout";
import { finish } from "./units";

/** One bit per number, 1 where x >= 0 (or x > 1/2 for inputs of 0 and 1); the rest of the last 16 bytes is 0. */
export function packBits(x: usize, n: i32, bits: usize, step: bool): void {
  const border = f32x4.splat(step ? 0.5 : 0);
  const whole = n & ~15;
  const bytes = ((n + 127) >> 7) << 4;
  memory.fill(bits, 0, bytes);
  let i = 0;
  for (; i < whole; i += 16, x += 64, bits += 2) {
    const low = i16x8.narrow_i32x4_s(f32x4.ge(v128.load(x), border), f32x4.ge(v128.load(x, 16), border));
    const high = i16x8.narrow_i32x4_s(f32x4.ge(v128.load(x, 32), border), f32x4.ge(v128.load(x, 48), border));
    store<u16>(bits, i8x16.bitmask(i8x16.narrow_i16x8_s(low, high)));
  }
  let last = 0;
  for (let j = 0; i < n; i++, j++, x += 4)
    last |= (<i32>(load<f32>(x) >= f32x4.extract_lane(border, 0))) << j;
  if (n !== whole) store<u16>(bits, last);
}

/** y = unit(scale * differing bits + bias): XNOR and popcount. */
export function bitRow(bits: usize, y: usize, op: usize): void {
  const bytes = (<usize>load<i32>(op, L.OP_PANELS)) << 5;
  distances(bits, load<u32>(op, L.OP_ROWS), load<u32>(op, L.OP_ROW_BYTES), y, y + bytes);
  let scale = <usize>load<u32>(op, L.OP_SCALE);
  let bias = <usize>load<u32>(op, L.OP_BIAS);
  const last = y + bytes;
  for (let at = y; at < last; at += 16, scale += 16, bias += 16) {
    const counts = f32x4.convert_i32x4_s(v128.load(at));
    v128.store(at, f32x4.add(f32x4.mul(counts, v128.load(scale)), v128.load(bias)));
  }
  if (load<i32>(op, L.OP_UNIT) === L.UNIT_IDENTITY) return;
  for (let at = y; at < last; at += 32) finish(at, op);
}

/** Bits set in each number of four bits, and the mask of the lower four bits. */
const tables = memory.data<u8>([
  0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15,
  15,
]);

/** Bits set in each byte. Two look-ups are faster than what engines make of popcnt, where a look-up is one instruction. */
function popcount(v: v128, table: v128, mask: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) {
    const low = i8x16.relaxed_swizzle(table, v128.and(v, mask));
    return i8x16.add(low, i8x16.relaxed_swizzle(table, v128.and(i16x8.shr_u(v, 4), mask)));
  }
  return i8x16.popcnt(v);
}

/** How many bits differ from each row, as integers from `y` to `last`; four rows at a time. */
export function distances(bits: usize, w: usize, size: usize, y: usize, last: usize): void {
  const table = v128.load(tables);
  const mask = v128.load(tables, 16);
  const end = bits + size;
  for (; y < last; y += 16, w += size * 3) {
    let sums = i32x4.splat(0);
    for (let x = bits; x < end; ) {
      // Counts of one byte hold 31 steps of at most 8 before they are widened.
      const stop = min<usize>(end, x + 31 * 16);
      let a = i8x16.splat(0);
      let b = a;
      let c = a;
      let d = a;
      for (; x < stop; x += 16, w += 16) {
        const s = v128.load(x);
        a = i8x16.add(a, popcount(v128.xor(s, v128.load(w)), table, mask));
        b = i8x16.add(b, popcount(v128.xor(s, v128.load(w + size)), table, mask));
        c = i8x16.add(c, popcount(v128.xor(s, v128.load(w + size * 2)), table, mask));
        d = i8x16.add(d, popcount(v128.xor(s, v128.load(w + size * 3)), table, mask));
      }
      sums = i32x4.add(sums, fourSums(a, b, c, d));
    }
    v128.store(y, sums);
  }
}

/** The sums of the bytes of four vectors. */
function fourSums(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = addPairs(i16x8.extadd_pairwise_i8x16_u(a), i16x8.extadd_pairwise_i8x16_u(b));
  const cd = addPairs(i16x8.extadd_pairwise_i8x16_u(c), i16x8.extadd_pairwise_i8x16_u(d));
  const low = v128.shuffle<i32>(ab, cd, 0, 4, 1, 5);
  const sums = i16x8.add(low, v128.shuffle<i32>(ab, cd, 2, 6, 3, 7));
  return i32x4.add(i32x4.extend_low_i16x8_u(sums), i32x4.extend_high_i16x8_u(sums));
}

/** The halves of two vectors added up and interleaved: a, b, a, b, ... */
function addPairs(a: v128, b: v128): v128 {
  const low = v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
  return i16x8.add(low, v128.shuffle<i16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15));
}
