import { type Device, defaultDevice, getWebGPUDevice, init } from "@jax-js/jax";
import type { Backend } from "../../contract/backend.ts";
import { loadBlas } from "@hardgrad/compiler";
import { compiledBackend } from "./compiled/index.ts";
import { blasProducts, wasmProducts } from "./compiled/products.ts";
import { guardOf } from "./device-lost.ts";
import { jaxBackend } from "./jax.ts";
import { provideGpu } from "./jax-js-0.1.25/node-gpu.ts";

/** Devices a run can ask for. jax-js's own `cpu` is none: a step of it takes minutes. */
export const deviceNames: readonly string[] = ["wasm", "native", "webgpu", "onnxruntime", "jax-js"];

/** For device native; the others have no choice, and nothing to tell. */
export interface DeviceOptions {
  /** Threads of a step; default: as many as the machine has cores. */
  readonly threads?: number;
  /** Told when a function runs on another device, and why. */
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
  if (name === "onnxruntime") return (await import("./native/index.ts")).nativeBackend(options);
  if (name === "wasm") return compiledBackend("wasm", wasmProducts, options.notice);
  if (name === "native") {
    const blas = await loadBlas(options.threads === undefined ? {} : { threads: options.threads });
    if ("reason" in blas) throw new RangeError(`device native: ${blas.reason}`);
    return compiledBackend("native", blasProducts(blas), options.notice);
  }
  if (name === "jax-js") {
    await init("wasm");
    defaultDevice("wasm");
    return jaxBackend("wasm");
  }
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
