import { shallowRef } from "vue";
import { takeEarly } from "./early.ts";
import type { Device } from "./protocol.ts";
import { type Readiness, Workshop } from "./workshop.ts";

/** What the page's worker computes on; undefined before it is ready. */
export const readiness = shallowRef<Readiness>();

let workshop: Workshop | undefined;

/** The page's worker. `base` is where the site begins. */
export function useWorkshop(base: string): Workshop {
  if (workshop) return workshop;
  const asked = new URLSearchParams(location.search).get("device");
  const device = asked === "webgpu" ? "webgpu" : "wasm";
  workshop = new Workshop({
    make: () => new Worker(new URL("./worker.ts", import.meta.url), { type: "module" }),
    base,
    device,
    early: takeEarly(device),
    onReady: (now) => {
      readiness.value = now;
    },
  });
  return workshop;
}

/** Changes the device of all figures; the address keeps it. */
export function changeDevice(device: Device): void {
  const url = new URL(location.href);
  if (device === "wasm") url.searchParams.delete("device");
  else url.searchParams.set("device", device);
  history.replaceState(history.state, "", url);
  workshop?.use(device);
}
