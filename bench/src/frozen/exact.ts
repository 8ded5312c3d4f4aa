/** Exact gradients of many examples at once: all of them share the decoder's output at each state of the latents. */

/** Every joint state of categorical variables, one-hot: `[categories^variables, variables * categories]`. */
export function oneHotStates(variables: number, categories: number): Float32Array {
  const states = categories ** variables;
  const width = variables * categories;
  const rows = new Float32Array(states * width);
  for (let s = 0; s < states; s++)
    for (let v = 0; v < variables; v++) rows[s * width + v * categories + digit(s, v, categories)] = 1;
  return rows;
}

const digit = (state: number, variable: number, categories: number): number =>
  Math.floor(state / categories ** variable) % categories;

/** `-log p(x|z)` of every example at every state, `[examples][states]`, from the decoder's logits `[states, pixels]`. */
export function lossesAtStates(
  x: ArrayLike<number>,
  decoded: ArrayLike<number>,
  pixels: number,
): Float64Array[] {
  const states = decoded.length / pixels;
  const examples = x.length / pixels;
  const total = new Float64Array(states);
  for (let s = 0; s < states; s++)
    for (let i = 0; i < pixels; i++) {
      const a = decoded[s * pixels + i]!;
      total[s]! += Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a)));
    }
  return Array.from({ length: examples }, (_, n) => {
    const losses = total.slice();
    for (let s = 0; s < states; s++) {
      let match = 0;
      for (let i = 0; i < pixels; i++) match += x[n * pixels + i]! * decoded[s * pixels + i]!;
      losses[s]! -= match;
    }
    return losses;
  });
}

/**
 * The gradient of `E[f]` with respect to one example's logits `[variables * categories]`, in float64:
 * `sum_s P(s) (f(s) - mean f) (D_s - pi)`.
 */
export function exactCategoricalGradient(
  logits: ArrayLike<number>,
  losses: Float64Array,
  [variables, categories]: readonly [number, number],
): Float64Array {
  const pi = new Float64Array(variables * categories);
  for (let v = 0; v < variables; v++) {
    const row = Array.from({ length: categories }, (_, c) => logits[v * categories + c]!);
    const top = Math.max(...row);
    const sum = row.reduce((all, a) => all + Math.exp(a - top), 0);
    row.forEach((a, c) => {
      pi[v * categories + c] = Math.exp(a - top) / sum;
    });
  }
  const weights = losses.map((_, s) => {
    let p = 1;
    for (let v = 0; v < variables; v++) p *= pi[v * categories + digit(s, v, categories)]!;
    return p;
  });
  const mean = weights.reduce((sum, p, s) => sum + p * losses[s]!, 0);
  const gradient = new Float64Array(variables * categories);
  for (const [s, p] of weights.entries())
    for (let v = 0; v < variables; v++)
      gradient[v * categories + digit(s, v, categories)]! += p * (losses[s]! - mean);
  // Less pi times the mean of f - mean f, which is zero.
  return gradient;
}
