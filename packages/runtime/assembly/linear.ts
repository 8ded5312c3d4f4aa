import * as L from "../src/layout";
import { linearPath } from "./choose";
import { gather, nonZeroOffsets } from "./lists";
import { rows } from "./rows";
import * as scratch from "./scratch";
import { skipRows } from "./skip";
import { tile4 } from "./tile";

/** All panels for all `m` examples: tiles of four examples, a panel's weights staying in the cache for all of them. */
export function dense(x: usize, y: usize, m: i32, op: usize, all: usize): void {
  const xStride = <usize>load<u32>(op, L.OP_X_STRIDE);
  const yStride = <usize>load<u32>(op, L.OP_Y_STRIDE);
  const inputs = load<i32>(op, L.OP_INPUTS);
  const panels = load<i32>(op, L.OP_PANELS);
  const w = <usize>load<u32>(op, L.OP_WEIGHT);
  const bias = <usize>load<u32>(op, L.OP_BIAS);
  const tiled = m & ~3;
  for (let p = 0; tiled && p < panels; p++) {
    const wp = w + <usize>p * ((<usize>inputs) << 5);
    const bp = bias + ((<usize>p) << 5);
    let xi = x;
    let yi = y + ((<usize>p) << 5);
    for (let i = 0; i < tiled; i += 4, xi += xStride << 2, yi += yStride << 2)
      tile4(
        xi,
        xi + xStride,
        xi + 2 * xStride,
        xi + 3 * xStride,
        wp,
        bp,
        yi,
        yi + yStride,
        yi + 2 * yStride,
        yi + 3 * yStride,
        inputs,
        op,
      );
  }
  for (let i = <usize>tiled; i < <usize>m; i++)
    rows(x + i * xStride, w, bias, y + i * yStride, inputs, all, panels, op);
}

/** The listed panels of one example, over its inputs that are not zero. */
export function skipping(x: usize, y: usize, op: usize, list: usize, count: i32): void {
  const inputs = load<i32>(op, L.OP_INPUTS);
  const found = nonZeroOffsets(x, inputs, scratch.offsets);
  gather(x, scratch.offsets, found, scratch.values);
  skipRows(
    scratch.offsets,
    scratch.values,
    found,
    load<u32>(op, L.OP_WIDE),
    (<usize>inputs) << 7,
    load<u32>(op, L.OP_BIAS),
    y,
    list,
    count,
    op,
  );
}

/** A layer without gates. Returns the path taken. */
export function linear(x: usize, y: usize, m: i32, op: usize, program: usize): i32 {
  const all = <usize>load<u32>(program, L.HEADER_PANELS);
  const path = linearPath(x, m, op, program);
  if (path !== L.PATH_INPUTS) {
    dense(x, y, m, op, all);
    return L.PATH_DENSE;
  }
  const xStride = <usize>load<u32>(op, L.OP_X_STRIDE);
  const yStride = <usize>load<u32>(op, L.OP_Y_STRIDE);
  for (let i = <usize>0; i < <usize>m; i++)
    skipping(x + i * xStride, y + i * yStride, op, all, load<i32>(op, L.OP_PANELS));
  return path;
}
