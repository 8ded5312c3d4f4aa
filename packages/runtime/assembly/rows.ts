import { finish, multiplyAdd } from "./units";

/** One example times the listed panels, four panels (32 outputs) at a time: y[panel] = unit(bias + W x). */
export function rows(
  x: usize,
  w: usize,
  bias: usize,
  y: usize,
  inputs: i32,
  list: usize,
  count: i32,
  op: usize,
): void {
  const size = (<usize>inputs) << 5;
  let i = 0;
  for (; i + 4 <= count; i += 4, list += 16)
    four(
      x,
      w,
      size,
      bias,
      y,
      load<u32>(list),
      load<u32>(list, 4),
      load<u32>(list, 8),
      load<u32>(list, 12),
      op,
    );
  if (i + 2 <= count) {
    two(x, w, size, bias, y, load<u32>(list), load<u32>(list, 4), op);
    i += 2;
    list += 8;
  }
  if (i < count) one(x, w, size, bias, y, load<u32>(list), op);
}

// biome-ignore lint/complexity/noStaticOnlyClass: biome takes decorators in classes only
class Row {
  /** `n` panels, 1, 2 or 4, of `size` bytes each. */
  @inline
  static multiply(
    n: i32,
    x: usize,
    w: usize,
    size: usize,
    bias: usize,
    y: usize,
    p0: usize,
    p1: usize,
    p2: usize,
    p3: usize,
    op: usize,
  ): void {
    let w0 = w + p0 * size;
    let w1 = n > 1 ? w + p1 * size : 0;
    let w2 = n > 2 ? w + p2 * size : 0;
    let w3 = n > 2 ? w + p3 * size : 0;
    let a0 = v128.load(bias + (p0 << 5));
    let a1 = v128.load(bias + (p0 << 5), 16);
    let b0 = n > 1 ? v128.load(bias + (p1 << 5)) : a0;
    let b1 = n > 1 ? v128.load(bias + (p1 << 5), 16) : a0;
    let c0 = n > 2 ? v128.load(bias + (p2 << 5)) : a0;
    let c1 = n > 2 ? v128.load(bias + (p2 << 5), 16) : a0;
    let d0 = n > 2 ? v128.load(bias + (p3 << 5)) : a0;
    let d1 = n > 2 ? v128.load(bias + (p3 << 5), 16) : a0;
    const end = x + (size >> 3);
    while (x < end) {
      const s = v128.load32_splat(x);
      a0 = multiplyAdd(a0, s, v128.load(w0));
      a1 = multiplyAdd(a1, s, v128.load(w0, 16));
      if (n > 1) {
        b0 = multiplyAdd(b0, s, v128.load(w1));
        b1 = multiplyAdd(b1, s, v128.load(w1, 16));
        w1 += 32;
      }
      if (n > 2) {
        c0 = multiplyAdd(c0, s, v128.load(w2));
        c1 = multiplyAdd(c1, s, v128.load(w2, 16));
        d0 = multiplyAdd(d0, s, v128.load(w3));
        d1 = multiplyAdd(d1, s, v128.load(w3, 16));
        w2 += 32;
        w3 += 32;
      }
      x += 4;
      w0 += 32;
    }
    // All stored before any unit is applied, so that the sums stay in registers.
    Row.store(y + (p0 << 5), a0, a1);
    if (n > 1) Row.store(y + (p1 << 5), b0, b1);
    if (n > 2) {
      Row.store(y + (p2 << 5), c0, c1);
      Row.store(y + (p3 << 5), d0, d1);
    }
    finish(y + (p0 << 5), op);
    if (n > 1) finish(y + (p1 << 5), op);
    if (n > 2) {
      finish(y + (p2 << 5), op);
      finish(y + (p3 << 5), op);
    }
  }

  @inline
  static store(y: usize, low: v128, high: v128): void {
    v128.store(y, low);
    v128.store(y, high, 16);
  }
}

function four(
  x: usize,
  w: usize,
  size: usize,
  bias: usize,
  y: usize,
  p0: usize,
  p1: usize,
  p2: usize,
  p3: usize,
  op: usize,
): void {
  Row.multiply(4, x, w, size, bias, y, p0, p1, p2, p3, op);
}

function two(x: usize, w: usize, size: usize, bias: usize, y: usize, p0: usize, p1: usize, op: usize): void {
  Row.multiply(2, x, w, size, bias, y, p0, p1, 0, 0, op);
}

function one(x: usize, w: usize, size: usize, bias: usize, y: usize, p: usize, op: usize): void {
  Row.multiply(1, x, w, size, bias, y, p, 0, 0, 0, op);
}
