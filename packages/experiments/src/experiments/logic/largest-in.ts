/** Which of so many values from a place on is the largest, the first of equals. */
export function largestIn(values: ArrayLike<number>, from: number, count: number): number {
  let best = 0;
  for (let i = 1; i < count; i++) if (values[from + i]! > values[from + best]!) best = i;
  return best;
}
