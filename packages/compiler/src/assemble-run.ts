import { branchIf, type Code, call, control, get, i32, int } from "@hardgrad/onnx/graph";

/** Bytes of the memory, from and to. */
export type ByteRange = readonly [begin: number, end: number];

/** What a program does at a time. */
export interface Instruction {
  /** Leaves nothing on the stack; parts of it by `thread` of `threads`, if it is shared. */
  readonly code: Code;
  /** Whether all threads do it together; else the first does it alone. */
  readonly shared: boolean;
  readonly reads: readonly ByteRange[];
  readonly writes: readonly ByteRange[];
}

/** Variables of `run(thread, threads)`. */
export const THREAD = 0;
export const THREADS = 1;

/** Calls a function with the iterations of this thread: `[extent thread / threads, extent (thread + 1) / threads)`. */
export const shareOf = (extent: number, index: number): Code => [
  ...[...int(extent), ...get(THREAD), ...i32.mul, ...get(THREADS), ...i32.div],
  ...[...int(extent), ...get(THREAD), ...int(1), ...i32.add, ...i32.mul, ...get(THREADS), ...i32.div],
  ...call(index),
];

/** All iterations. */
export const wholeOf = (extent: number, index: number): Code => [...int(0), ...int(extent), ...call(index)];

/**
 * The body of `run(thread, threads)`: threads meet where one would read or overwrite what another has written, or
 * overwrite what another reads.
 *
 * @param barrier the function `barrier(threads)`; undefined for one thread.
 */
export function assembleRun(works: readonly Instruction[], barrier: number | undefined): Code {
  if (barrier === undefined) return works.flatMap(({ code }) => code);
  const body: Code[] = [];
  let open: Instruction[] = [];
  let alone = false;
  const leave = (): void => {
    if (alone) body.push(control.end);
    alone = false;
  };
  for (const work of works) {
    if (open.some((other) => conflict(other, work))) {
      leave();
      body.push(get(THREADS), call(barrier));
      open = [];
    }
    if (work.shared) leave();
    else if (!alone) {
      body.push(control.block, get(THREAD), branchIf(0));
      alone = true;
    }
    body.push(work.code);
    open.push(work);
  }
  leave();
  return body.flat();
}

function conflict(before: Instruction, after: Instruction): boolean {
  if (!before.shared && !after.shared) return false;
  return (
    overlap(before.writes, after.reads) ||
    overlap(before.writes, after.writes) ||
    overlap(before.reads, after.writes)
  );
}

/** How much a program does. */
export interface ProgramCost {
  /** Multiplications in matrix products. */
  readonly multiplications: number;
  /** Bytes that its loops and products read and write, each array once in each of them. */
  readonly traffic: number;
  /** Bytes of the arrays. */
  readonly memory: number;
}

/** Bytes that are read and written by everything together, and how many different ones. */
export function trafficOf(works: readonly Instruction[]): { traffic: number; memory: number } {
  const ranges = works.flatMap(({ reads, writes }) => [...reads, ...writes]).toSorted(([a], [b]) => a - b);
  let [memory, reached] = [0, 0];
  for (const [begin, end] of ranges) {
    memory += Math.max(0, end - Math.max(begin, reached));
    reached = Math.max(reached, end);
  }
  const distinct = (of: readonly ByteRange[]): number =>
    [...new Map(of.map((range) => [range.join(), range])).values()].reduce(
      (n, [from, to]) => n + to - from,
      0,
    );
  return {
    traffic: works.reduce((n, { reads, writes }) => n + distinct(reads) + distinct(writes), 0),
    memory,
  };
}

const overlap = (a: readonly ByteRange[], b: readonly ByteRange[]): boolean =>
  a.some(([from, to]) => b.some(([begin, end]) => from < end && begin < to));
