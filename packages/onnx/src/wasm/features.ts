import type { Code } from "./instructions.ts";
import { moduleOf } from "./module.ts";
import { f32x4, v128 } from "./vectors.ts";

const drop: Code = [0x1a];

/**
 * Whether WebAssembly has vectors (SIMD) here.
 *
 * @example
 * hasVectors(); // true
 */
export const hasVectors = (): boolean => WebAssembly.validate(moduleOf([], [], [...v128.counters, ...drop]));

/**
 * Whether WebAssembly has fused multiply-add (relaxed SIMD) here and now: in Node 20 a flag of V8 can change the answer while
 * the process runs, so ask once and keep it.
 *
 * @example
 * hasFused(); // true on Node 22 and later
 */
export const hasFused = (): boolean =>
  WebAssembly.validate(
    moduleOf([], [], [...v128.counters, ...v128.counters, ...v128.counters, ...f32x4.multiplyAdd, ...drop]),
  );
