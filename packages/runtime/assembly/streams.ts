import { multiplyAdd } from "./units";

// biome-ignore lint/complexity/noStaticOnlyClass: biome takes decorators in classes only
class Streams {
  /**
   * Adds to `n` sums, of 4 to 8, the products of one stream of numbers, from `shared` to `end` (a multiple of 32 bytes),
   * with `n` others, which begin `offset` bytes behind the listed addresses. A sum is four lanes, added up at the very end.
   */
  @inline
  static multiply(n: i32, shared: usize, end: usize, list: usize, offset: usize, sums: usize): void {
    let p0 = <usize>load<u32>(list) + offset;
    let p1 = <usize>load<u32>(list, 4) + offset;
    let p2 = <usize>load<u32>(list, 8) + offset;
    let p3 = <usize>load<u32>(list, 12) + offset;
    let p4 = n > 4 ? <usize>load<u32>(list, 16) + offset : 0;
    let p5 = n > 5 ? <usize>load<u32>(list, 20) + offset : 0;
    let p6 = n > 6 ? <usize>load<u32>(list, 24) + offset : 0;
    let p7 = n > 7 ? <usize>load<u32>(list, 28) + offset : 0;
    let a = v128.load(sums);
    let b = v128.load(sums, 16);
    let c = v128.load(sums, 32);
    let d = v128.load(sums, 48);
    let e = n > 4 ? v128.load(sums, 64) : a;
    let f = n > 5 ? v128.load(sums, 80) : a;
    let g = n > 6 ? v128.load(sums, 96) : a;
    let h = n > 7 ? v128.load(sums, 112) : a;
    while (shared < end) {
      const s = v128.load(shared);
      const t = v128.load(shared, 16);
      shared += 32;
      a = multiplyAdd(multiplyAdd(a, s, v128.load(p0)), t, v128.load(p0, 16));
      p0 += 32;
      b = multiplyAdd(multiplyAdd(b, s, v128.load(p1)), t, v128.load(p1, 16));
      p1 += 32;
      c = multiplyAdd(multiplyAdd(c, s, v128.load(p2)), t, v128.load(p2, 16));
      p2 += 32;
      d = multiplyAdd(multiplyAdd(d, s, v128.load(p3)), t, v128.load(p3, 16));
      p3 += 32;
      if (n > 4) {
        e = multiplyAdd(multiplyAdd(e, s, v128.load(p4)), t, v128.load(p4, 16));
        p4 += 32;
      }
      if (n > 5) {
        f = multiplyAdd(multiplyAdd(f, s, v128.load(p5)), t, v128.load(p5, 16));
        p5 += 32;
      }
      if (n > 6) {
        g = multiplyAdd(multiplyAdd(g, s, v128.load(p6)), t, v128.load(p6, 16));
        p6 += 32;
      }
      if (n > 7) {
        h = multiplyAdd(multiplyAdd(h, s, v128.load(p7)), t, v128.load(p7, 16));
        p7 += 32;
      }
    }
    v128.store(sums, a);
    v128.store(sums, b, 16);
    v128.store(sums, c, 32);
    v128.store(sums, d, 48);
    if (n > 4) v128.store(sums, e, 64);
    if (n > 5) v128.store(sums, f, 80);
    if (n > 6) v128.store(sums, g, 96);
    if (n > 7) v128.store(sums, h, 112);
  }
}

export function streams4(shared: usize, end: usize, list: usize, offset: usize, sums: usize): void {
  Streams.multiply(4, shared, end, list, offset, sums);
}

export function streams5(shared: usize, end: usize, list: usize, offset: usize, sums: usize): void {
  Streams.multiply(5, shared, end, list, offset, sums);
}

export function streams6(shared: usize, end: usize, list: usize, offset: usize, sums: usize): void {
  Streams.multiply(6, shared, end, list, offset, sums);
}

export function streams7(shared: usize, end: usize, list: usize, offset: usize, sums: usize): void {
  Streams.multiply(7, shared, end, list, offset, sums);
}

export function streams8(shared: usize, end: usize, list: usize, offset: usize, sums: usize): void {
  Streams.multiply(8, shared, end, list, offset, sums);
}

/** Products of one stream with `count` others, at least four: in parts of 4 to 8 that are as equal as can be. */
export function multiplyStreams(
  count: i32,
  shared: usize,
  end: usize,
  list: usize,
  offset: usize,
  sums: usize,
): void {
  let parts = (count + 7) >> 3;
  while (parts > 0) {
    const n = <usize>((count + parts - 1) / parts);
    switch (<i32>n) {
      case 8:
        streams8(shared, end, list, offset, sums);
        break;
      case 7:
        streams7(shared, end, list, offset, sums);
        break;
      case 6:
        streams6(shared, end, list, offset, sums);
        break;
      case 5:
        streams5(shared, end, list, offset, sums);
        break;
      default:
        streams4(shared, end, list, offset, sums);
    }
    count -= <i32>n;
    parts--;
    list += n << 2;
    sums += n << 4;
  }
}

/** Adds up the four lanes of `count` sums: one number each, at `target`; four are always written. */
export function addLanes(sums: usize, count: i32, target: usize): void {
  for (let i = 0; i < count; i += 4, sums += 64, target += 16) {
    const ab = addPairs(v128.load(sums), v128.load(sums, 16));
    const cd = addPairs(v128.load(sums, 32), v128.load(sums, 48));
    v128.store(
      target,
      f32x4.add(v128.shuffle<f32>(ab, cd, 0, 1, 4, 5), v128.shuffle<f32>(ab, cd, 2, 3, 6, 7)),
    );
  }
}

/** a0 + a2, b0 + b2, a1 + a3, b1 + b3: half of two sums side by side. */
function addPairs(a: v128, b: v128): v128 {
  return f32x4.add(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(a, b, 2, 6, 3, 7));
}
