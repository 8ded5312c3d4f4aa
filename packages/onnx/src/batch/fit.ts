/** Three batch sizes: two to see how something depends on the size, one more to check. */
export type Three<T> = readonly [T, T, T];

/** `slope n + offset` in whole numbers, for the value at each size. */
export interface Line {
  readonly slope: number;
  readonly offset: number;
}

export function fitLine(values: Three<number>, sizes: Three<number>): Line | undefined {
  const slope = (values[1] - values[0]) / (sizes[1] - sizes[0]);
  const offset = values[0] - slope * sizes[0];
  const exact = Number.isInteger(slope) && values.every((v, i) => v === slope * sizes[i]! + offset);
  return exact ? { slope, offset } : undefined;
}

/** `factor (n + offset)^power`, to float32's precision. */
export interface Power {
  readonly factor: number;
  readonly offset: number;
  readonly power: 1 | -1;
}

/** As means over the batch bring it, or over the other examples: `a n`, `a / n`, `a / (n - 1)`. */
export function fitPower(values: Three<number>, sizes: Three<number>): Power | undefined {
  for (const offset of [0, -1, 1])
    for (const power of [1, -1] as const) {
      const factors = values.map((v, i) => v / (sizes[i]! + offset) ** power);
      const factor = factors[0]!;
      if (factors.every((f) => Math.abs(f - factor) <= 1e-6 * Math.abs(factor)))
        return { factor, offset, power };
    }
  return undefined;
}
