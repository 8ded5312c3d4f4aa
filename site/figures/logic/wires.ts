import type { Circuit } from "@hardgrad/runtime/circuit";

/** The bits of all wires for one example. */
export function wireBits(
  { thresholds, gates }: Circuit,
  example: ArrayLike<number>,
): Uint8Array<ArrayBuffer> {
  const bits = new Uint8Array(thresholds.length + gates.length);
  for (const [i, [pixel, above]] of thresholds.entries()) bits[i] = example[pixel]! > above ? 1 : 0;
  for (const [i, [operation, a, b]] of gates.entries())
    bits[thresholds.length + i] = (operation >> (3 - 2 * bits[a]! - bits[b]!)) & 1;
  return bits;
}

/** Of every wire: 0 for thresholds, else one more than the highest that it reads. */
export function levelsOf({ thresholds, gates }: Circuit): number[] {
  const levels = thresholds.map(() => 0);
  for (const [, a, b] of gates) levels.push(1 + Math.max(levels[a]!, levels[b]!));
  return levels;
}
