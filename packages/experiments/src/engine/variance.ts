/**
 * Total variance of an estimate: the sum over its entries of the unbiased sample variance, accumulated in float64
 * (Welford). `draw(i)` gives the i-th independent estimate.
 */
export async function totalVariance(
  draw: (i: number) => Promise<ArrayLike<number>>,
  count: number,
): Promise<number> {
  let mean = new Float64Array(0);
  let squares = new Float64Array(0);
  for (let i = 0; i < count; i++) {
    const estimate = await draw(i);
    if (i === 0) {
      mean = new Float64Array(estimate.length);
      squares = new Float64Array(estimate.length);
    }
    for (let j = 0; j < estimate.length; j++) {
      const delta = estimate[j]! - mean[j]!;
      mean[j]! += delta / (i + 1);
      squares[j]! += delta * (estimate[j]! - mean[j]!);
    }
  }
  return squares.reduce((sum, s) => sum + s, 0) / (count - 1);
}
