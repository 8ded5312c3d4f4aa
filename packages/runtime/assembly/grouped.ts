import * as L from "../src/layout";
import { fetchPanel } from "./fetch";
import { fillBuckets } from "./lists";
import { rows } from "./rows";
import * as scratch from "./scratch";
import { tile2, tile3, tile4 } from "./tile";

/**
 * Gate by gate: tiles of four of its examples, then of the two or three that are left, while the weights are near.
 * A last example alone takes the block's panels together, or, if there is but one, waits for its other panels.
 * `all` is the list of all panels.
 */
export function groupedBlocks(x: usize, y: usize, gates: usize, m: i32, op: usize, all: usize): void {
  const xStride = <usize>load<u32>(op, L.OP_X_STRIDE);
  const yStride = <usize>load<u32>(op, L.OP_Y_STRIDE);
  const inputs = load<i32>(op, L.OP_INPUTS);
  const panels = load<i32>(op, L.OP_PANELS);
  const block = load<i32>(op, L.OP_BLOCK);
  const groups = load<i32>(op, L.OP_GROUPS);
  const w = <usize>load<u32>(op, L.OP_WEIGHT);
  const bias = <usize>load<u32>(op, L.OP_BIAS);
  const far = (load<i32>(op, L.OP_FLAGS) & L.FLAG_FAR) !== 0;
  fillBuckets(gates, m, op);
  memory.fill(scratch.restCounts, 0, L.CHUNK << 2);
  for (let g = 0; g < groups; g++) {
    const examples = scratch.buckets + <usize>g * (L.CHUNK << 2);
    const count = load<i32>(scratch.counts + ((<usize>g) << 2));
    if (count === 0) continue;
    const first = g * block;
    const end = min(panels, first + block);
    const last = examples + ((<usize>(count & ~3)) << 2);
    const left = count & 3;
    for (let p = first; p < end; p++) {
      const wp = w + <usize>p * ((<usize>inputs) << 5);
      const bp = bias + ((<usize>p) << 5);
      const yp = y + ((<usize>p) << 5);
      if (far) fetchPanel(wp, (<usize>inputs) << 5);
      for (let at = examples; at < last; at += 16) {
        const a = <usize>load<u32>(at);
        const b = <usize>load<u32>(at, 4);
        const c = <usize>load<u32>(at, 8);
        const d = <usize>load<u32>(at, 12);
        tile4(
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
      if (left < 2) continue;
      const a = <usize>load<u32>(last);
      const b = <usize>load<u32>(last, 4);
      if (left === 2)
        tile2(x + a * xStride, x + b * xStride, wp, bp, yp + a * yStride, yp + b * yStride, inputs, op);
      else {
        const c = <usize>load<u32>(last, 8);
        tile3(
          x + a * xStride,
          x + b * xStride,
          x + c * xStride,
          wp,
          bp,
          yp + a * yStride,
          yp + b * yStride,
          yp + c * yStride,
          inputs,
          op,
        );
      }
    }
    if (left !== 1) continue;
    const a = <usize>load<u32>(last);
    if (end - first === 1) addRest(a, first, panels);
    else
      rows(x + a * xStride, w, bias, y + a * yStride, inputs, all + ((<usize>first) << 2), end - first, op);
  }
  for (let i = <usize>0; i < <usize>m; i++) {
    const list = scratch.rest + i * ((<usize>panels) << 2);
    const count = load<i32>(scratch.restCounts + (i << 2));
    rows(x + i * xStride, w, bias, y + i * yStride, inputs, list, count, op);
  }
}

function addRest(example: usize, panel: i32, panels: i32): void {
  const at = scratch.restCounts + (example << 2);
  const count = load<i32>(at);
  store<i32>(scratch.rest + ((example * <usize>panels + <usize>count) << 2), panel);
  store<i32>(at, count + 1);
}
