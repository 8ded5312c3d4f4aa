import { applyCosts } from "./costs.ts";
import { networkOf } from "./file.ts";
import { checkThreads, startHelpers } from "./helpers.ts";
import type { Network } from "./layers.ts";
import * as L from "./layout.ts";
import { createMachine } from "./machine.ts";
import { checkPath, createRuntime, type Runtime, type RuntimeOptions } from "./runtime.ts";
import type { ThreadAddresses } from "./worker.ts";

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
  checkThreads("loadThreaded", "loadRuntime", threads);
  const read = networkOf(file, "loadThreaded");
  const slab = L.CHUNK * threads * 4;
  const machine = await createMachine(read, checkPath(options), threads, slab, true);
  await applyCosts(machine, options.costs, true);
  const { placement } = machine;
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
  const helpers = await startHelpers(machine.module, machine.memory, places);
  const runtime = createRuntime(machine, read.network.meta ?? {}, slab, (examples) => {
    // As many pieces as give every thread the same number of them, none longer than a run takes.
    const alone = examples === 1;
    const active = alone ? 1 : threads;
    const rounds = Math.ceil(examples / (L.CHUNK * active));
    const piece = Math.ceil(examples / (rounds * active) / 4) * 4;
    return helpers.run(examples, piece, alone, () => machine.kernels.share(...places[0]!));
  });
  return { ...runtime, threads, close: helpers.close };
}
