import * as L from "../../src/circuit/layout";
import { placeBuffers, slices } from "./buffers";
import { chooseBetter, chooseFirst, writeBest, writeScores } from "./choose";
import { countClass } from "./count";
import { storeGates } from "./gates";
import { packImages } from "./pack";

/**
 * Runs at most 128 images: pixels [images][inputs] at `input`; at `output` the best class of each as 16-bit numbers (eight
 * at a time), or, where the program wants them, scores [images][classes] of 32 bits.
 */
export function run(program: usize, scratch: usize, input: usize, output: usize, images: i32): void {
  placeBuffers(scratch + load<u32>(program, L.CIRCUIT_BUFFERS));
  v128.store(scratch, i32x4.splat(0), L.PLACE_ZERO);
  v128.store(scratch, i32x4.splat(-1), L.PLACE_ONE);
  packImages(program, scratch, input, images);
  storeGates(program, scratch);
  const count = load<i32>(program, L.CIRCUIT_SLICES);
  const classes = load<i32>(program, L.CIRCUIT_CLASS_COUNT);
  const indexSlices = load<i32>(program, L.CIRCUIT_INDEX_SLICES);
  const scores = load<u32>(program, L.CIRCUIT_SCORES) === 1;
  let entry = <usize>load<u32>(program, L.CIRCUIT_CLASSES);
  for (let c = 0; c < classes; c++, entry += L.CLASS_BYTES) {
    countClass(entry, scratch, slices, count);
    if (scores) writeScores(slices, count, output + ((<usize>c) << 2), classes, images);
    else if (c === 0) chooseFirst(slices, count);
    else chooseBetter(slices, count, c, indexSlices);
  }
  if (!scores) writeBest(output, images, indexSlices);
}

/** Whether all of `length` numbers are finite. */
export function allFinite(x: usize, length: i32): bool {
  const end = x + ((<usize>length) << 2);
  const zero = f32x4.splat(0);
  let good = f32x4.eq(zero, zero);
  for (; x + 16 <= end; x += 16) {
    const v = v128.load(x);
    good = v128.and(good, f32x4.eq(f32x4.sub(v, v), zero));
  }
  for (; x < end; x += 4) if (!Number.isFinite(load<f32>(x))) return false;
  return i32x4.all_true(good);
}
