import { finish, multiplyAdd } from "./units";

// biome-ignore lint/complexity/noStaticOnlyClass: biome takes decorators in classes only
class Tile {
  /**
   * `n` examples, of 2 to 4, times one panel of eight outputs: y = unit(bias + W x). Sums run over the inputs in order in
   * one accumulator per output, here and in rows.ts and skip.ts, so that every path gives the same bits.
   */
  @inline
  static multiply(
    n: i32,
    x0: usize,
    x1: usize,
    x2: usize,
    x3: usize,
    w: usize,
    bias: usize,
    y0: usize,
    y1: usize,
    y2: usize,
    y3: usize,
    inputs: i32,
    op: usize,
  ): void {
    let a0 = v128.load(bias);
    let a1 = v128.load(bias, 16);
    let b0 = a0;
    let b1 = a1;
    let c0 = a0;
    let c1 = a1;
    let d0 = a0;
    let d1 = a1;
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
      if (n > 2) {
        s = v128.load32_splat(x2);
        c0 = multiplyAdd(c0, s, w0);
        c1 = multiplyAdd(c1, s, w1);
        x2 += 4;
      }
      if (n > 3) {
        s = v128.load32_splat(x3);
        d0 = multiplyAdd(d0, s, w0);
        d1 = multiplyAdd(d1, s, w1);
        x3 += 4;
      }
      w += 32;
      x0 += 4;
      x1 += 4;
    }
    v128.store(y0, a0);
    v128.store(y0, a1, 16);
    v128.store(y1, b0);
    v128.store(y1, b1, 16);
    if (n > 2) {
      v128.store(y2, c0);
      v128.store(y2, c1, 16);
    }
    if (n > 3) {
      v128.store(y3, d0);
      v128.store(y3, d1, 16);
    }
    finish(y0, op);
    finish(y1, op);
    if (n > 2) finish(y2, op);
    if (n > 3) finish(y3, op);
  }
}

export function tile4(
  x0: usize,
  x1: usize,
  x2: usize,
  x3: usize,
  w: usize,
  bias: usize,
  y0: usize,
  y1: usize,
  y2: usize,
  y3: usize,
  inputs: i32,
  op: usize,
): void {
  Tile.multiply(4, x0, x1, x2, x3, w, bias, y0, y1, y2, y3, inputs, op);
}

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
  Tile.multiply(3, x0, x1, x2, 0, w, bias, y0, y1, y2, 0, inputs, op);
}

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
  Tile.multiply(2, x0, x1, 0, 0, w, bias, y0, y1, 0, 0, inputs, op);
}
