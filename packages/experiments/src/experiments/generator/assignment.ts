/** How many images of each label fell into each found class: `counts[class][label]`. */
export function confusion(
  found: ArrayLike<number>,
  labels: ArrayLike<number>,
  foundClasses: number,
  labelClasses: number,
): number[][] {
  const counts = Array.from({ length: foundClasses }, () => new Array<number>(labelClasses).fill(0));
  for (let n = 0; n < found.length; n++) counts[found[n]!]![labels[n]!]!++;
  return counts;
}

/** Above so many classes the sets of them are too many to go through. */
const MOST = 16;

/**
 * The label of each found class that makes most images right: with as many classes as labels, up to 16, one to one, by
 * dynamic programming over the sets of labels that are taken; else the label of most of its images.
 */
export function bestAssignment(counts: readonly (readonly number[])[]): number[] {
  const count = counts.length;
  if (counts[0]!.length !== count || count > MOST) return counts.map((row) => row.indexOf(Math.max(...row)));
  const sets = 2 ** count;
  const best = new Float64Array(sets).fill(-1);
  const last = new Int32Array(sets);
  best[0] = 0;
  for (let taken = 0; taken < sets; taken++) {
    const row = counts[size(taken)];
    if (!row) continue;
    for (let label = 0; label < count; label++) {
      const next = taken | (1 << label);
      const value = best[taken]! + row[label]!;
      if (next === taken || value <= best[next]!) continue;
      best[next] = value;
      last[next] = label;
    }
  }
  const labels: number[] = [];
  for (let taken = sets - 1; taken > 0; taken ^= 1 << last[taken]!) labels.unshift(last[taken]!);
  return labels;
}

function size(set: number): number {
  let bits = 0;
  for (let rest = set; rest > 0; rest >>= 1) bits += rest & 1;
  return bits;
}
