import { best, index } from "./buffers";

/** The class with the highest score is at first the first. */
export function chooseFirst(slices: usize, count: i32): void {
  memory.copy(best, slices, (<usize>count) << 4);
  memory.fill(index, 0, 256);
}

/** Keeps, for each image, the better of what was best and a class: bits of scores are compared from the lowest up. */
export function chooseBetter(slices: usize, count: i32, class_: i32, indexSlices: i32): void {
  let more = i32x4.splat(0);
  for (let at: usize = 0; at < (<usize>count) << 4; at += 16) {
    const a = v128.load(slices + at);
    const b = v128.load(best + at);
    more = v128.bitselect(a, more, v128.xor(a, b));
  }
  for (let at: usize = 0; at < (<usize>count) << 4; at += 16)
    v128.store(best + at, v128.bitselect(v128.load(slices + at), v128.load(best + at), more));
  for (let k = 0; k < indexSlices; k++) {
    const at = index + ((<usize>k) << 4);
    const bit = i32x4.splat(-((class_ >> k) & 1));
    v128.store(at, v128.bitselect(bit, v128.load(at), more));
  }
}

// biome-ignore lint/complexity/noStaticOnlyClass: biome takes decorators in classes only
class Bits {
  /** The bits of 8 images of a slice, as 16-bit numbers. */
  @inline
  static spread(slice: usize, group: i32, k: i32): v128 {
    const places = i16x8(1, 2, 4, 8, 16, 32, 64, 128);
    const bits = i16x8.splat(load<u8>(slice + <usize>group));
    return v128.and(i16x8.eq(v128.and(bits, places), places), i16x8.splat((<i16>1) << (<i16>k)));
  }
}

/** The best class of every image, as 16-bit numbers. */
export function writeBest(output: usize, images: i32, indexSlices: i32): void {
  for (let g = 0; g < (images + 7) >> 3; g++, output += 16) {
    let numbers = i16x8.splat(0);
    for (let k = 0; k < indexSlices; k++)
      numbers = v128.or(numbers, Bits.spread(index + ((<usize>k) << 4), g, k));
    v128.store(output, numbers);
  }
}

/** The scores of a class of every image, `classes` apart. */
export function writeScores(slices: usize, count: i32, output: usize, classes: i32, images: i32): void {
  for (let i = 0; i < images; i++, output += (<usize>classes) << 2) {
    const byte = slices + <usize>(i >> 3);
    let score = 0;
    for (let k = 0; k < count; k++) score |= ((load<u8>(byte + ((<usize>k) << 4)) >> (i & 7)) & 1) << k;
    store<u32>(output, score);
  }
}
