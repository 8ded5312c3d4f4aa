import type { Threshold } from "./circuit.ts";
import * as L from "./layout.ts";

/** Sixteen pixels, a threshold for each (or none), and the place of the sixteen wires that they become. */
export interface Pack {
  readonly pixel: number;
  readonly above: readonly number[];
  readonly place: number;
}

const lanes = 16;

/** Thresholds by sixteen neighbouring pixels: of each pixel the first ones together, then the second ones, and so on. */
export function packsOf(
  thresholds: readonly Threshold[],
  first: number,
): { readonly packs: readonly Pack[]; readonly places: readonly number[]; readonly end: number } {
  const seen = new Map<number, number>();
  const packs = new Map<
    string,
    { readonly pixel: number; readonly above: number[]; readonly place: number }
  >();
  const places = thresholds.map(([pixel, above]) => {
    const rank = seen.get(pixel) ?? 0;
    seen.set(pixel, rank + 1);
    const lane = pixel % lanes;
    const key = `${pixel - lane} ${rank}`;
    const pack = packs.get(key) ?? {
      pixel: pixel - lane,
      above: Array<number>(lanes).fill(Number.POSITIVE_INFINITY),
      place: first + packs.size * lanes * L.WIRE,
    };
    packs.set(key, pack);
    pack.above[lane] = above;
    return pack.place + lane * L.WIRE;
  });
  return {
    packs: [...packs.values()].sort((a, b) => a.pixel - b.pixel),
    places,
    end: first + packs.size * lanes * L.WIRE,
  };
}

/** Thresholds for bytes, which kernels compare as signed ones; then, all ones, those that every byte is above. */
export function byteThresholds(above: readonly number[]): Uint8Array {
  return Uint8Array.from([
    ...above.map((value) => Math.min(255, Math.max(0, Math.floor(value))) ^ 128),
    ...above.map((value) => (value < 0 ? 255 : 0)),
  ]);
}

/** Thresholds for float32: the largest that is not above the given one, so that x > it says the same of every float32. */
export function floatThresholds(above: readonly number[]): Float32Array {
  return Float32Array.from(above, (value) => {
    const near = Math.fround(value);
    return near > value ? before(near) : near;
  });
}

/** The next smaller float32. */
function before(value: number): number {
  const floats = Float32Array.of(value);
  const bits = new Int32Array(floats.buffer);
  if (value === 0) return -(2 ** -149);
  bits[0]! += value > 0 ? -1 : 1;
  return floats[0]!;
}
