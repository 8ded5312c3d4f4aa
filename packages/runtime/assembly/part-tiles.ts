import { finish, multiplyAdd } from "./units";

/** Like tile, for three examples. */
export function tile3(
  x0: usize,
  x1: usize,
  x2: usize,
  w: usize,
  bias: usize,
  y0: usize,
  y1: usize,
  y2: usize,
  inputs: i32,
  op: usize,
): void {
  let a0 = v128.load(bias);
  let a1 = v128.load(bias, 16);
  let b0 = a0;
  let b1 = a1;
  let c0 = a0;
  let c1 = a1;
  const end = w + ((<usize>inputs) << 5);
  while (w < end) {
    const w0 = v128.load(w);
    const w1 = v128.load(w, 16);
    let s = v128.load32_splat(x0);
    a0 = multiplyAdd(a0, s, w0);
    a1 = multiplyAdd(a1, s, w1);
    s = v128.load32_splat(x1);
    b0 = multiplyAdd(b0, s, w0);
    b1 = multiplyAdd(b1, s, w1);
    s = v128.load32_splat(x2);
    c0 = multiplyAdd(c0, s, w0);
    c1 = multiplyAdd(c1, s, w1);
    w += 32;
    x0 += 4;
    x1 += 4;
    x2 += 4;
  }
  v128.store(y0, a0);
  v128.store(y0, a1, 16);
  v128.store(y1, b0);
  v128.store(y1, b1, 16);
  v128.store(y2, c0);
  v128.store(y2, c1, 16);
  finish(y0, op);
  finish(y1, op);
  finish(y2, op);
}

/** Like tile, for two examples. */
export function tile2(
  x0: usize,
  x1: usize,
  w: usize,
  bias: usize,
  y0: usize,
  y1: usize,
  inputs: i32,
  op: usize,
): void {
  let a0 = v128.load(bias);
  let a1 = v128.load(bias, 16);
  let b0 = a0;
  let b1 = a1;
  const end = w + ((<usize>inputs) << 5);
  while (w < end) {
    const w0 = v128.load(w);
    const w1 = v128.load(w, 16);
    let s = v128.load32_splat(x0);
    a0 = multiplyAdd(a0, s, w0);
    a1 = multiplyAdd(a1, s, w1);
    s = v128.load32_splat(x1);
    b0 = multiplyAdd(b0, s, w0);
    b1 = multiplyAdd(b1, s, w1);
    w += 32;
    x0 += 4;
    x1 += 4;
  }
  v128.store(y0, a0);
  v128.store(y0, a1, 16);
  v128.store(y1, b0);
  v128.store(y1, b1, 16);
  finish(y0, op);
  finish(y1, op);
}
