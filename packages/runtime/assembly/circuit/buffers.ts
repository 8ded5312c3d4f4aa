// Where a thread's scratch memory holds what is not wires. Scores are bit slices: slice k holds the bits of weight 2^k of
// the scores of all images.

/** The counters of a class. */
export let sums: usize = 0;
/** Carries of weight 8 and more that wait until there are two of a weight, which are then added at once. */
export let held: usize = 0;
/** The scores of a class. */
export let slices: usize = 0;
/** The highest score so far, and its class. */
export let best: usize = 0;
export let index: usize = 0;
/** Sixteen vectors each, to turn rows into columns. */
export let rows: usize = 0;
export let turned: usize = 0;

export function placeBuffers(at: usize): void {
  sums = at;
  held = at + 512;
  slices = at + 1024;
  best = at + 1536;
  index = at + 2048;
  rows = at + 2304;
  turned = at + 2560;
}
