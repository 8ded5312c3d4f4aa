import * as L from "../src/layout";
import { gatedPath } from "./choose";
import { dots } from "./dots";
import { applyGates } from "./gate";
import { groupedBlocks } from "./grouped";
import { dense, skipping } from "./linear";
import { nonZeros, panelsOf } from "./lists";
import { rows } from "./rows";
import * as scratch from "./scratch";

/** A gated layer: closed blocks give 0 and their weights are not read, unless dense is cheaper. Returns the path. */
export function gated(x: usize, y: usize, gates: usize, m: i32, op: usize, program: usize): i32 {
  const units = load<i32>(op, L.OP_KIND) === L.KIND_UNIT_GATED;
  const path = gatedPath(x, gates, m, op, program);
  const yStride = <usize>load<u32>(op, L.OP_Y_STRIDE);
  if (path === L.PATH_DENSE) dense(x, y, m, op, load<u32>(program, L.HEADER_PANELS));
  else {
    memory.fill(y, 0, yStride * m);
    if (units) unitGates(x, y, gates, m, op);
    else if (path === L.PATH_GATES && m > 1)
      groupedBlocks(x, y, gates, m, op, load<u32>(program, L.HEADER_PANELS));
    else blockRows(x, y, gates, m, op, path);
  }
  if (path === L.PATH_DENSE || load<i32>(op, L.OP_FLAGS) & L.FLAG_SCALED) {
    const width = units ? 1 : load<i32>(op, L.OP_BLOCK) << 3;
    const stride = <usize>load<u32>(op, L.OP_GATES_STRIDE);
    for (let i = <usize>0; i < <usize>m; i++)
      applyGates(
        y + i * yStride,
        gates + i * stride,
        load<i32>(op, L.OP_GROUPS),
        width,
        load<i32>(op, L.OP_OUTPUTS),
      );
  }
  return path;
}

/** Example by example, each with its own open units. */
function unitGates(x: usize, y: usize, gates: usize, m: i32, op: usize): void {
  const groups = load<i32>(op, L.OP_GROUPS);
  const stride = <usize>load<u32>(op, L.OP_GATES_STRIDE);
  const xStride = <usize>load<u32>(op, L.OP_X_STRIDE);
  const yStride = <usize>load<u32>(op, L.OP_Y_STRIDE);
  for (let i = <usize>0; i < <usize>m; i++) {
    const count = nonZeros(gates + i * stride, groups, scratch.open, 0);
    dots(x + i * xStride, y + i * yStride, scratch.open, count, op);
  }
}

/** Example by example, each with its own open panels. */
function blockRows(x: usize, y: usize, gates: usize, m: i32, op: usize, path: i32): void {
  const xStride = <usize>load<u32>(op, L.OP_X_STRIDE);
  const yStride = <usize>load<u32>(op, L.OP_Y_STRIDE);
  const stride = <usize>load<u32>(op, L.OP_GATES_STRIDE);
  const inputs = load<i32>(op, L.OP_INPUTS);
  for (let i = <usize>0; i < <usize>m; i++) {
    const open = nonZeros(gates + i * stride, load<i32>(op, L.OP_GROUPS), scratch.open, 0);
    const count = panelsOf(
      scratch.open,
      open,
      load<i32>(op, L.OP_BLOCK),
      load<i32>(op, L.OP_PANELS),
      scratch.panelList,
    );
    const xi = x + i * xStride;
    const yi = y + i * yStride;
    if (path === L.PATH_INPUTS) skipping(xi, yi, op, scratch.panelList, count);
    else
      rows(
        xi,
        load<u32>(op, L.OP_WEIGHT),
        load<u32>(op, L.OP_BIAS),
        yi,
        inputs,
        scratch.panelList,
        count,
        op,
      );
  }
}
