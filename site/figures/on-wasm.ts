import { defaultDevice, init } from "@jax-js/jax";

/**
 * Does work with wasm as jax-js's default device, whatever the page's other figures compute on. Networks as small as
 * these are faster there than on a GPU, which is asked for a few microseconds of work at a time; and their numbers are
 * the same on every machine.
 */
export async function onWasm<T>(work: () => Promise<T>): Promise<T> {
  const before = defaultDevice();
  await init("wasm");
  try {
    defaultDevice("wasm");
    return await work();
  } finally {
    defaultDevice(before);
  }
}
