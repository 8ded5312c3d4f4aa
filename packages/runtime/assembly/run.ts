import * as L from "../src/layout";
import { bitRow, packBits } from "./bits";
import { gate } from "./gate";
import { gated } from "./gated";
import { argmax, softmax } from "./heads";
import { linear } from "./linear";
import * as scratch from "./scratch";
import { activate } from "./units";

/** Bytes that the lists of one thread need. */
export function listBytes(width: i32, groups: i32): i32 {
  return <i32>scratch.place(0, width, groups);
}

/**
 * Runs `m` examples (at most 64) through the program: inputs [m][length] at `input`, outputs [m][length] at `output`.
 * Returns -1, or the position of the first example that holds a number that is not finite; then nothing is computed.
 */
export function run(program: usize, base: usize, input: usize, output: usize, m: i32): i32 {
  const length = (<usize>load<u32>(program, L.HEADER_INPUTS)) << 2;
  const inputStride = <usize>load<u32>(program, L.HEADER_INPUT_STRIDE);
  scratch.place(
    base + load<u32>(program, L.HEADER_LISTS),
    load<u32>(program, L.HEADER_WIDTH),
    load<u32>(program, L.HEADER_GROUPS),
  );
  for (let i = 0; i < m; i++) {
    const row = base + <usize>i * inputStride;
    memory.copy(row, input + <usize>i * length, length);
    if (!allFinite(row, length)) return i;
  }
  const ops = load<i32>(program, L.HEADER_OPS);
  for (let j = 0; j < ops; j++) step(program, program + L.HEADER_BYTES + <usize>j * L.OP_BYTES, base, m);
  const result = base + load<u32>(program, L.HEADER_OUTPUT);
  const bytes = (<usize>load<u32>(program, L.HEADER_OUTPUTS)) << 2;
  const stride = <usize>load<u32>(program, L.HEADER_OUTPUT_STRIDE);
  for (let i = <usize>0; i < <usize>m; i++) memory.copy(output + i * bytes, result + i * stride, bytes);
  return -1;
}

function allFinite(x: usize, bytes: usize): bool {
  const end = x + bytes;
  const zero = f32x4.splat(0);
  let good = f32x4.eq(zero, zero);
  for (; x + 16 <= end; x += 16) {
    const v = v128.load(x);
    good = v128.and(good, f32x4.eq(f32x4.sub(v, v), zero));
  }
  for (; x < end; x += 4) if (!Number.isFinite(load<f32>(x))) return false;
  return i32x4.all_true(good);
}

function step(program: usize, op: usize, base: usize, m: i32): void {
  const x = base + load<u32>(op, L.OP_X);
  const y = base + load<u32>(op, L.OP_Y);
  let path: i32 = L.PATH_DENSE;
  switch (load<i32>(op, L.OP_KIND)) {
    case L.KIND_LINEAR:
      path = linear(x, y, m, op, program);
      break;
    case L.KIND_GATED:
    case L.KIND_UNIT_GATED:
      path = gated(x, y, base + load<u32>(op, L.OP_GATES), m, op, program);
      break;
    default:
      for (let i = <usize>0; i < <usize>m; i++)
        row(x + i * load<u32>(op, L.OP_X_STRIDE), y + i * load<u32>(op, L.OP_Y_STRIDE), op);
  }
  store<i32>(base + load<u32>(op, L.OP_TAKEN), path);
}

/** What is done example by example. */
function row(x: usize, y: usize, op: usize): void {
  const n = load<i32>(op, L.OP_INPUTS);
  switch (load<i32>(op, L.OP_KIND)) {
    case L.KIND_BITS:
      packBits(x, n, scratch.bits, (load<i32>(op, L.OP_FLAGS) & L.FLAG_STEP) !== 0);
      bitRow(scratch.bits, y, op);
      break;
    case L.KIND_GATE:
      gate(x, y, n, op);
      break;
    case L.KIND_UNIT:
      for (let i = 0; i < n; i += 4, x += 16, y += 16) v128.store(y, activate(v128.load(x), op));
      break;
    case L.KIND_SOFTMAX:
      softmax(x, y, n);
      break;
    default:
      store<f32>(y, <f32>argmax(x, n));
  }
}
