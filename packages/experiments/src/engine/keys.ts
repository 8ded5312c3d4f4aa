import type { HostArray } from "../contract/backend.ts";

/** What a key is for: keys of different purposes never meet. */
export const PURPOSE = { init: 0, step: 1, evaluate: 2, variance: 3, draw: 4 } as const;

/**
 * A key that is a function of seed, purpose and index: a threefry key is a pair of 32-bit words.
 *
 * @example
 * keyOf(7, PURPOSE.step, 3).data; // [7, 268435459]
 */
export function keyOf(seed: number, purpose: number, index: number): HostArray {
  return { shape: [2], data: Uint32Array.from([seed >>> 0, ((purpose << 28) | index) >>> 0]) };
}
