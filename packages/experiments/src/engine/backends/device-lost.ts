/** The GPU is gone, and what was on it. A run can go on from its last checkpoint. */
export class DeviceLost extends Error {}

/** Does work on a device; rejects with `DeviceLost` if the device is lost before or meanwhile. */
export type Guard = <T>(work: () => Promise<T>) => Promise<T>;

/** For devices that are never lost. */
export const unguarded: Guard = (work) => work();

/** What we use of a `GPUDevice`. */
interface Losable {
  readonly lost: Promise<{ readonly reason: string; readonly message: string }>;
  addEventListener(type: "uncapturederror", listener: (event: { error: { message: string } }) => void): void;
}

/** How long the news of a loss may come after the failure it causes. */
const NEWS_MS = 1000;

/**
 * Watches a GPU. Without this, work on a lost device may never end, or end with zeros: WebGPU reports errors beside
 * the calls that cause them.
 */
export function guardOf(device: Losable): Guard {
  let failure: DeviceLost | undefined;
  const waiting = new Set<(reason: DeviceLost) => void>();
  const fail = (message: string): void => {
    failure ??= new DeviceLost(message);
    for (const reject of waiting) reject(failure);
  };
  device.lost.then(({ reason, message }) => fail(`the GPU was lost (${message || reason})`));
  device.addEventListener("uncapturederror", ({ error }) => fail(`the GPU failed (${error.message})`));

  /** What a promise gives, unless the device is lost before. */
  const unlessLost = async <T>(promise: Promise<T>): Promise<T> => {
    if (failure) throw failure;
    let lost: (reason: DeviceLost) => void = () => {};
    const loss = new Promise<never>((_, reject) => {
      lost = reject;
    });
    waiting.add(lost);
    try {
      return await Promise.race([promise, loss]);
    } finally {
      waiting.delete(lost);
    }
  };
  return async (work) => {
    if (failure) throw failure;
    try {
      const result = await unlessLost(work());
      if (failure) throw failure;
      return result;
    } catch (error) {
      await unlessLost(new Promise((resolve) => setTimeout(resolve, NEWS_MS)));
      throw error;
    }
  };
}
