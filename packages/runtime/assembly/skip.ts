import { finish, multiplyAdd } from "./units";

/**
 * Like rows, but only over the `inputs` inputs that are not zero: `offsets` holds 32 times their position, `values` their
 * value. A weight row of a zero input is never read.
 */
export function skipRows(
  offsets: usize,
  values: usize,
  inputs: i32,
  w: usize,
  size: usize,
  bias: usize,
  y: usize,
  list: usize,
  count: i32,
  op: usize,
): void {
  let i = 0;
  for (; i + 4 <= count; i += 4, list += 16) {
    four(
      offsets,
      values,
      inputs,
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
  }
  if (i + 2 <= count) {
    two(offsets, values, inputs, w, size, bias, y, load<u32>(list), load<u32>(list, 4), op);
    i += 2;
    list += 8;
  }
  if (i < count) one(offsets, values, inputs, w, size, bias, y, load<u32>(list), op);
}

function four(
  offsets: usize,
  values: usize,
  inputs: i32,
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
  const w0 = w + p0 * size;
  const w1 = w + p1 * size;
  const w2 = w + p2 * size;
  const w3 = w + p3 * size;
  let a0 = v128.load(bias + (p0 << 5));
  let a1 = v128.load(bias + (p0 << 5), 16);
  let b0 = v128.load(bias + (p1 << 5));
  let b1 = v128.load(bias + (p1 << 5), 16);
  let c0 = v128.load(bias + (p2 << 5));
  let c1 = v128.load(bias + (p2 << 5), 16);
  let d0 = v128.load(bias + (p3 << 5));
  let d1 = v128.load(bias + (p3 << 5), 16);
  const end = offsets + ((<usize>inputs) << 2);
  while (offsets < end) {
    const k: usize = load<u32>(offsets);
    const s = v128.load32_splat(values);
    a0 = multiplyAdd(a0, s, v128.load(w0 + k));
    a1 = multiplyAdd(a1, s, v128.load(w0 + k, 16));
    b0 = multiplyAdd(b0, s, v128.load(w1 + k));
    b1 = multiplyAdd(b1, s, v128.load(w1 + k, 16));
    c0 = multiplyAdd(c0, s, v128.load(w2 + k));
    c1 = multiplyAdd(c1, s, v128.load(w2 + k, 16));
    d0 = multiplyAdd(d0, s, v128.load(w3 + k));
    d1 = multiplyAdd(d1, s, v128.load(w3 + k, 16));
    offsets += 4;
    values += 4;
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
  offsets: usize,
  values: usize,
  inputs: i32,
  w: usize,
  size: usize,
  bias: usize,
  y: usize,
  p0: usize,
  p1: usize,
  op: usize,
): void {
  const w0 = w + p0 * size;
  const w1 = w + p1 * size;
  let a0 = v128.load(bias + (p0 << 5));
  let a1 = v128.load(bias + (p0 << 5), 16);
  let b0 = v128.load(bias + (p1 << 5));
  let b1 = v128.load(bias + (p1 << 5), 16);
  const end = offsets + ((<usize>inputs) << 2);
  while (offsets < end) {
    const k: usize = load<u32>(offsets);
    const s = v128.load32_splat(values);
    a0 = multiplyAdd(a0, s, v128.load(w0 + k));
    a1 = multiplyAdd(a1, s, v128.load(w0 + k, 16));
    b0 = multiplyAdd(b0, s, v128.load(w1 + k));
    b1 = multiplyAdd(b1, s, v128.load(w1 + k, 16));
    offsets += 4;
    values += 4;
  }
  v128.store(y + (p0 << 5), a0);
  v128.store(y + (p0 << 5), a1, 16);
  v128.store(y + (p1 << 5), b0);
  v128.store(y + (p1 << 5), b1, 16);
  finish(y + (p0 << 5), op);
  finish(y + (p1 << 5), op);
}

function one(
  offsets: usize,
  values: usize,
  inputs: i32,
  w: usize,
  size: usize,
  bias: usize,
  y: usize,
  p: usize,
  op: usize,
): void {
  w += p * size;
  let a0 = v128.load(bias + (p << 5));
  let a1 = v128.load(bias + (p << 5), 16);
  const end = offsets + ((<usize>inputs) << 2);
  while (offsets < end) {
    const k: usize = load<u32>(offsets);
    const s = v128.load32_splat(values);
    a0 = multiplyAdd(a0, s, v128.load(w + k));
    a1 = multiplyAdd(a1, s, v128.load(w + k, 16));
    offsets += 4;
    values += 4;
  }
  v128.store(y + (p << 5), a0);
  v128.store(y + (p << 5), a1, 16);
  finish(y + (p << 5), op);
}
