import { randomSource } from "../../data/random.ts";

const STREAM = 0x57a1e;

/**
 * `count` styles of so many numbers each: standard normal noise (Box & Muller 1958). Style `from + n` is a function of
 * the seed and of its number alone.
 */
export function styleNoise(size: number, count: number, seed: number, from = 0): Float32Array {
  const noise = new Float32Array(count * size);
  for (let n = 0; n < count; n++) {
    const random = randomSource(seed, STREAM, from + n);
    for (let i = 0; i < size; i += 2) {
      const radius = Math.sqrt(-2 * Math.log(1 - random.uniform()));
      const angle = 2 * Math.PI * random.uniform();
      noise[n * size + i] = radius * Math.cos(angle);
      if (i + 1 < size) noise[n * size + i + 1] = radius * Math.sin(angle);
    }
  }
  return noise;
}
