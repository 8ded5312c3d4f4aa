import type { Device, FromWorker } from "./protocol.ts";

/** The worker that a page's head has started, while the page's own scripts load: `site/build/early.mjs` writes it there. */
export interface Early {
  readonly worker: Worker;
  readonly device: Device;
  /** Name of the lock that it holds. */
  readonly lock: string;
  /** What it has said so far. */
  readonly heard: readonly FromWorker[];
  /** What the first run has begun with, as JSON; absent where the address asks for something else. */
  readonly first?: string;
  /** It could not be started. */
  readonly failed?: boolean;
}

/** The worker of the page's head, for one taker, if it computes on the device. */
export function takeEarly(device: Device): Early | undefined {
  const page = globalThis as { early?: Early | undefined };
  const { early } = page;
  page.early = undefined;
  if (early?.device === device && !early.failed) return early;
  early?.worker.terminate();
  return undefined;
}
