import type { HostArrays, Resident } from "../contract/backend.ts";
import type { Checkpoint, RunConfig, Tensor } from "../contract/run.ts";

/** All arrays of a run by name, as plain data. */
export async function save(resident: Resident): Promise<{ [name: string]: Tensor }> {
  const arrays = await resident.read();
  return Object.fromEntries(
    Object.entries(arrays)
      .filter(([name]) => !name.startsWith("run."))
      .map(([name, { shape, data }]) => [name, { shape, data: Float32Array.from(data) }]),
  );
}

/**
 * The arrays of a checkpoint in place of fresh ones.
 *
 * @throws RangeError if it is of another run.
 */
export function restored(checkpoint: Checkpoint, fresh: HostArrays, config: RunConfig): HostArrays {
  if (JSON.stringify(checkpoint.config) !== JSON.stringify(config))
    throw new RangeError(
      "the checkpoint is of another run: its configuration differs; resume with the settings it was made with.",
    );
  return Object.fromEntries(
    Object.entries(fresh).map(([name, array]) => {
      if (name.startsWith("run.")) return [name, array];
      const tensor = checkpoint.tensors[name];
      if (tensor?.shape.join() !== array.shape.join())
        throw new RangeError(
          `the checkpoint is of another run: ${name} has shape [${tensor?.shape ?? "missing"}], expected [${array.shape}].`,
        );
      return [name, tensor];
    }),
  );
}
