import * as scratch from "./scratch";
import { finish, multiplyAdd } from "./units";

/**
 * Like rows, but only over the `inputs` inputs that are not zero: `offsets` holds 128 times their position, `values` their
 * value. The weights lie in wide panels [output / 32][input][32], so that an input's row is whole cache lines; the row of
 * a zero input is never read.
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
  const end = offsets + ((<usize>inputs) << 2);
  let i = 0;
  for (; i + 4 <= count; i += 4, list += 16) {
    const p = <usize>load<u32>(list);
    if ((p & 3) === 0 && load<u32>(list, 12) === p + 3) {
      const at = y + (p << 5);
      memory.copy(at, bias + (p << 5), 128);
      wide(offsets, values, end, w + (p >> 2) * size, at);
      for (let j: usize = 0; j < 128; j += 32) finish(at + j, op);
      continue;
    }
    const q = <usize>load<u32>(list, 4);
    const r = <usize>load<u32>(list, 8);
    const t = <usize>load<u32>(list, 12);
    fetch(0, bias, p);
    fetch(32, bias, q);
    fetch(64, bias, r);
    fetch(96, bias, t);
    four(
      offsets,
      values,
      end,
      panelAt(w, size, p),
      panelAt(w, size, q),
      panelAt(w, size, r),
      panelAt(w, size, t),
      scratch.sums,
    );
    deliver(0, y, p, op);
    deliver(32, y, q, op);
    deliver(64, y, r, op);
    deliver(96, y, t, op);
  }
  for (; i < count; i += 2, list += 8) {
    const p = <usize>load<u32>(list);
    const q = i + 1 < count ? <usize>load<u32>(list, 4) : p;
    fetch(0, bias, p);
    fetch(32, bias, q);
    two(offsets, values, end, panelAt(w, size, p), panelAt(w, size, q), scratch.sums);
    deliver(0, y, p, op);
    if (q !== p) deliver(32, y, q, op);
  }
}

/** Where a panel begins in the wide panels. */
function panelAt(w: usize, size: usize, p: usize): usize {
  return w + (p >> 2) * size + ((p & 3) << 5);
}

/** The sums begin with the panel's biases. */
function fetch(at: usize, bias: usize, p: usize): void {
  v128.store(scratch.sums + at, v128.load(bias + (p << 5)));
  v128.store(scratch.sums + at, v128.load(bias + (p << 5), 16), 16);
}

function deliver(at: usize, y: usize, p: usize, op: usize): void {
  v128.store(y + (p << 5), v128.load(scratch.sums + at));
  v128.store(y + (p << 5), v128.load(scratch.sums + at, 16), 16);
  finish(y + (p << 5), op);
}

// The sums are in memory before and after, and addresses come as arguments: engines would compute them anew in each round.

/** Adds four panels side by side. */
export function wide(offsets: usize, values: usize, end: usize, w: usize, sums: usize): void {
  let a0 = v128.load(sums);
  let a1 = v128.load(sums, 16);
  let b0 = v128.load(sums, 32);
  let b1 = v128.load(sums, 48);
  let c0 = v128.load(sums, 64);
  let c1 = v128.load(sums, 80);
  let d0 = v128.load(sums, 96);
  let d1 = v128.load(sums, 112);
  while (offsets < end) {
    const k = w + <usize>load<u32>(offsets);
    const s = v128.load32_splat(values);
    a0 = multiplyAdd(a0, s, v128.load(k));
    a1 = multiplyAdd(a1, s, v128.load(k, 16));
    b0 = multiplyAdd(b0, s, v128.load(k, 32));
    b1 = multiplyAdd(b1, s, v128.load(k, 48));
    c0 = multiplyAdd(c0, s, v128.load(k, 64));
    c1 = multiplyAdd(c1, s, v128.load(k, 80));
    d0 = multiplyAdd(d0, s, v128.load(k, 96));
    d1 = multiplyAdd(d1, s, v128.load(k, 112));
    offsets += 4;
    values += 4;
  }
  v128.store(sums, a0);
  v128.store(sums, a1, 16);
  v128.store(sums, b0, 32);
  v128.store(sums, b1, 48);
  v128.store(sums, c0, 64);
  v128.store(sums, c1, 80);
  v128.store(sums, d0, 96);
  v128.store(sums, d1, 112);
}

// biome-ignore lint/complexity/noStaticOnlyClass: biome takes decorators in classes only
class Panels {
  /** Adds `n` panels anywhere, 2 or 4. */
  @inline
  static add(
    n: i32,
    offsets: usize,
    values: usize,
    end: usize,
    w0: usize,
    w1: usize,
    w2: usize,
    w3: usize,
    sums: usize,
  ): void {
    let a0 = v128.load(sums);
    let a1 = v128.load(sums, 16);
    let b0 = v128.load(sums, 32);
    let b1 = v128.load(sums, 48);
    let c0 = n > 2 ? v128.load(sums, 64) : a0;
    let c1 = n > 2 ? v128.load(sums, 80) : a0;
    let d0 = n > 2 ? v128.load(sums, 96) : a0;
    let d1 = n > 2 ? v128.load(sums, 112) : a0;
    while (offsets < end) {
      const k = <usize>load<u32>(offsets);
      const s = v128.load32_splat(values);
      a0 = multiplyAdd(a0, s, v128.load(w0 + k));
      a1 = multiplyAdd(a1, s, v128.load(w0 + k, 16));
      b0 = multiplyAdd(b0, s, v128.load(w1 + k));
      b1 = multiplyAdd(b1, s, v128.load(w1 + k, 16));
      if (n > 2) {
        c0 = multiplyAdd(c0, s, v128.load(w2 + k));
        c1 = multiplyAdd(c1, s, v128.load(w2 + k, 16));
        d0 = multiplyAdd(d0, s, v128.load(w3 + k));
        d1 = multiplyAdd(d1, s, v128.load(w3 + k, 16));
      }
      offsets += 4;
      values += 4;
    }
    v128.store(sums, a0);
    v128.store(sums, a1, 16);
    v128.store(sums, b0, 32);
    v128.store(sums, b1, 48);
    if (n > 2) {
      v128.store(sums, c0, 64);
      v128.store(sums, c1, 80);
      v128.store(sums, d0, 96);
      v128.store(sums, d1, 112);
    }
  }
}

export function four(
  offsets: usize,
  values: usize,
  end: usize,
  w0: usize,
  w1: usize,
  w2: usize,
  w3: usize,
  sums: usize,
): void {
  Panels.add(4, offsets, values, end, w0, w1, w2, w3, sums);
}

export function two(offsets: usize, values: usize, end: usize, w0: usize, w1: usize, sums: usize): void {
  Panels.add(2, offsets, values, end, w0, w1, 0, 0, sums);
}
