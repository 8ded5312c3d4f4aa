import type { HostArray, HostArrays } from "../contract/backend.ts";
import type { Checkpoint, RunConfig, Tensor } from "../contract/run.ts";

/** The arrays of a run as a checkpoint has them: all are float32. */
export function tensorsOf(arrays: HostArrays): { [name: string]: Tensor } {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, { shape, data }]) => [name, { shape, data: Float32Array.from(data) }]),
  );
}

/**
 * The arrays of a checkpoint in place of fresh ones.
 *
 * @throws RangeError if one is missing or of another shape.
 */
export function restore(saved: HostArrays, fresh: HostArrays): HostArrays {
  return Object.fromEntries(
    Object.entries(fresh).map(([name, array]): [string, HostArray] => {
      const found = isTotal(name) ? (saved[name] ?? array) : saved[name];
      if (found?.shape.join() !== array.shape.join())
        throw new RangeError(
          `the checkpoint belongs to another run: ${name} has shape [${found?.shape ?? "missing"}], expected [${array.shape}].`,
        );
      return [name, found];
    }),
  );
}

/** Refuses a checkpoint that was made with another configuration. */
export function refuseForeign(checkpoint: Checkpoint, config: RunConfig): void {
  if (JSON.stringify(checkpoint.config) !== JSON.stringify(config))
    throw new RangeError(
      "the checkpoint belongs to another run: its configuration differs; resume with the settings it was made with.",
    );
}

/** Running totals begin at 0 at every report. */
export const isTotal = (name: string): boolean => name.startsWith("run.");
