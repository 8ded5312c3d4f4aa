/**
 * The words by which threads meet, in their shared memory. Those that all threads look at again and again have a cache
 * line to themselves.
 */
export const Control = {
  /** Grows by one when there is something to do. */
  GENERATION: 0,
  /** What there is to do: the number of a program, or `LISTEN`. */
  JOB: 1,
  /** Threads that have come to the barrier. */
  ARRIVED: 16,
  /** Grows by one when all have come. */
  PHASE: 32,
  /** Threads that sleep at the barrier. */
  SLEEPERS: 48,
  /** 0, or 1 + the number of the first thread that has failed; then what it said: length and UTF-8. */
  FAILED: 64,
  LENGTH: 65,
  TEXT: 66,
  WORDS: 128,
} as const;

/** Instead of a program: look at your messages. */
export const LISTEN = -1;

/** The size of the control block; the caller fills it with zeros. */
export const controlBytes: number = Control.WORDS * 4;
