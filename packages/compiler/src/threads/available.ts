import { nodeModules } from "../blas/node.ts";
import { coresAvailable } from "../blas/processor.ts";

/** More threads than this wait for memory and for each other. */
const MOST = 8;

/**
 * Threads for programs of WebAssembly when nobody says how many: the environment variable HARDGRAD_THREADS, else the
 * cores of this process, 8 at most; 1 where there is no shared memory, as in a page that is not cross-origin isolated.
 *
 * @throws RangeError if HARDGRAD_THREADS is not a whole number from 1 to 64.
 */
export function threadsAvailable(): number {
  const node = nodeModules();
  const { HARDGRAD_THREADS: given } = node?.process.env ?? {};
  if (given !== undefined && given !== "") {
    const count = Number(given);
    if (Number.isInteger(count) && count >= 1 && count <= 64) return count;
    throw new RangeError(`HARDGRAD_THREADS is "${given}", but must be a whole number from 1 to 64.`);
  }
  if (!canShare()) return 1;
  const { hardwareConcurrency = 1 } = (globalThis.navigator ?? {}) as { hardwareConcurrency?: number };
  return Math.min(MOST, node ? coresAvailable(node) : hardwareConcurrency);
}

/** Whether threads can share memory here. */
export const canShare = (): boolean =>
  typeof SharedArrayBuffer !== "undefined" &&
  (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated !== false;
