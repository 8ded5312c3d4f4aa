import * as L from "../../src/circuit/layout";
import { rows, turned } from "./buffers";

/** Thresholds of `images` images become wires. Images beyond, up to 128, become anything. */
export function packImages(program: usize, scratch: usize, input: usize, images: i32): void {
  const floats = load<u32>(program, L.CIRCUIT_FLOATS) === 1;
  const stride = (<usize>load<u32>(program, L.CIRCUIT_INPUTS)) << (floats ? 2 : 0);
  const groups = (images + 7) >> 3;
  let item = <usize>load<u32>(program, L.CIRCUIT_PACKS);
  for (let i = load<i32>(program, L.CIRCUIT_PACK_COUNT); i > 0; i--, item += L.PACK_BYTES) {
    const pixels = input + load<u32>(item, L.PACK_PIXEL);
    const above = <usize>load<u32>(item, L.PACK_ABOVE);
    if (floats) compareFloats(pixels, stride, groups, above);
    else compareBytes(pixels, stride, groups, above);
    transpose(scratch + load<u32>(item, L.PACK_WIRES));
  }
}

/** Of each group of eight images one row: byte p has a bit for each image, whether its pixel p is above its threshold. */
function compareBytes(pixels: usize, stride: usize, groups: i32, above: usize): void {
  // Engines compare signed bytes in one instruction.
  const sign = i8x16.splat(-128);
  const border = v128.load(above);
  const always = v128.load(above, 16);
  for (let g = 0, at = pixels + stride * 7, row = rows; g < groups; g++, at += stride * 16, row += 16) {
    let bits = i8x16.splat(0);
    for (let j = 0; j < 8; j++, at -= stride)
      bits = i8x16.sub(i8x16.add(bits, bits), i8x16.gt_s(v128.xor(v128.load(at), sign), border));
    v128.store(row, v128.or(bits, always));
  }
}

function compareFloats(pixels: usize, stride: usize, groups: i32, above: usize): void {
  const a = v128.load(above);
  const b = v128.load(above, 16);
  const c = v128.load(above, 32);
  const d = v128.load(above, 48);
  for (let g = 0, at = pixels + stride * 7, row = rows; g < groups; g++, at += stride * 16, row += 16) {
    let bits = i8x16.splat(0);
    for (let j = 0; j < 8; j++, at -= stride) {
      const low = i16x8.narrow_i32x4_s(f32x4.gt(v128.load(at), a), f32x4.gt(v128.load(at, 16), b));
      const high = i16x8.narrow_i32x4_s(f32x4.gt(v128.load(at, 32), c), f32x4.gt(v128.load(at, 48), d));
      bits = i8x16.sub(i8x16.add(bits, bits), i8x16.narrow_i16x8_s(low, high));
    }
    v128.store(row, bits);
  }
}

/** Sixteen rows of sixteen bytes become columns: four times, the halves are interleaved. */
function transpose(wires: usize): void {
  interleave(rows, turned);
  interleave(turned, rows);
  interleave(rows, turned);
  interleave(turned, wires);
}

function interleave(from: usize, to: usize): void {
  for (let end = from + 128; from < end; from += 16, to += 32) {
    const a = v128.load(from);
    const b = v128.load(from, 128);
    v128.store(to, v128.shuffle<i8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23));
    v128.store(to, v128.shuffle<i8>(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31), 16);
  }
}
