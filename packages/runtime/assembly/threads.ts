import * as L from "../src/layout";
import { endBatch, nextBatch, nextPiece, pieceLength } from "./pieces";
import { run } from "./run";

/** Runs pieces of the batch until none is left. */
export function share(control: usize, program: usize, scratch: usize, input: usize, output: usize): void {
  if (ASC_FEATURE_THREADS) {
    const inputBytes = (<usize>load<u32>(program, L.HEADER_INPUTS)) << 2;
    const outputBytes = (<usize>load<u32>(program, L.HEADER_OUTPUTS)) << 2;
    for (;;) {
      const first = nextPiece(control);
      if (first < 0) return;
      const from = <usize>first;
      const bad = run(
        program,
        scratch,
        input + from * inputBytes,
        output + from * outputBytes,
        pieceLength(control, first),
      );
      if (bad >= 0) atomic.store<i32>(control, 1, L.CONTROL_BAD);
    }
  }
}

/** A worker's life: waits for a batch, helps with it, says so; until it is told to stop. */
export function serve(control: usize, program: usize, scratch: usize, input: usize, output: usize): void {
  if (ASC_FEATURE_THREADS) {
    for (let seen = 0; ; ) {
      seen = nextBatch(control, seen);
      if (seen < 0) return;
      share(control, program, scratch, input, output);
      endBatch(control);
    }
  }
}
