import * as L from "../src/layout";
import { gatedPath } from "./choose";
import { dots } from "./dots";
import { applyGates } from "./gate";
import { dense, skipping } from "./linear";
import { nonZeros, panelsOf } from "./lists";
import { rows } from "./rows";
import * as scratch from "./scratch";
import { tile } from "./tile";

/** A gated layer: closed blocks give 0 and their weights are not read, unless dense is cheaper. Returns the path. */
export function gated(x: usize, y: usize, gates: usize, m: i32, op: usize, program: usize): i32 {
  const units = load<i32>(op, L.OP_KIND) === L.KIND_UNIT_GATED;
  const path = gatedPath(x, gates, m, op, program);
  const yStride = <usize>load<u32>(op, L.OP_Y_STRIDE);
  if (path === L.PATH_DENSE) dense(x, y, m, op, load<u32>(program, L.HEADER_PANELS));
  else {
    memory.fill(y, 0, yStride * m);
    if (units) unitRows(x, y, gates, m, op);
    else if (path === L.PATH_GATES && m > 1) grouped(x, y, gates, m, op);
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

function unitRows(x: usize, y: usize, gates: usize, m: i32, op: usize): void {
  const xStride = <usize>load<u32>(op, L.OP_X_STRIDE);
  const yStride = <usize>load<u32>(op, L.OP_Y_STRIDE);
  const stride = <usize>load<u32>(op, L.OP_GATES_STRIDE);
  for (let i = <usize>0; i < <usize>m; i++) {
    const count = nonZeros(gates + i * stride, load<i32>(op, L.OP_GROUPS), scratch.open, 0);
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

/** Gate by gate: tiles of four of its examples; what does not fill a tile is done example by example afterwards. */
function grouped(x: usize, y: usize, gates: usize, m: i32, op: usize): void {
  const xStride = <usize>load<u32>(op, L.OP_X_STRIDE);
  const yStride = <usize>load<u32>(op, L.OP_Y_STRIDE);
  const inputs = load<i32>(op, L.OP_INPUTS);
  const panels = load<i32>(op, L.OP_PANELS);
  const block = load<i32>(op, L.OP_BLOCK);
  const groups = load<i32>(op, L.OP_GROUPS);
  const w = <usize>load<u32>(op, L.OP_WEIGHT);
  const bias = <usize>load<u32>(op, L.OP_BIAS);
  fillBuckets(gates, m, op);
  memory.fill(scratch.restCounts, 0, L.CHUNK << 2);
  for (let g = 0; g < groups; g++) {
    const examples = scratch.buckets + <usize>g * (L.CHUNK << 2);
    const count = load<i32>(scratch.counts + ((<usize>g) << 2));
    const end = min(panels, (g + 1) * block);
    const tiled = count & ~3;
    for (let p = g * block; p < end; p++) {
      const wp = w + <usize>p * ((<usize>inputs) << 5);
      const bp = bias + ((<usize>p) << 5);
      const yp = y + ((<usize>p) << 5);
      let four = examples;
      for (let t = 0; t < tiled; t += 4, four += 16) {
        const a: usize = load<u32>(four);
        const b: usize = load<u32>(four, 4);
        const c: usize = load<u32>(four, 8);
        const d: usize = load<u32>(four, 12);
        tile(
          x + a * xStride,
          x + b * xStride,
          x + c * xStride,
          x + d * xStride,
          wp,
          bp,
          yp + a * yStride,
          yp + b * yStride,
          yp + c * yStride,
          yp + d * yStride,
          inputs,
          op,
        );
      }
      for (let t = tiled; t < count; t++) addRest(load<u32>(examples + ((<usize>t) << 2)), p, panels);
    }
  }
  for (let i = <usize>0; i < <usize>m; i++) {
    const list = scratch.rest + i * ((<usize>panels) << 2);
    rows(
      x + i * xStride,
      w,
      bias,
      y + i * yStride,
      inputs,
      list,
      load<i32>(scratch.restCounts + (i << 2)),
      op,
    );
  }
}

function addRest(example: usize, panel: i32, panels: i32): void {
  const at = scratch.restCounts + (example << 2);
  const count = load<i32>(at);
  store<i32>(scratch.rest + ((example * <usize>panels + <usize>count) << 2), panel);
  store<i32>(at, count + 1);
}

/** Lists the examples that open each gate. */
function fillBuckets(gates: usize, m: i32, op: usize): void {
  const groups = load<i32>(op, L.OP_GROUPS);
  const stride = <usize>load<u32>(op, L.OP_GATES_STRIDE);
  memory.fill(scratch.counts, 0, (<usize>groups) << 2);
  for (let i = 0; i < m; i++) {
    const open = nonZeros(gates + <usize>i * stride, groups, scratch.open, 0);
    for (let j = 0; j < open; j++) {
      const g: usize = load<u32>(scratch.open + ((<usize>j) << 2));
      const at = scratch.counts + (g << 2);
      const count = load<i32>(at);
      store<i32>(scratch.buckets + ((g * L.CHUNK + count) << 2), i);
      store<i32>(at, count + 1);
    }
  }
}
