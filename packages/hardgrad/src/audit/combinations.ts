/** Subsets of size k of 0, ..., n - 1 by number: in colexicographic order, so that a set knows its place. */

/** n over k in doubles; exact below 2^53. */
export function choose(n: number, k: number): number {
  if (k < 0 || k > n) return 0;
  const least = Math.min(k, n - k);
  let count = 1;
  for (let i = 1; i <= least; i++) count = (count * (n - least + i)) / i;
  return Math.round(count);
}

/** The place of an increasing set among those of its size. */
export function placeOf(set: readonly number[]): number {
  return set.reduce((place, element, i) => place + choose(element, i + 1), 0);
}

/** Every set of size k, increasing, in order of place. The array is reused. */
export function* combinations(n: number, k: number): Generator<readonly number[]> {
  const set = Array.from({ length: k }, (_, i) => i);
  for (;;) {
    yield set;
    let i = 0;
    while (i < k && set[i]! + 1 === (set[i + 1] ?? n)) i++;
    if (i === k) return;
    set[i]!++;
    for (let j = 0; j < i; j++) set[j] = j;
  }
}

/** Gives the rows of sets of size k, block by block. */
export function setRows(n: number, k: number): { next: (block: Float32Array) => number } {
  const sets = combinations(n, k);
  return {
    next: (block) => {
      const room = Math.floor(block.length / n);
      let rows = 0;
      while (rows < room) {
        const { value, done } = sets.next();
        if (done) break;
        block.fill(0, rows * n, (rows + 1) * n);
        for (const i of value) block[rows * n + i] = 1;
        rows++;
      }
      return rows;
    },
  };
}
