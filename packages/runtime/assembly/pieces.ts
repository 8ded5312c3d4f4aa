import * as L from "../src/layout";

/** The first example of the next piece of the batch, or -1: every thread takes one when it is ready. */
export function nextPiece(control: usize): i32 {
  if (ASC_FEATURE_THREADS) {
    const first = atomic.add<i32>(control, load<i32>(control, L.CONTROL_PIECE), L.CONTROL_NEXT);
    return first < load<i32>(control, L.CONTROL_BATCH) ? first : -1;
  }
  return -1;
}

/** How many examples the piece has that begins at `first`. */
export function pieceLength(control: usize, first: i32): i32 {
  return min(load<i32>(control, L.CONTROL_PIECE), load<i32>(control, L.CONTROL_BATCH) - first);
}

/** Waits for another batch than number `seen`: its number, or -1 if there will be none. */
export function nextBatch(control: usize, seen: i32): i32 {
  if (ASC_FEATURE_THREADS) {
    // A batch often follows at once; waking up takes longer than looking for a while.
    for (let i = 0; i < 20000 && atomic.load<i32>(control, L.CONTROL_BATCHES) === seen; i++) {}
    while (atomic.load<i32>(control, L.CONTROL_BATCHES) === seen)
      atomic.wait<i32>(control + L.CONTROL_BATCHES, seen, -1);
    const batch = atomic.load<i32>(control, L.CONTROL_BATCHES);
    return atomic.load<i32>(control, L.CONTROL_STOP) ? -1 : batch;
  }
  return -1;
}

/** Says that this thread has found nothing more to do. */
export function endBatch(control: usize): void {
  if (ASC_FEATURE_THREADS) atomic.add<i32>(control, 1, L.CONTROL_DONE);
}
