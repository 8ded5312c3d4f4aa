import * as L from "../src/layout";
import { blockPath, countRows, unitPath } from "./choose";
import { dots } from "./dots";
import { applyGates } from "./gate";
import { groupedBlocks } from "./grouped";
import { groupedUnits } from "./grouped-units";
import { dense, skipping } from "./linear";
import { nonZeros, panelsOf } from "./lists";
import { rows } from "./rows";
import * as scratch from "./scratch";

/** A gated layer: closed blocks give 0 and their weights are not read, unless dense is cheaper. Returns the path. */
export function gated(x: usize, y: usize, gates: usize, m: i32, op: usize, program: usize): i32 {
  return load<i32>(op, L.OP_KIND) === L.KIND_UNIT_GATED
    ? unitGated(x, y, gates, m, op, program)
    : blockGated(x, y, gates, m, op, program);
}

function blockGated(x: usize, y: usize, gates: usize, m: i32, op: usize, program: usize): i32 {
  const path = blockPath(x, gates, m, op, program);
  const all = <usize>load<u32>(program, L.HEADER_PANELS);
  if (path === L.PATH_DENSE) dense(x, y, m, op, all);
  else {
    memory.fill(y, 0, <usize>load<u32>(op, L.OP_Y_STRIDE) * m);
    if (path === L.PATH_GATES && m > 1) groupedBlocks(x, y, gates, m, op, all);
    else blockRows(x, y, gates, m, op, path);
  }
  multiplyByGates(y, gates, m, op, path, load<i32>(op, L.OP_BLOCK) << 3);
  return path;
}

function unitGated(x: usize, y: usize, gates: usize, m: i32, op: usize, program: usize): i32 {
  const units = load<i32>(op, L.OP_GROUPS);
  const stride = <usize>load<u32>(op, L.OP_GATES_STRIDE);
  // One example's list serves for choosing and for computing.
  const open = m === 1 ? nonZeros(gates, units, scratch.open) : countRows(gates, m, units, stride);
  const path = unitPath(open, m, op, program);
  const xStride = <usize>load<u32>(op, L.OP_X_STRIDE);
  const yStride = <usize>load<u32>(op, L.OP_Y_STRIDE);
  if (path === L.PATH_DENSE) dense(x, y, m, op, load<u32>(program, L.HEADER_PANELS));
  else {
    memory.fill(y, 0, yStride * m);
    if (m >= 4 && load<i32>(op, L.OP_FLAGS) & L.FLAG_FAR) groupedUnits(x, y, gates, m, op);
    else if (m === 1) dots(x, y, scratch.open, open, op);
    else
      for (let i = <usize>0; i < <usize>m; i++) {
        const own = nonZeros(gates + i * stride, units, scratch.open);
        dots(x + i * xStride, y + i * yStride, scratch.open, own, op);
      }
  }
  multiplyByGates(y, gates, m, op, path, 1);
  return path;
}

/** Gates with values multiply; after the dense path, closed ones clear what was computed. */
function multiplyByGates(y: usize, gates: usize, m: i32, op: usize, path: i32, width: i32): void {
  if (path !== L.PATH_DENSE && !(load<i32>(op, L.OP_FLAGS) & L.FLAG_SCALED)) return;
  const yStride = <usize>load<u32>(op, L.OP_Y_STRIDE);
  const stride = <usize>load<u32>(op, L.OP_GATES_STRIDE);
  const groups = load<i32>(op, L.OP_GROUPS);
  const outputs = load<i32>(op, L.OP_OUTPUTS);
  for (let i = <usize>0; i < <usize>m; i++)
    applyGates(y + i * yStride, gates + i * stride, groups, width, outputs);
}

/** Example by example, each with its own open panels. */
function blockRows(x: usize, y: usize, gates: usize, m: i32, op: usize, path: i32): void {
  const xStride = <usize>load<u32>(op, L.OP_X_STRIDE);
  const yStride = <usize>load<u32>(op, L.OP_Y_STRIDE);
  const stride = <usize>load<u32>(op, L.OP_GATES_STRIDE);
  const inputs = load<i32>(op, L.OP_INPUTS);
  for (let i = <usize>0; i < <usize>m; i++) {
    const open = nonZeros(gates + i * stride, load<i32>(op, L.OP_GROUPS), scratch.open);
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
