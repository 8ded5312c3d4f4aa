/**
 * Total variance of an estimate: the sum over its entries of the unbiased sample variance, accumulated in float64
 * (Welford). `draw(i)` gives the i-th independent estimate, in one or more parts.
 */
export async function totalVariance(
  draw: (i: number) => Promise<readonly ArrayLike<number>[]>,
  count: number,
): Promise<number> {
  let means: Float64Array[] = [];
  let squares = 0;
  for (let i = 0; i < count; i++) {
    const parts = await draw(i);
    if (i === 0) means = parts.map((part) => new Float64Array(part.length));
    for (const [p, part] of parts.entries()) {
      const mean = means[p]!;
      for (let j = 0; j < part.length; j++) {
        const delta = part[j]! - mean[j]!;
        mean[j]! += delta / (i + 1);
        squares += delta * (part[j]! - mean[j]!);
      }
    }
  }
  return squares / (count - 1);
}
