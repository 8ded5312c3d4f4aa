/**
 * A small random source for data and shuffles (mulberry32, public domain): integer operations only, so that Node and
 * every browser give the same numbers. Gradients use jax-js keys instead.
 */
export interface RandomSource {
  /** Uniform on [0, 1). */
  uniform(): number;
  /** Uniform on [low, high). */
  between(low: number, high: number): number;
  /** Fills an array with `(uniform() + uniform() - 1) * scale`, in less time. */
  triangular(values: Float64Array, scale: number): void;
  /** A whole number from 0 to count - 1. */
  below(count: number): number;
}

/** A source of random numbers for a seed and any number of stream indices. */
export function randomSource(seed: number, ...stream: readonly number[]): RandomSource {
  // Signed, which V8 keeps without an object on the heap for each new number.
  let state = mix(seed >>> 0) | 0;
  for (const part of stream) state = mix(state ^ mix(part >>> 0)) | 0;
  const uniform = (): number => {
    state = (state + STEP) | 0;
    return uniformOf(state);
  };
  return {
    uniform,
    triangular(values, scale) {
      let s = state;
      for (let i = 0; i < values.length; i++) {
        const first = uniformOf((s + STEP) | 0);
        s = (s + STEP + STEP) | 0;
        values[i] = (first + uniformOf(s) - 1) * scale;
      }
      state = s;
    },
    between: (low, high) => low + (high - low) * uniform(),
    below: (count) => Math.floor(uniform() * count),
  };
}

const STEP = 0x6d2b79f5;

function uniformOf(state: number): number {
  let t = Math.imul(state ^ (state >>> 15), state | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}

function mix(x: number): number {
  let h = (x + 0x9e3779b9) >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/**
 * The order of the examples in an epoch: a pure function of seed and epoch, so that a resumed run sees the same.
 *
 * @example
 * shuffled(5, 0, 0); // a permutation of 0..4
 */
export function shuffled(count: number, seed: number, epoch: number): Int32Array {
  const order = new Int32Array(count);
  for (let i = 0; i < count; i++) order[i] = i;
  const random = randomSource(seed, 0x5eed, epoch);
  for (let i = count - 1; i > 0; i--) {
    const j = random.below(i + 1);
    const held = order[i]!;
    order[i] = order[j]!;
    order[j] = held;
  }
  return order;
}
