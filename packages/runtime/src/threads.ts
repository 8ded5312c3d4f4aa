import { applyCosts } from "./costs.ts";
import { networkOf } from "./file.ts";
import type { Network } from "./layers.ts";
import * as L from "./layout.ts";
import { createMachine } from "./machine.ts";
import { checkPath, createRuntime, type Runtime, type RuntimeOptions } from "./runtime.ts";
import { startWorker, type ThreadAddresses } from "./worker.ts";

/** Options of `loadThreaded`. */
export interface ThreadedOptions extends RuntimeOptions {
  /** Threads that compute, the calling one included (default 2). */
  readonly threads?: number;
}

/** A network that runs batches on several threads. */
export interface ThreadedRuntime extends Runtime {
  readonly threads: number;
  /** Ends the workers; afterwards everything runs on the calling thread. */
  close(): void;
}

/** After this many milliseconds a worker is taken for lost. */
const patience = 30_000;

/**
 * Like loadRuntime, with workers (worker threads in Node, Web Workers in a page) that share the memory: the weights are
 * there once. Batches are split by examples; a single example runs on the calling thread.
 *
 * @throws Error in a page that is not cross-origin isolated, in one sentence.
 * @example
 * const runtime = await loadThreaded(network, { threads: 2 });
 * const outputs = runtime.forward(new Float32Array(64 * runtime.inputs)); // 64 examples
 * runtime.close();
 */
export async function loadThreaded(
  file: Uint8Array | Network,
  options: ThreadedOptions = {},
): Promise<ThreadedRuntime> {
  const { threads = 2 } = options;
  if (!Number.isInteger(threads) || threads < 1 || threads > 64)
    throw new RangeError(`loadThreaded: threads is ${threads}, but must be a whole number from 1 to 64.`);
  if (typeof SharedArrayBuffer === "undefined" || globalThis.crossOriginIsolated === false)
    throw new Error(
      "loadThreaded: threads need a cross-origin isolated page (headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp); loadRuntime works without.",
    );
  const read = networkOf(file, "loadThreaded");
  const slab = L.CHUNK * threads * 4;
  const machine = await createMachine(read, checkPath(options), threads, slab, true);
  await applyCosts(machine, options.costs, true);
  const { placement } = machine;
  const control = new Int32Array(machine.memory.buffer, placement.control, L.CONTROL_BYTES / 4);
  const places = Array.from(
    { length: threads },
    (_, thread): ThreadAddresses => [
      placement.control,
      placement.program,
      placement.scratch + thread * placement.scratchBytes,
      placement.input,
      placement.output,
    ],
  );
  let workers = await Promise.all(
    places.slice(1).map((place) => startWorker(machine.module, machine.memory, place)),
  );
  const runtime = createRuntime(machine, read.network.meta ?? {}, slab, (examples) => {
    const helpers = examples > 1 ? workers.length : 0;
    return runBatch(control, examples, helpers, () => machine.kernels.share(...places[0]!));
  });
  return {
    ...runtime,
    threads,
    close() {
      Atomics.store(control, L.CONTROL_STOP / 4, 1);
      Atomics.add(control, L.CONTROL_BATCHES / 4, 1);
      Atomics.notify(control, L.CONTROL_BATCHES / 4);
      for (const worker of workers) worker.terminate();
      workers = [];
    },
  };
}

/** Lets the calling thread and the helpers share a batch; false if an example was not finite. */
function runBatch(control: Int32Array, examples: number, helpers: number, share: () => void): boolean {
  // As many pieces as give every thread the same number of them, none longer than a run takes.
  const rounds = Math.ceil(examples / (L.CHUNK * (helpers + 1)));
  const piece = Math.ceil(examples / (rounds * (helpers + 1)) / 4) * 4;
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
