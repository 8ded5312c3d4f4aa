import * as L from "../src/layout";
import { activate } from "./units";

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

/** y = unit(scale (inputs - 2 differing bits) + bias), four outputs at a time: XNOR and popcount. */
export function bitRow(bits: usize, y: usize, op: usize): void {
  const inputs = load<i32>(op, L.OP_INPUTS);
  const size = <usize>load<u32>(op, L.OP_ROW_BYTES);
  const outputs = load<i32>(op, L.OP_PANELS) << 3;
  let scale = <usize>load<u32>(op, L.OP_SCALE);
  let bias = <usize>load<u32>(op, L.OP_BIAS);
  let w = <usize>load<u32>(op, L.OP_ROWS);
  const all = i32x4.splat(inputs);
  for (let j = 0; j < outputs; j += 4, w += size << 2, scale += 16, bias += 16, y += 16) {
    const differing = fourDistances(bits, w, size);
    const sums = f32x4.convert_i32x4_s(i32x4.sub(all, i32x4.shl(differing, 1)));
    v128.store(y, activate(f32x4.add(f32x4.mul(sums, v128.load(scale)), v128.load(bias)), op));
  }
}

/** How many bits differ from each of four consecutive rows. */
function fourDistances(x: usize, w: usize, size: usize): v128 {
  let a = i32x4.splat(0);
  let b = a;
  let c = a;
  let d = a;
  const end = x + size;
  while (x < end) {
    // Counts of one byte hold 31 steps of at most 8 before they are widened.
    const stop = min<usize>(end, x + 31 * 16);
    let a8 = i8x16.splat(0);
    let b8 = a8;
    let c8 = a8;
    let d8 = a8;
    for (; x < stop; x += 16, w += 16) {
      const s = v128.load(x);
      a8 = i8x16.add(a8, i8x16.popcnt(v128.xor(s, v128.load(w))));
      b8 = i8x16.add(b8, i8x16.popcnt(v128.xor(s, v128.load(w + size))));
      c8 = i8x16.add(c8, i8x16.popcnt(v128.xor(s, v128.load(w + size * 2))));
      d8 = i8x16.add(d8, i8x16.popcnt(v128.xor(s, v128.load(w + size * 3))));
    }
    a = i32x4.add(a, widen(a8));
    b = i32x4.add(b, widen(b8));
    c = i32x4.add(c, widen(c8));
    d = i32x4.add(d, widen(d8));
  }
  const ab = i32x4.add(v128.shuffle<i32>(a, b, 0, 4, 1, 5), v128.shuffle<i32>(a, b, 2, 6, 3, 7));
  const cd = i32x4.add(v128.shuffle<i32>(c, d, 0, 4, 1, 5), v128.shuffle<i32>(c, d, 2, 6, 3, 7));
  return i32x4.add(v128.shuffle<i32>(ab, cd, 0, 1, 4, 5), v128.shuffle<i32>(ab, cd, 2, 3, 6, 7));
}

function widen(counts: v128): v128 {
  return i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(counts));
}
