import * as L from "./layout.ts";
import { startWorker, type ThreadAddresses } from "./worker.ts";

/** After this many milliseconds a worker is taken for lost. */
const patience = 30_000;

/** Workers that compute beside the calling thread. */
export interface Helpers {
  /**
   * Lets the calling thread, by `share`, and the workers (unless it is alone) take pieces of a batch until none is left; false if an example
   * was not finite.
   */
  run(examples: number, piece: number, alone: boolean, share: () => void): boolean;
  /** Ends the workers; afterwards batches run on the calling thread. */
  close(): void;
}

/** @throws Error, in one sentence, for a number of threads that makes no sense, and where there can be none. */
export function checkThreads(caller: string, alternative: string, threads: number): void {
  if (!Number.isInteger(threads) || threads < 1 || threads > 64)
    throw new RangeError(`${caller}: threads is ${threads}, but must be a whole number from 1 to 64.`);
  if (typeof SharedArrayBuffer === "undefined" || globalThis.crossOriginIsolated === false)
    throw new Error(
      `${caller}: threads need a cross-origin isolated page (headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp); ${alternative} works without.`,
    );
}

/** A worker for every place but the first, which is the calling thread's. */
export async function startHelpers(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  places: readonly ThreadAddresses[],
): Promise<Helpers> {
  const control = new Int32Array(memory.buffer, places[0]![0], L.CONTROL_BYTES / 4);
  let workers = await Promise.all(places.slice(1).map((place) => startWorker(module, memory, place)));
  return {
    run: (examples, piece, alone, share) =>
      runBatch(control, examples, piece, alone ? 0 : workers.length, share),
    close() {
      Atomics.store(control, L.CONTROL_STOP / 4, 1);
      Atomics.add(control, L.CONTROL_BATCHES / 4, 1);
      Atomics.notify(control, L.CONTROL_BATCHES / 4);
      for (const worker of workers) worker.terminate();
      workers = [];
    },
  };
}

function runBatch(
  control: Int32Array,
  examples: number,
  piece: number,
  helpers: number,
  share: () => void,
): boolean {
  Atomics.store(control, L.CONTROL_NEXT / 4, 0);
  Atomics.store(control, L.CONTROL_DONE / 4, 0);
  Atomics.store(control, L.CONTROL_BAD / 4, 0);
  Atomics.store(control, L.CONTROL_BATCH / 4, examples);
  Atomics.store(control, L.CONTROL_PIECE / 4, piece);
  if (helpers > 0) {
    Atomics.add(control, L.CONTROL_BATCHES / 4, 1);
    Atomics.notify(control, L.CONTROL_BATCHES / 4);
  }
  share();
  // The helpers are in their last piece, so looking again and again costs less than going to sleep; a page may not sleep.
  const end = performance.now() + patience;
  while (Atomics.load(control, L.CONTROL_DONE / 4) < helpers)
    if (performance.now() > end)
      throw new Error("forward: a worker does not answer; close this runtime and load it again.");
  return Atomics.load(control, L.CONTROL_BAD / 4) === 0;
}
