import * as L from "../../src/circuit/layout";
import { endBatch, nextBatch, nextPiece, pieceLength } from "../pieces";
import { run } from "./run";

/** Runs pieces of the batch until none is left. */
export function share(control: usize, program: usize, scratch: usize, input: usize, output: usize): void {
  if (ASC_FEATURE_THREADS) {
    const inputs = <usize>load<u32>(program, L.CIRCUIT_INPUTS);
    const inputBytes = load<u32>(program, L.CIRCUIT_FLOATS) ? inputs << 2 : inputs;
    const classes = <usize>load<u32>(program, L.CIRCUIT_CLASS_COUNT);
    const outputBytes = load<u32>(program, L.CIRCUIT_SCORES) ? classes << 2 : 2;
    for (;;) {
      const first = nextPiece(control);
      if (first < 0) return;
      const from = <usize>first;
      const images = pieceLength(control, first);
      run(program, scratch, input + from * inputBytes, output + from * outputBytes, images);
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
