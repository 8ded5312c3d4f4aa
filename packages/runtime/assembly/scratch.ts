import * as L from "../src/layout";

// Lists in the scratch memory of this thread (each thread has its own instance, so these globals are its own).
/** Gates that are open, or units. */
export let open: usize = 0;
/** Panels to compute. */
export let panelList: usize = 0;
/** Inputs that are not zero: 128 times their position, and their value. */
export let offsets: usize = 0;
export let values: usize = 0;
/** Examples by gate: how many, and which. */
export let counts: usize = 0;
export let buckets: usize = 0;
/** Panels by example that did not fill a tile: how many, and which. */
export let restCounts: usize = 0;
export let rest: usize = 0;
/** Sums of four panels. */
export let sums: usize = 0;
/** Examples or rows to multiply by, and the four lanes of each sum. */
export let pairs: usize = 0;
export let pairSums: usize = 0;
/** Eight addresses of weights that are brought near. */
export let streams: usize = 0;
/** One example's bits. */
export let bits: usize = 0;

/** How many sums of single units are under way at once. */
export const PAIRS: i32 = 1024;

/** Lays the lists out from `base` for values of at most `width` numbers and `groups` gates; returns their end. */
export function place(base: usize, width: usize, groups: usize): usize {
  const words = (width + 3) & ~3;
  const panels = (width + 31) >> 3;
  open = base;
  panelList = open + (words << 2);
  offsets = panelList + (panels << 2);
  values = offsets + (words << 2);
  counts = values + (words << 2);
  buckets = counts + (groups << 2);
  restCounts = buckets + groups * (L.CHUNK << 2);
  rest = restCounts + (L.CHUNK << 2);
  sums = (rest + panels * (L.CHUNK << 2) + 63) & ~63;
  streams = sums + 128;
  pairs = streams + 64;
  pairSums = pairs + (PAIRS << 2);
  bits = pairSums + (PAIRS << 4);
  return (bits + (((width + 127) >> 7) << 4) + 63) & ~63;
}
