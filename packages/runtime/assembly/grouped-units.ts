import * as L from "../src/layout";
import { dots, finishSums, rowBytes } from "./dots";
import { fetchStreams } from "./fetch";
import { fillBuckets } from "./lists";
import * as scratch from "./scratch";
import { multiplyStreams } from "./streams";

/** Bytes of an example that are multiplied before the next ones are: so much of 64 examples stays in the cache. */
const REACH: usize = 4 * L.REACH;

/**
 * A row of weights at a time, times the examples that open its unit, 4 to 8 at once. What fewer than four open goes
 * example by example, with the same order of additions.
 */
export function groupedUnits(x: usize, y: usize, gates: usize, m: i32, op: usize): void {
  const units = load<i32>(op, L.OP_GROUPS);
  fillBuckets(gates, m, op);
  for (let unit = 0; unit < units; ) {
    const first = unit;
    let pairs = 0;
    for (; unit < units && pairs <= scratch.PAIRS - L.CHUNK; unit++) pairs = addExamples(unit, x, pairs, op);
    multiply(first, unit, op);
    finishSums(pairs, op);
    deliver(first, unit, y, op);
  }
  restByExample(x, y, m, op);
}

/** How many examples a unit is multiplied by at once. */
function together(unit: i32): i32 {
  const count = load<i32>(scratch.counts + ((<usize>unit) << 2));
  return count < 4 ? 0 : count;
}

function bucketOf(unit: i32): usize {
  return scratch.buckets + <usize>unit * (L.CHUNK << 2);
}

/** Lists where a unit's examples lie; its sums begin with the bias. Returns how many pairs there are now. */
function addExamples(unit: i32, x: usize, pairs: i32, op: usize): i32 {
  const stride = <usize>load<u32>(op, L.OP_X_STRIDE);
  const bias = v128.load32_zero(<usize>load<u32>(op, L.OP_BIAS) + ((<usize>unit) << 2));
  const count = together(unit);
  const bytes = (<usize>count) << 2;
  const bucket = bucketOf(unit);
  const target = scratch.pairs + ((<usize>pairs) << 2);
  const sums = scratch.pairSums + ((<usize>pairs) << 4);
  for (let i: usize = 0; i < bytes; i += 4) {
    store<u32>(target + i, x + <usize>load<u32>(bucket + i) * stride);
    v128.store(sums + (i << 2), bias);
  }
  return pairs + count;
}

/** Piece by piece of the inputs, the units from `first` to `end`. */
function multiply(first: i32, end: i32, op: usize): void {
  const w = <usize>load<u32>(op, L.OP_ROWS);
  const stride = <usize>load<u32>(op, L.OP_ROW_BYTES);
  const size = rowBytes(op);
  for (let offset: usize = 0; offset < size; offset += REACH) {
    const bytes = min(REACH, size - offset);
    let examples = scratch.pairs;
    let sums = scratch.pairSums;
    let ahead = first;
    for (let unit = first; unit < end; unit++) {
      const count = together(unit);
      if (count === 0) continue;
      if (unit >= ahead) ahead = fetch(unit, end, w + offset, stride, bytes);
      const row = w + <usize>unit * stride + offset;
      multiplyStreams(count, row, row + bytes, examples, offset, sums);
      examples += (<usize>count) << 2;
      sums += (<usize>count) << 4;
    }
  }
}

/** Brings the next eight rows near, and returns the unit that comes after them. */
function fetch(unit: i32, end: i32, w: usize, stride: usize, bytes: usize): i32 {
  const list = scratch.streams;
  let at = list;
  for (; unit < end && at < list + 32; unit++) {
    if (together(unit) === 0) continue;
    store<u32>(at, w + <usize>unit * stride);
    at += 4;
  }
  for (; at < list + 32; at += 4) store<u32>(at, load<u32>(list));
  fetchStreams(list, bytes);
  return unit;
}

/** Puts the outputs where they belong. */
function deliver(first: i32, end: i32, y: usize, op: usize): void {
  const stride = <usize>load<u32>(op, L.OP_Y_STRIDE);
  let sum = scratch.pairSums;
  for (let unit = first; unit < end; unit++) {
    const bucket = bucketOf(unit);
    const bytes = (<usize>together(unit)) << 2;
    const target = y + ((<usize>unit) << 2);
    for (let i: usize = 0; i < bytes; i += 4, sum += 4)
      store<f32>(target + <usize>load<u32>(bucket + i) * stride, load<f32>(sum));
  }
}

/** Units that fewer than four examples open: a chain for each example, whose links are a unit and the next link. */
function restByExample(x: usize, y: usize, m: i32, op: usize): void {
  const xStride = <usize>load<u32>(op, L.OP_X_STRIDE);
  const yStride = <usize>load<u32>(op, L.OP_Y_STRIDE);
  const heads = scratch.restCounts;
  memory.fill(heads, 0, L.CHUNK << 2);
  let link = scratch.rest;
  for (let unit = load<i32>(op, L.OP_GROUPS) - 1; unit >= 0; unit--) {
    const count = load<i32>(scratch.counts + ((<usize>unit) << 2));
    if (count > 3) continue;
    const bucket = bucketOf(unit);
    for (let i = <usize>0; i < (<usize>count) << 2; i += 4, link += 8) {
      const head = heads + (load<u32>(bucket + i) << 2);
      store<i32>(link, unit);
      store<u32>(link, load<u32>(head), 4);
      store<u32>(head, link);
    }
  }
  for (let i = <usize>0; i < <usize>m; i++) {
    let last = scratch.open;
    for (let at = <usize>load<u32>(heads + (i << 2)); at !== 0; at = load<u32>(at, 4), last += 4)
      store<u32>(last, load<u32>(at));
    dots(x + i * xStride, y + i * yStride, scratch.open, <i32>((last - scratch.open) >> 2), op);
  }
}
