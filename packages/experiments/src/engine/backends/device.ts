import { chooseProducts } from "@hardgrad/compiler";
import { type Device, defaultDevice, getWebGPUDevice, init } from "@jax-js/jax";
import type { Backend } from "../../contract/backend.ts";
import { compiledBackend } from "./compiled/index.ts";
import { guardOf } from "./device-lost.ts";
import { jaxBackend } from "./jax.ts";
import { provideGpu } from "./jax-js-0.1.25/node-gpu.ts";

/**
 * Devices a run can ask for. `wasm`: programs of WebAssembly. `native`: the same, with products by the system's BLAS.
 * `auto`: native where there is one, else wasm. jax-js's own `cpu` is none: a step of it takes minutes.
 */
export const deviceNames: readonly string[] = ["auto", "native", "wasm", "webgpu"];

/** Options of `useDevice`. */
export interface DeviceOptions {
  /** Threads of large matrix products on device native; default: as many as the machine has cores. */
  readonly threads?: number;
  /** Told what computes, what would be faster, and when a function runs on jax-js instead and why. */
  readonly notice?: (sentence: string) => void;
}

/**
 * Makes a device the default one, and gives what runs compiled functions on it.
 *
 * @throws RangeError if it does not exist, or this machine does not have it.
 * @example
 * const backend = await useDevice("wasm");
 */
export async function useDevice(name: string, options: DeviceOptions = {}): Promise<Backend> {
  if (!deviceNames.includes(name))
    throw new RangeError(`device ${name} is unknown; use one of ${deviceNames.join(", ")}.`);
  if (name === "wasm" || name === "native" || name === "auto")
    return compiledBackend(await chooseProducts(name, options), options.notice);
  if (name === "webgpu") await provideGpu();
  const ready = await init(name as Device);
  if (!ready.includes(name as Device))
    throw new RangeError(
      name === "webgpu"
        ? "device webgpu: no GPU with a driver was found here; use --device wasm, which runs everywhere, or --device native."
        : `device ${name} is not available here; use --device wasm, which runs everywhere.`,
    );
  defaultDevice(name as Device);
  return name === "webgpu" ? jaxBackend(name, guardOf(getWebGPUDevice())) : jaxBackend(name);
}
