/** How many images of each label `[labels]` fell into each found class: `counts[class][label]`. */
export function confusion(classes: ArrayLike<number>, labels: ArrayLike<number>, found: number): number[][] {
  const counts = Array.from({ length: found }, () => new Array<number>(10).fill(0));
  for (let n = 0; n < classes.length; n++) counts[classes[n]!]![labels[n]!]!++;
  return counts;
}

/**
 * The label of each found class that makes most images right: with as many classes as labels one to one, by dynamic
 * programming over the sets of labels that are taken; else the label of most of its images.
 */
export function bestAssignment(counts: readonly (readonly number[])[]): number[] {
  if (counts.length !== 10) return counts.map((row) => row.indexOf(Math.max(...row)));
  const best = new Float64Array(1024).fill(-1);
  const last = new Int32Array(1024);
  best[0] = 0;
  for (let taken = 0; taken < 1024; taken++) {
    const row = counts[size(taken)];
    if (!row) continue;
    for (let label = 0; label < 10; label++) {
      const next = taken | (1 << label);
      const value = best[taken]! + row[label]!;
      if (next === taken || value <= best[next]!) continue;
      best[next] = value;
      last[next] = label;
    }
  }
  const labels: number[] = [];
  for (let taken = 1023; taken > 0; taken ^= 1 << last[taken]!) labels.unshift(last[taken]!);
  return labels;
}

function size(set: number): number {
  let bits = 0;
  for (let rest = set; rest > 0; rest >>= 1) bits += rest & 1;
  return bits;
}
