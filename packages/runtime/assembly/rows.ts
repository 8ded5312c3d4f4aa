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
  for (; i + 4 <= count; i += 4, list += 16) {
    four(
      x,
      w,
      size,
      bias,
      y,
      inputs,
      load<u32>(list),
      load<u32>(list, 4),
      load<u32>(list, 8),
      load<u32>(list, 12),
      op,
    );
  }
  if (i + 2 <= count) {
    two(x, w, size, bias, y, inputs, load<u32>(list), load<u32>(list, 4), op);
    i += 2;
    list += 8;
  }
  if (i < count) one(x, w, size, bias, y, inputs, load<u32>(list), op);
}

function four(
  x: usize,
  w: usize,
  size: usize,
  bias: usize,
  y: usize,
  inputs: i32,
  p0: usize,
  p1: usize,
  p2: usize,
  p3: usize,
  op: usize,
): void {
  let w0 = w + p0 * size;
  let w1 = w + p1 * size;
  let w2 = w + p2 * size;
  let w3 = w + p3 * size;
  let a0 = v128.load(bias + (p0 << 5));
  let a1 = v128.load(bias + (p0 << 5), 16);
  let b0 = v128.load(bias + (p1 << 5));
  let b1 = v128.load(bias + (p1 << 5), 16);
  let c0 = v128.load(bias + (p2 << 5));
  let c1 = v128.load(bias + (p2 << 5), 16);
  let d0 = v128.load(bias + (p3 << 5));
  let d1 = v128.load(bias + (p3 << 5), 16);
  const end = x + ((<usize>inputs) << 2);
  while (x < end) {
    const s = v128.load32_splat(x);
    a0 = multiplyAdd(a0, s, v128.load(w0));
    a1 = multiplyAdd(a1, s, v128.load(w0, 16));
    b0 = multiplyAdd(b0, s, v128.load(w1));
    b1 = multiplyAdd(b1, s, v128.load(w1, 16));
    c0 = multiplyAdd(c0, s, v128.load(w2));
    c1 = multiplyAdd(c1, s, v128.load(w2, 16));
    d0 = multiplyAdd(d0, s, v128.load(w3));
    d1 = multiplyAdd(d1, s, v128.load(w3, 16));
    x += 4;
    w0 += 32;
    w1 += 32;
    w2 += 32;
    w3 += 32;
  }
  v128.store(y + (p0 << 5), a0);
  v128.store(y + (p0 << 5), a1, 16);
  v128.store(y + (p1 << 5), b0);
  v128.store(y + (p1 << 5), b1, 16);
  v128.store(y + (p2 << 5), c0);
  v128.store(y + (p2 << 5), c1, 16);
  v128.store(y + (p3 << 5), d0);
  v128.store(y + (p3 << 5), d1, 16);
  finish(y + (p0 << 5), op);
  finish(y + (p1 << 5), op);
  finish(y + (p2 << 5), op);
  finish(y + (p3 << 5), op);
}

function two(
  x: usize,
  w: usize,
  size: usize,
  bias: usize,
  y: usize,
  inputs: i32,
  p0: usize,
  p1: usize,
  op: usize,
): void {
  let w0 = w + p0 * size;
  let w1 = w + p1 * size;
  let a0 = v128.load(bias + (p0 << 5));
  let a1 = v128.load(bias + (p0 << 5), 16);
  let b0 = v128.load(bias + (p1 << 5));
  let b1 = v128.load(bias + (p1 << 5), 16);
  const end = x + ((<usize>inputs) << 2);
  while (x < end) {
    const s = v128.load32_splat(x);
    a0 = multiplyAdd(a0, s, v128.load(w0));
    a1 = multiplyAdd(a1, s, v128.load(w0, 16));
    b0 = multiplyAdd(b0, s, v128.load(w1));
    b1 = multiplyAdd(b1, s, v128.load(w1, 16));
    x += 4;
    w0 += 32;
    w1 += 32;
  }
  v128.store(y + (p0 << 5), a0);
  v128.store(y + (p0 << 5), a1, 16);
  v128.store(y + (p1 << 5), b0);
  v128.store(y + (p1 << 5), b1, 16);
  finish(y + (p0 << 5), op);
  finish(y + (p1 << 5), op);
}

function one(x: usize, w: usize, size: usize, bias: usize, y: usize, inputs: i32, p: usize, op: usize): void {
  w += p * size;
  let a0 = v128.load(bias + (p << 5));
  let a1 = v128.load(bias + (p << 5), 16);
  const end = x + ((<usize>inputs) << 2);
  while (x < end) {
    const s = v128.load32_splat(x);
    a0 = multiplyAdd(a0, s, v128.load(w));
    a1 = multiplyAdd(a1, s, v128.load(w, 16));
    x += 4;
    w += 32;
  }
  v128.store(y + (p << 5), a0);
  v128.store(y + (p << 5), a1, 16);
  finish(y + (p << 5), op);
}
