import * as L from "../src/layout";

/** One example's gates: open where the input is above the threshold, or among the `top` largest; 0 where closed. */
export function gate(x: usize, y: usize, n: i32, op: usize): void {
  const top = load<i32>(op, L.OP_TOP);
  const scaled = (load<i32>(op, L.OP_FLAGS) & L.FLAG_SCALED) !== 0;
  if (top >= 0) {
    topGates(x, y, n, top, scaled);
    return;
  }
  const threshold = load<f32>(op, L.OP_THRESHOLD);
  const border = f32x4.splat(threshold);
  const one = f32x4.splat(1);
  let i = 0;
  for (; i + 4 <= n; i += 4, x += 16, y += 16) {
    const v = v128.load(x);
    v128.store(y, v128.and(f32x4.gt(v, border), scaled ? v : one));
  }
  for (; i < n; i++, x += 4, y += 4) {
    const v = load<f32>(x);
    store<f32>(y, v > threshold ? (scaled ? v : <f32>1) : <f32>0);
  }
}

/** The float as an integer of the same order, with -0 equal to 0. */
function order(x: usize): i32 {
  const bits = load<i32>(x);
  return bits >= 0 ? bits : <i32>0x80000000 - bits;
}

/** Bisects for the `top`-th largest value; of equal values the first ones are open. */
function topGates(x: usize, y: usize, n: i32, top: i32, scaled: bool): void {
  let low: i64 = <i64>i32.MIN_VALUE;
  let high: i64 = <i64>i32.MAX_VALUE;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (countFrom(x, n, <i32>middle) >= top) low = middle;
    else high = middle - 1;
  }
  const border = <i32>low;
  let equal = top;
  for (let i = 0; i < n; i++) if (order(x + ((<usize>i) << 2)) > border) equal--;
  for (let i = 0; i < n; i++, x += 4, y += 4) {
    const key = order(x);
    const open = key > border || (key === border && equal-- > 0);
    store<f32>(y, open ? (scaled ? load<f32>(x) : <f32>1) : <f32>0);
  }
}

function countFrom(x: usize, n: i32, border: i32): i32 {
  const end = x + ((<usize>n) << 2);
  const whole = end - ((<usize>(n & 3)) << 2);
  const borders = i32x4.splat(border);
  const lowest = i32x4.splat(0x80000000);
  let sums = i32x4.splat(0);
  for (; x < whole; x += 16) {
    const bits = v128.load(x);
    const keys = v128.bitselect(i32x4.sub(lowest, bits), bits, i32x4.shr_s(bits, 31));
    sums = i32x4.sub(sums, i32x4.ge_s(keys, borders));
  }
  let count =
    i32x4.extract_lane(sums, 0) +
    i32x4.extract_lane(sums, 1) +
    i32x4.extract_lane(sums, 2) +
    i32x4.extract_lane(sums, 3);
  for (; x < end; x += 4) if (order(x) >= border) count++;
  return count;
}

/** Multiplies each block of `width` outputs by its gate; a closed gate clears its block whatever it holds. */
export function applyGates(y: usize, gates: usize, groups: i32, width: i32, outputs: i32): void {
  if (width === 1) {
    applyUnitGates(y, gates, outputs);
    return;
  }
  for (let g = 0; g < groups; g++, gates += 4) {
    const value = load<f32>(gates);
    if (value === 1) continue;
    const end = min(outputs, (g + 1) * width);
    for (let j = g * width; j < end; j++) {
      const at = y + ((<usize>j) << 2);
      store<f32>(at, value === 0 ? 0 : load<f32>(at) * value);
    }
  }
}

/** Rows are padded, so whole vectors do. */
function applyUnitGates(y: usize, gates: usize, outputs: i32): void {
  const zero = f32x4.splat(0);
  for (let j = 0; j < outputs; j += 4, y += 16, gates += 16) {
    const value = v128.load(gates);
    v128.store(y, v128.and(f32x4.mul(v128.load(y), value), f32x4.ne(value, zero)));
  }
}
