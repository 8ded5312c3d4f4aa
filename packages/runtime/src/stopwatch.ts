/** Something to be timed; `ready` comes before and is not timed. */
export interface Work {
  readonly ready?: () => void;
  readonly run: () => unknown;
}

/**
 * The fastest time of each piece of work, in nanoseconds of one run. They run in turn, so that all see the same machine.
 * Between the rounds the engine has a turn: it optimizes kernels beside the program, and only once they have run a lot.
 *
 * @param least milliseconds that all rounds together take at least; longer while times still fall, but not ten times that.
 */
export async function fastest(works: readonly Work[], least: number): Promise<number[]> {
  const shortest = Math.max(0.1, 3 * clockStep());
  const stretches = works.map((work) => stopwatch(work, shortest));
  const best = works.map(() => Number.POSITIVE_INFINITY);
  const begin = performance.now();
  for (let same = 0; ; ) {
    let falls = false;
    for (const [i, stretch] of stretches.entries()) {
      const time = stretch();
      falls ||= time < 0.9 * best[i]!;
      best[i] = Math.min(best[i]!, time);
    }
    same = falls ? 0 : same + 1;
    const spent = performance.now() - begin;
    if ((same >= 3 && spent >= least) || spent >= 10 * least) return best;
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

/** The step of the clock in milliseconds: tiny in Node, up to one in pages. */
function clockStep(): number {
  const begin = performance.now();
  for (;;) {
    const now = performance.now();
    if (now !== begin) return now - begin;
  }
}

/**
 * Times stretches of at least `shortest` milliseconds, in nanoseconds of one run. The first run is not timed: it finds
 * in the caches what others left there.
 */
function stopwatch({ ready, run }: Work, shortest: number): () => number {
  let repeats = 1;
  return () => {
    ready?.();
    run();
    for (;;) {
      const begin = performance.now();
      for (let i = 0; i < repeats; i++) run();
      const time = performance.now() - begin;
      if (time >= shortest) return (time * 1e6) / repeats;
      repeats *= 2;
    }
  };
}
