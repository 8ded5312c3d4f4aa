/** Numbers in [-1, 1) from a seed. */
export function signedUniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

export const floats = (length: number, random: () => number): Float32Array =>
  Float32Array.from({ length }, random);

/** The share of numbers that is not zero. */
export const sparse = (length: number, share: number, random: () => number): Float32Array =>
  floats(length, random).map((v) => ((random() + 1) / 2 < share ? v : 0));

/** Largest difference; throws where it is more than the tolerance, or NaN. */
export function agree(
  what: string,
  given: ArrayLike<number>,
  wanted: ArrayLike<number>,
  tolerance: number,
): number {
  if (given.length !== wanted.length)
    throw new Error(`${what}: ${given.length} outputs, but ${wanted.length} are wanted`);
  let worst = 0;
  for (let i = 0; i < wanted.length; i++) {
    const off = Math.abs(given[i]! - wanted[i]!);
    if (!(off <= tolerance))
      throw new Error(`${what}: output ${i} is ${given[i]}, but ${wanted[i]} is wanted, within ${tolerance}`);
    worst = Math.max(worst, off);
  }
  return worst;
}
