/** Median and quartiles, by linear interpolation between the sorted values. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (q: number): number => {
    const place = q * (sorted.length - 1);
    const below = sorted[Math.floor(place)]!;
    return below + (sorted[Math.ceil(place)]! - below) * (place - Math.floor(place));
  };
  return { median: at(0.5), low: at(0.25), high: at(0.75) };
}

/** Times of one over times of another, round by round. */
export function ratios(times: readonly number[], base: readonly number[]): Spread {
  return spread(times.map((t, i) => t / base[i]!));
}

/** Slope of log y over log x, by least squares: the exponent of a power law. */
export function exponent(points: readonly { readonly x: number; readonly y: number }[]): number {
  const logs = points.map(({ x, y }) => ({ x: Math.log(x), y: Math.log(y) }));
  const mean = (pick: (p: { x: number; y: number }) => number): number =>
    logs.reduce((sum, p) => sum + pick(p), 0) / logs.length;
  const x = mean((p) => p.x);
  const y = mean((p) => p.y);
  return (
    logs.reduce((sum, p) => sum + (p.x - x) * (p.y - y), 0) / logs.reduce((sum, p) => sum + (p.x - x) ** 2, 0)
  );
}
