import { type Backend, computerText, deviceNames, useDevice } from "@hardgrad/experiments";
import type { Command } from "commander";
import { UsageError } from "./errors.ts";
import { type Flags, listOf, wholeNumberFlag } from "./flags.ts";
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
  cpu: "auto",
  wasi: "wasm",
  blas: "native",
  openblas: "native",
  mkl: "native",
  accelerate: "native",
};

/** Devices with a number of threads to choose. */
const threaded: readonly string[] = ["auto", "native", "wasm"];

/** What `--device` and `--threads` say. */
export interface DeviceChoice {
  readonly device: string;
  readonly threads?: number;
}

/** Adds `--device` and `--threads`. */
export function addDeviceFlags(command: Command): Command {
  return command
    .option(
      "--device <name>",
      `${deviceNames.join(", ")} (default: auto, which is native where there is a BLAS, else wasm)`,
    )
    .option("--threads <n>", "threads that compute a step, on native and wasm (default: all cores)");
}

/** The device and its threads; a UsageError, with a suggestion if there is none of that name. */
export function deviceChoice(flags: Flags): DeviceChoice {
  const device = String(flags.device ?? "auto");
  if (!deviceNames.includes(device)) throw unknownName("device", device, deviceNames, otherNames);
  if (flags.threads === undefined) return { device };
  if (!threaded.includes(device))
    throw new UsageError(`--threads is for --device native and wasm, not ${device}; leave it out.`);
  return { device, threads: wholeNumberFlag("--threads", String(flags.threads), 1, 64) };
}

/** The flags that choose the same again, with a space before them. */
export function deviceFlags({ device, threads }: DeviceChoice): string {
  return `${device === "auto" ? "" : ` --device ${device}`}${threads === undefined ? "" : ` --threads ${threads}`}`;
}

/** The backend of a device; a UsageError where this machine does not have it. */
export async function backendOf(
  { device, ...options }: DeviceChoice,
  notice: (sentence: string) => void = () => {},
): Promise<Backend> {
  try {
    return await useDevice(device, { ...options, notice });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** Which device computes and by what, in a line; and what would be faster, if auto found it missing. */
export function deviceLine(backend: Backend): string {
  const line = `device ${computerText(backend)}`;
  return backend.faster === undefined ? line : `${line}; a BLAS would be faster. ${backend.faster}`;
}

/** The devices of a list separated by commas, each known and none twice; `auto` is one of the others. */
export function devicesOf(flag: unknown, standard: string): string[] {
  const names = deviceNames.filter((name) => name !== "auto");
  return listOf("device", flag ?? standard, names, { ...otherNames, cpu: "wasm" });
}
