import * as L from "../../src/circuit/layout";
import { held, sums } from "./buffers";
import { Gates } from "./gates";

/** Blocks of eight that the class has counted. */
let blocks: i32 = 0;

// biome-ignore lint/complexity/noStaticOnlyClass: biome takes decorators in classes only
class Count {
  /** Of three bits of weight 1, the bits of weight 1 and 2 that they add up to. */
  @inline
  static sum(a: v128, b: v128, c: v128): v128 {
    return v128.xor(v128.xor(a, b), c);
  }
  @inline
  static carry(a: v128, b: v128, c: v128): v128 {
    return v128.or(v128.and(a, b), v128.and(v128.xor(a, b), c));
  }

  /** Eight gates at a time: seven full adders leave one carry of weight 8. */
  @inline
  static run(operation: i32, pairs: usize, end: usize, flip: v128, scratch: usize): void {
    let ones = v128.load(sums);
    let twos = v128.load(sums, 16);
    let fours = v128.load(sums, 32);
    for (let pair = pairs; pair < end; pair += 64) {
      let a = v128.xor(Gates.output(operation, pair, scratch), flip);
      let b = v128.xor(Gates.output(operation, pair + 8, scratch), flip);
      const two0 = Count.carry(a, b, ones);
      ones = Count.sum(a, b, ones);
      a = v128.xor(Gates.output(operation, pair + 16, scratch), flip);
      b = v128.xor(Gates.output(operation, pair + 24, scratch), flip);
      const two1 = Count.carry(a, b, ones);
      ones = Count.sum(a, b, ones);
      const four0 = Count.carry(two0, two1, twos);
      twos = Count.sum(two0, two1, twos);
      a = v128.xor(Gates.output(operation, pair + 32, scratch), flip);
      b = v128.xor(Gates.output(operation, pair + 40, scratch), flip);
      const two2 = Count.carry(a, b, ones);
      ones = Count.sum(a, b, ones);
      a = v128.xor(Gates.output(operation, pair + 48, scratch), flip);
      b = v128.xor(Gates.output(operation, pair + 56, scratch), flip);
      const two3 = Count.carry(a, b, ones);
      ones = Count.sum(a, b, ones);
      const four1 = Count.carry(two2, two3, twos);
      twos = Count.sum(two2, two3, twos);
      const eight = Count.carry(four0, four1, fours);
      fours = Count.sum(four0, four1, fours);
      Count.eight(eight);
    }
    v128.store(sums, ones);
    v128.store(sums, twos, 16);
    v128.store(sums, fours, 32);
  }

  @inline
  static eight(eight: v128): void {
    let carry = eight;
    let at: usize = 48;
    for (let n = blocks; (n & 1) !== 0; n >>= 1, at += 16) {
      const sum = v128.load(sums + at);
      const other = v128.load(held + at);
      v128.store(sums + at, Count.sum(sum, other, carry));
      carry = Count.carry(sum, other, carry);
    }
    v128.store(held + at, carry);
    blocks++;
  }
}

/** The scores of a class, as bit slices at `slices`. */
export function countClass(entry: usize, scratch: usize, slices: usize, count: i32): void {
  const plus = load<i32>(entry, L.CLASS_PLUS);
  for (let k = 0; k < count; k++) v128.store(sums + ((<usize>k) << 4), i32x4.splat(-((plus >> k) & 1)));
  blocks = 0;
  let run = <usize>load<u32>(entry, L.CLASS_RUNS);
  for (let i = load<i32>(entry, L.CLASS_RUN_COUNT); i > 0; i--, run += L.RUN_BYTES) {
    const pairs = <usize>load<u32>(run, L.RUN_PAIRS);
    const end = pairs + ((<usize>load<u32>(run, L.RUN_COUNT)) << 3);
    const flip = i32x4.splat(-load<i32>(run, L.RUN_INVERTED));
    switch (load<i32>(run, L.RUN_OPERATION)) {
      case L.OPERATION_WIRE:
        Count.run(L.OPERATION_WIRE, pairs, end, flip, scratch);
        break;
      case L.OPERATION_AND:
        Count.run(L.OPERATION_AND, pairs, end, flip, scratch);
        break;
      case L.OPERATION_AND_NOT:
        Count.run(L.OPERATION_AND_NOT, pairs, end, flip, scratch);
        break;
      case L.OPERATION_XOR:
        Count.run(L.OPERATION_XOR, pairs, end, flip, scratch);
        break;
      default:
        Count.run(L.OPERATION_OR, pairs, end, flip, scratch);
    }
  }
  let carry = i32x4.splat(0);
  for (let k = 0; k < count; k++) {
    const at = (<usize>k) << 4;
    const sum = v128.load(sums + at);
    const waits = k >= 3 && ((blocks >> (k - 3)) & 1) !== 0;
    const more = waits ? v128.load(held + at) : i32x4.splat(0);
    v128.store(slices + at, Count.sum(sum, more, carry));
    carry = Count.carry(sum, more, carry);
  }
}
