/**
 * Threefry-2x32 with 20 rounds (Salmon et al. 2011), the counter-based generator of JAX and jax-js: bit-equal to
 * their `random_bits` for counters (0, 0), (0, 1), ... under one key.
 */

/** Which of the two output words: both combined by exclusive or, or one of them. */
export type Mode = "xor" | 0 | 1;

/**
 * Random words of Threefry-2x32 with 20 rounds under one key, bit-equal to `random.bits` of jax-js.
 *
 * @param k0 first word of the key; `k1` the second.
 * @param count how many words to write.
 * @param mode which of the two output words: both combined by exclusive or (`"xor"`), or one of them.
 * @param out where they go, from `offset` (default 0).
 * @see Salmon et al. 2011
 * @example
 * const words = new Uint32Array(4);
 * threefryBits(0, 7, 4, "xor", words); // those of random.key(7)
 */
export function threefryBits(
  k0: number,
  k1: number,
  count: number,
  mode: Mode,
  out: Uint32Array,
  offset = 0,
): void {
  const a = k0 | 0;
  const b = k1 | 0;
  const c = a ^ b ^ 0x1bd11bda;
  const [c1, a2, b3, c4, a5] = [(c + 1) | 0, (a + 2) | 0, (b + 3) | 0, (c + 4) | 0, (a + 5) | 0];
  for (let i = 0; i < count; i++) {
    let x = a;
    let y = (i + b) | 0;
    x = (x + y) | 0;
    y = ((y << 13) | (y >>> 19)) ^ x;
    x = (x + y) | 0;
    y = ((y << 15) | (y >>> 17)) ^ x;
    x = (x + y) | 0;
    y = ((y << 26) | (y >>> 6)) ^ x;
    x = (x + y) | 0;
    y = ((y << 6) | (y >>> 26)) ^ x;
    x = (x + b) | 0;
    y = (y + c1) | 0;
    x = (x + y) | 0;
    y = ((y << 17) | (y >>> 15)) ^ x;
    x = (x + y) | 0;
    y = ((y << 29) | (y >>> 3)) ^ x;
    x = (x + y) | 0;
    y = ((y << 16) | (y >>> 16)) ^ x;
    x = (x + y) | 0;
    y = ((y << 24) | (y >>> 8)) ^ x;
    x = (x + c) | 0;
    y = (y + a2) | 0;
    x = (x + y) | 0;
    y = ((y << 13) | (y >>> 19)) ^ x;
    x = (x + y) | 0;
    y = ((y << 15) | (y >>> 17)) ^ x;
    x = (x + y) | 0;
    y = ((y << 26) | (y >>> 6)) ^ x;
    x = (x + y) | 0;
    y = ((y << 6) | (y >>> 26)) ^ x;
    x = (x + a) | 0;
    y = (y + b3) | 0;
    x = (x + y) | 0;
    y = ((y << 17) | (y >>> 15)) ^ x;
    x = (x + y) | 0;
    y = ((y << 29) | (y >>> 3)) ^ x;
    x = (x + y) | 0;
    y = ((y << 16) | (y >>> 16)) ^ x;
    x = (x + y) | 0;
    y = ((y << 24) | (y >>> 8)) ^ x;
    x = (x + b) | 0;
    y = (y + c4) | 0;
    x = (x + y) | 0;
    y = ((y << 13) | (y >>> 19)) ^ x;
    x = (x + y) | 0;
    y = ((y << 15) | (y >>> 17)) ^ x;
    x = (x + y) | 0;
    y = ((y << 26) | (y >>> 6)) ^ x;
    x = (x + y) | 0;
    y = ((y << 6) | (y >>> 26)) ^ x;
    x = (x + c) | 0;
    y = (y + a5) | 0;
    out[offset + i] = mode === "xor" ? x ^ y : mode === 0 ? x : y;
  }
}
