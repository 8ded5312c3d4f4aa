import { blockUntilReady, jit, tree } from "@jax-js/jax";
import type { NamedArrays } from "hardgrad";
import type { Backend, Resident } from "../../contract/backend.ts";
import { toDevice, toHost } from "../arrays.ts";
import { type Guard, unguarded } from "./device-lost.ts";
import { shareKernelInstances } from "./jax-js-0.1.25/kernel-instances.ts";

/** Resident arrays of this backend: jax-js arrays on the default device. */
interface Held extends Resident {
  arrays: NamedArrays;
}

type Compiled = (resident: NamedArrays, inputs: NamedArrays) => NamedArrays;

/**
 * Sends a step's work to the device. By itself jax-js computes nothing before somebody reads a result, and keeps every
 * intermediate array till then: a hundred steps of a million parameters would hold gigabytes.
 */
async function send(arrays: NamedArrays, device: string): Promise<void> {
  const smallest = Object.values(arrays).reduce((a, b) => (b.size < a.size ? b : a));
  // Waiting for a GPU costs a round trip; asking for the buffer sends the work and does not wait.
  if (device === "webgpu") await smallest.ref.gpuBuffer();
  else await blockUntilReady(smallest);
}

/** Runs compiled functions by jax-js's own `jit`, on the device that is its default; `gpu` is the name of a GPU. */
export function jaxBackend(device: string, guard: Guard = unguarded, gpu?: string): Backend {
  if (device === "wasm") shareKernelInstances();
  return {
    device,
    ...(gpu === undefined ? { products: "jax-js", threads: 1 } : { products: gpu }),
    put: (arrays) => hold(toDevice(arrays), guard),
    update: (fn) => {
      const compiled = jit(fn as never) as unknown as Compiled;
      return (resident, inputs) =>
        guard(async () => {
          const held = resident as Held;
          held.arrays = compiled(held.arrays, toDevice(inputs));
          await send(held.arrays, device);
        });
    },
    evaluate: (fn) => {
      const compiled = jit(fn as never) as unknown as Compiled;
      return (resident, inputs) =>
        guard(async () => {
          const kept = tree.ref((resident as Held).arrays) as NamedArrays;
          return toHost(compiled(kept, toDevice(inputs)));
        });
    },
  };
}

function hold(arrays: NamedArrays, guard: Guard): Held {
  const names = Object.keys(arrays);
  return {
    arrays,
    read(wanted = names) {
      return guard(() => toHost(Object.fromEntries(wanted.map((name) => [name, this.arrays[name]!.ref]))));
    },
    write(replaced) {
      for (const name of Object.keys(replaced)) this.arrays[name]!.dispose();
      this.arrays = { ...this.arrays, ...toDevice(replaced) };
    },
    dispose() {
      tree.dispose(this.arrays);
    },
  };
}
