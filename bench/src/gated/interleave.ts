import { ratios, type Spread } from "../statistics.ts";

/** How two pieces of work compare: the fastest time of each, and the ratios of neighbouring rounds. */
export interface Pair {
  readonly baseMicroseconds: number;
  readonly microseconds: number;
  /** Fastest base over fastest work: on a busy machine what is least disturbed. */
  readonly ratio: number;
  /** Quartiles of base over work, round by round. */
  readonly spread: Spread;
}

/** Time by the clock; or of this process's processors, which other work on the machine disturbs less. */
export type Clock = "wall" | "cpu";

export interface Turns {
  readonly rounds: number;
  /** Milliseconds of a turn. */
  readonly stretch: number;
  readonly clock: Clock;
}

/** Microseconds of one of so many calls. */
export type Timer = (calls: number) => Promise<{ readonly [clock in Clock]: number }>;

function stopwatch(calls: number): () => { readonly [clock in Clock]: number } {
  const used = process.cpuUsage();
  const begin = performance.now();
  return () => {
    const wall = (performance.now() - begin) * 1e3;
    const { user, system } = process.cpuUsage(used);
    return { wall: wall / calls, cpu: (user + system) / calls };
  };
}

/** Calls here are timed without waiting, which would take longer than small kernels do. */
export function timed(work: () => unknown): Timer {
  return async (calls) => {
    const stop = stopwatch(calls);
    for (let i = 0; i < calls; i++) work();
    return stop();
  };
}

/** Calls that are waited for, one after the other. */
export function awaited(work: () => Promise<unknown>): Timer {
  return async (calls) => {
    const stop = stopwatch(calls);
    for (let i = 0; i < calls; i++) await work();
    return stop();
  };
}

/** Times two in turn, round after round, so that a busy machine disturbs both alike. */
export async function interleave(base: Timer, work: Timer, { rounds, stretch, clock }: Turns): Promise<Pair> {
  const works = [base, work];
  const calls: number[] = [];
  for (const one of works) {
    await one(2);
    let n = 1;
    while ((await one(n))[clock] * n < stretch * 1e3) n *= 2;
    calls.push(n);
  }
  const times: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++)
    for (const [i, one] of works.entries()) times[i]!.push((await one(calls[i]!))[clock]);
  const [baseMicroseconds, microseconds] = times.map((own) => Math.min(...own)) as [number, number];
  return {
    baseMicroseconds,
    microseconds,
    ratio: baseMicroseconds / microseconds,
    spread: ratios(times[0], times[1]),
  };
}
