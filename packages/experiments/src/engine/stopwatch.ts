/** Times the training steps, and which part of it is waiting for the backend. */
export interface Stopwatch {
  /** Waits for something that the backend does. */
  inside<T>(work: () => Promise<T>): Promise<T>;
  /** Ends an interval of so many steps that began when the last one ended or `start` was called. */
  start(): void;
  stop(steps: number): void;
  summary(): { msPerStep: number; outsideFraction: number };
}

/** Milliseconds between two breaths. */
const BREATH = 250;

/**
 * Lets the event loop have its turn, where Ctrl-C and messages arrive: what a backend computes at once, as wasm does, never
 * gives it one.
 */
function breathe(): Promise<void> {
  const { setImmediate: soon } = globalThis as { setImmediate?: (then: () => void) => void };
  return new Promise((resolve) => (soon ? soon(resolve) : setTimeout(resolve, 0)));
}

export function stopwatch(): Stopwatch {
  const intervals: { steps: number; total: number; inside: number }[] = [];
  let started = 0;
  let waited = 0;
  let breathed = performance.now();
  return {
    start() {
      started = performance.now();
      waited = 0;
    },
    async inside(work) {
      const from = performance.now();
      const result = await work();
      waited += performance.now() - from;
      if (performance.now() - breathed > BREATH) {
        await breathe();
        breathed = performance.now();
      }
      return result;
    },
    stop(steps) {
      intervals.push({ steps, total: performance.now() - started, inside: waited });
    },
    summary() {
      // The first interval compiles.
      const kept = intervals.length > 1 ? intervals.slice(1) : intervals;
      const perStep = kept.map(({ steps, total }) => total / steps).sort((a, b) => a - b);
      const total = kept.reduce((sum, i) => sum + i.total, 0);
      const inside = kept.reduce((sum, i) => sum + i.inside, 0);
      return {
        msPerStep: perStep[Math.floor(perStep.length / 2)] ?? Number.NaN,
        outsideFraction: total > 0 ? 1 - inside / total : Number.NaN,
      };
    },
  };
}
