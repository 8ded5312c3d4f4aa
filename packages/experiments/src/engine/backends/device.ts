import { chooseProducts } from "@hardgrad/compiler";
import { defaultDevice, getWebGPUDevice, init } from "@jax-js/jax";
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
  /** Threads that run a compiled step, on native and wasm; default: as many as there are cores. */
  readonly threads?: number;
  /** Told when a function runs on jax-js instead, and why. */
  readonly notice?: (sentence: string) => void;
}

/**
 * Makes a device the default one, and gives what runs compiled functions on it.
 *
 * @throws RangeError if it does not exist, or this machine does not have it.
 * @example
 * const backend = await useDevice("auto");
 * console.log(backend.device, backend.products, backend.threads); // native OpenBLAS 0.3.21, Haswell kernels 2
 */
export async function useDevice(name: string, options: DeviceOptions = {}): Promise<Backend> {
  if (!deviceNames.includes(name))
    throw new RangeError(`device ${name} is unknown; use one of ${deviceNames.join(", ")}.`);
  if (name === "wasm" || name === "native" || name === "auto") {
    const { threads, notice } = options;
    return compiledBackend(await chooseProducts(name, threads === undefined ? {} : { threads }), notice);
  }
  return gpuBackend();
}

async function gpuBackend(): Promise<Backend> {
  await provideGpu();
  if (!(await init("webgpu")).includes("webgpu"))
    throw new RangeError(
      "device webgpu: no GPU with a driver was found here; use --device auto, which runs everywhere.",
    );
  defaultDevice("webgpu");
  const gpu = getWebGPUDevice();
  return jaxBackend("webgpu", guardOf(gpu), nameOf(gpu));
}

/** `NVIDIA H200`, or of what a browser tells: `nvidia hopper`. */
function nameOf({ adapterInfo }: GPUDevice): string {
  const { description, device, vendor, architecture } = adapterInfo ?? {};
  return description || device || [vendor, architecture].filter(Boolean).join(" ") || "GPU of unknown name";
}
