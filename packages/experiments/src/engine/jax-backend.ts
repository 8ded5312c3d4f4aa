import { blockUntilReady, jit, tree } from "@jax-js/jax";
import { toDevice, toHost } from "./arrays.ts";
import type { Arrays, Backend, Resident } from "./backend.ts";
import { type Guard, unguarded } from "./device-lost.ts";

/** Resident arrays of this backend: jax-js arrays on the default device. */
interface Held extends Resident {
  arrays: Arrays;
}

type Compiled = (resident: Arrays, inputs: Arrays) => Arrays;

/**
 * Steps after which the queue is emptied. jax-js computes nothing before somebody waits for it, and keeps every
 * intermediate array till then: a hundred steps of a million parameters would hold gigabytes. On wasm waiting costs
 * nothing, on a GPU it costs a round trip.
 */
const QUEUE: { readonly [device: string]: number } = { webgpu: 8 };

/** Runs compiled functions by jax-js's own `jit`, on the device that is its default. */
export function jaxBackend(device: string, guard: Guard = unguarded): Backend {
  return {
    device,
    put: (arrays) => hold(toDevice(arrays), guard),
    update: (fn) => {
      const compiled = jit(fn as never) as unknown as Compiled;
      let queued = 0;
      return (resident, inputs) =>
        guard(async () => {
          const held = resident as Held;
          held.arrays = compiled(held.arrays, toDevice(inputs));
          queued = (queued + 1) % (QUEUE[device] ?? 1);
          if (queued === 0) await blockUntilReady(Object.values(held.arrays)[0]!);
        });
    },
    evaluate: (fn) => {
      const compiled = jit(fn as never) as unknown as Compiled;
      return (resident, inputs) =>
        guard(async () => {
          const kept = tree.ref((resident as Held).arrays) as Arrays;
          return toHost(compiled(kept, toDevice(inputs)));
        });
    },
  };
}

function hold(arrays: Arrays, guard: Guard): Held {
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
