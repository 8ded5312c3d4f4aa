import * as L from "../src/layout";
import { run } from "./run";

/** Runs pieces of the batch until none is left: every thread takes the next one when it is ready. */
export function share(control: usize, program: usize, scratch: usize, input: usize, output: usize): void {
  if (ASC_FEATURE_THREADS) {
    const batch = atomic.load<i32>(control, L.CONTROL_BATCH);
    const piece = atomic.load<i32>(control, L.CONTROL_PIECE);
    const inputBytes = (<usize>load<u32>(program, L.HEADER_INPUTS)) << 2;
    const outputBytes = (<usize>load<u32>(program, L.HEADER_OUTPUTS)) << 2;
    for (;;) {
      const first = atomic.add<i32>(control, piece, L.CONTROL_NEXT);
      if (first >= batch) return;
      const from = <usize>first;
      const bad = run(
        program,
        scratch,
        input + from * inputBytes,
        output + from * outputBytes,
        min(piece, batch - first),
      );
      if (bad >= 0) atomic.store<i32>(control, 1, L.CONTROL_BAD);
    }
  }
}

/** A worker's life: waits for a batch, helps with it, says so; until it is told to stop. */
export function serve(control: usize, program: usize, scratch: usize, input: usize, output: usize): void {
  if (ASC_FEATURE_THREADS) {
    let seen = 0;
    for (;;) {
      // A batch often follows at once; waking up takes longer than looking for a while.
      for (let i = 0; i < 20000 && atomic.load<i32>(control, L.CONTROL_BATCHES) === seen; i++) {}
      while (atomic.load<i32>(control, L.CONTROL_BATCHES) === seen)
        atomic.wait<i32>(control + L.CONTROL_BATCHES, seen, -1);
      seen = atomic.load<i32>(control, L.CONTROL_BATCHES);
      if (atomic.load<i32>(control, L.CONTROL_STOP)) return;
      share(control, program, scratch, input, output);
      atomic.add<i32>(control, 1, L.CONTROL_DONE);
    }
  }
}
