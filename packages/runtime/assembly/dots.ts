import * as L from "../src/layout";
import * as scratch from "./scratch";
import { activate, multiplyAdd } from "./units";

/** One example times the listed units, whose weights lie as rows [unit][input]: for gates of single units. */
export function dots(x: usize, y: usize, list: usize, count: i32, op: usize): void {
  const size = (<usize>((load<i32>(op, L.OP_INPUTS) + 7) >> 3)) << 5;
  const end = list + ((<usize>count) << 2);
  const w = <usize>load<u32>(op, L.OP_ROWS);
  const stride = <usize>load<u32>(op, L.OP_ROW_BYTES);
  let sums = scratch.values;
  for (let next = list; next < end; next += 16, sums += 16) fourDots(x, size, w, stride, next, end, sums);
  scatter(y, list, count, op);
}

/** Adds the biases to the sums, applies the unit and puts them where they belong. */
function scatter(y: usize, list: usize, count: i32, op: usize): void {
  const bias = <usize>load<u32>(op, L.OP_BIAS);
  const sums = scratch.values;
  const bytes = (<usize>count) << 2;
  for (let i: usize = 0; i < bytes; i += 4)
    store<f32>(sums + i, load<f32>(sums + i) + load<f32>(bias + (load<u32>(list + i) << 2)));
  if (load<i32>(op, L.OP_UNIT) !== L.UNIT_IDENTITY)
    for (let i: usize = 0; i < bytes; i += 16) v128.store(sums + i, activate(v128.load(sums + i), op));
  for (let i: usize = 0; i < bytes; i += 4) store<f32>(y + (load<u32>(list + i) << 2), load<f32>(sums + i));
}

/** The row of a listed unit; beyond the list, the last one again. */
function row(w: usize, stride: usize, at: usize, end: usize): usize {
  return w + <usize>load<u32>(at < end ? at : end - 4) * stride;
}

/**
 * Four dot products of `size` bytes, a multiple of 32. Engines load all of a round first, so that more rows or longer
 * rounds would not fit in 16 registers.
 */
export function fourDots(
  x: usize,
  size: usize,
  w: usize,
  stride: usize,
  list: usize,
  end: usize,
  sums: usize,
): void {
  let w0 = row(w, stride, list, end);
  let w1 = row(w, stride, list + 4, end);
  let w2 = row(w, stride, list + 8, end);
  let w3 = row(w, stride, list + 12, end);
  let a = f32x4.splat(0);
  let b = a;
  let c = a;
  let d = a;
  const stop = x + size;
  while (x < stop) {
    const s = v128.load(x);
    a = multiplyAdd(a, s, v128.load(w0));
    b = multiplyAdd(b, s, v128.load(w1));
    c = multiplyAdd(c, s, v128.load(w2));
    d = multiplyAdd(d, s, v128.load(w3));
    const t = v128.load(x, 16);
    a = multiplyAdd(a, t, v128.load(w0, 16));
    b = multiplyAdd(b, t, v128.load(w1, 16));
    c = multiplyAdd(c, t, v128.load(w2, 16));
    d = multiplyAdd(d, t, v128.load(w3, 16));
    x += 32;
    w0 += 32;
    w1 += 32;
    w2 += 32;
    w3 += 32;
  }
  const ab = addPairs(a, b);
  const cd = addPairs(c, d);
  v128.store(sums, f32x4.add(v128.shuffle<f32>(ab, cd, 0, 1, 4, 5), v128.shuffle<f32>(ab, cd, 2, 3, 6, 7)));
}

/** a0 + a2, b0 + b2, a1 + a3, b1 + b3: half of two sums side by side. */
function addPairs(a: v128, b: v128): v128 {
  return f32x4.add(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(a, b, 2, 6, 3, 7));
}
