/**
 * Runs of lengths whose products agree: the coarsest list of which both are regroupings, as `[4, 8]` for `[32]` and
 * `[4, 8]`; undefined where there is none, as for `[6]` and `[4]` or `[2, 3]` and `[3, 2]`.
 */
export function commonRefinement(a: readonly number[], b: readonly number[]): number[] | undefined {
  const out: number[] = [];
  let [i, j, x, y] = [0, 0, 1, 1];
  while (i < a.length || j < b.length || x > 1 || y > 1) {
    if (x === 1) {
      if (i === a.length) return undefined;
      x = a[i++]!;
    }
    if (y === 1) {
      if (j === b.length) return undefined;
      y = b[j++]!;
    }
    const [short, long] = x < y ? [x, y] : [y, x];
    if (long % short !== 0) return undefined;
    // From the front the longer one would be cut at its slow end; what is left is its fast end.
    out.push(short);
    if (x < y) [x, y] = [1, y / short];
    else [x, y] = [x / short, 1];
  }
  return out;
}

/** Steps along the lengths of `fine`, of which `lengths` is a regrouping. */
export function splitStrides(
  lengths: readonly number[],
  strides: readonly number[],
  fine: readonly number[],
): number[] {
  const out = fine.map(() => 0);
  let k = fine.length - 1;
  for (let axis = lengths.length - 1; axis >= 0; axis--) {
    let [left, stride] = [lengths[axis]!, strides[axis]!];
    // Empty axes are never cut.
    if (left === 0) k--;
    while (left > 1) {
      out[k] = stride;
      stride *= fine[k]!;
      left /= fine[k]!;
      k--;
    }
  }
  return out;
}
