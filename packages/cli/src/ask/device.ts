import { type Backend, type DeviceOptions, deviceNames, useDevice } from "@hardgrad/experiments";
import { UsageError } from "./errors.ts";
import { listOf } from "./flags.ts";
import { unknownName } from "./suggest.ts";

/** What other frameworks call our devices. */
const otherNames: { readonly [word: string]: string } = {
  gpu: "webgpu",
  cuda: "webgpu",
  rocm: "webgpu",
  metal: "webgpu",
  mps: "webgpu",
  vulkan: "webgpu",
  webgl: "webgpu",
  cpu: "wasm",
  wasi: "wasm",
  onnx: "native",
  onnxruntime: "native",
};

/** The device that a flag names; a UsageError with a suggestion if there is none of that name. */
export function deviceOf(flag: unknown, standard = "wasm"): string {
  const name = flag === undefined ? standard : String(flag);
  if (!deviceNames.includes(name)) throw unknownName("device", name, deviceNames, otherNames);
  return name;
}

/** The backend of a device; a UsageError where this machine does not have it. */
export async function backendOf(name: string, options: DeviceOptions = {}): Promise<Backend> {
  try {
    return await useDevice(name, options);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** The devices of a list separated by commas, each known and none twice. */
export function devicesOf(flag: unknown, standard: string): string[] {
  return listOf("device", flag ?? standard, deviceNames, otherNames);
}
