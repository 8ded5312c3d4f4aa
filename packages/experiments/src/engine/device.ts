import { type Device, defaultDevice, init } from "@jax-js/jax";
import type { Backend } from "./backend.ts";
import { jaxBackend } from "./jax-backend.ts";

/** Devices a run can ask for. */
export const deviceNames: readonly string[] = ["wasm", "webgpu", "cpu"];

/**
 * Makes a device the default one, and gives what runs compiled functions on it.
 *
 * @throws RangeError if it does not exist, or this machine does not have it.
 * @example
 * const backend = await useDevice("wasm");
 */
export async function useDevice(name: string): Promise<Backend> {
  if (!deviceNames.includes(name))
    throw new RangeError(`device ${name} is unknown; use one of ${deviceNames.join(", ")}.`);
  const ready = await init(name as Device);
  if (!ready.includes(name as Device))
    throw new RangeError(`device ${name} is not available here; use --device wasm, which runs everywhere.`);
  defaultDevice(name as Device);
  return jaxBackend(name);
}
