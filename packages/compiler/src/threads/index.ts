import { barrierModule } from "./barrier.ts";
import { Control, controlBytes, LISTEN } from "./control.ts";
import { type Helper, type ProgramOrder, startHelper } from "./worker.ts";

export { controlBytes };

/** Where threads share memory, and how long they are waited for. */
export interface ThreadsOptions {
  /** A shared memory. */
  readonly memory: WebAssembly.Memory;
  /** The address of `controlBytes` bytes, zeros, for nobody else: a multiple of 64. */
  readonly control: number;
  /** Milliseconds that a thread is waited for within a run before it is taken for lost (default 30,000). */
  readonly patience?: number;
}

/** What all threads run. */
export interface ThreadedProgram {
  /**
   * Instantiated in order on every thread, with imports from `m` alone: the memory `m.m`, `barrier(threads)`, `numbers`,
   * `functions`, and all that the modules before it export. The last one exports `run(thread, threads)`.
   */
  readonly modules: readonly WebAssembly.Module[];
  /** Whole numbers, as globals. */
  readonly numbers?: Readonly<Record<string, number>>;
  /** Functions in JavaScript that thread 0 alone may call, but for those that the script makes. */
  readonly functions?: Readonly<Record<string, (...values: number[]) => unknown>>;
  /**
   * In Node, for the other threads: the body of a function of `(memory, require)` in JavaScript, which returns further
   * imports. It runs once on each.
   */
  readonly script?: string;
}

/** Threads that run programs together: the calling one, number 0, and workers. */
export interface Threads {
  readonly count: number;
  /** How often the calling thread has fallen asleep within runs, waiting for others. */
  readonly naps: number;
  /**
   * Brings a program to all threads. The function that is returned runs it on all of them, and returns when all are
   * done.
   *
   * @throws Error if a module can't be instantiated; the returned function throws one if a thread fails or is lost, and
   *   from then on always: start new threads then.
   */
  load(program: ThreadedProgram): Promise<() => void>;
  /** Ends the workers. */
  close(): void;
}

/**
 * Starts threads: worker threads in Node, Web Workers in a page. Between runs they look for work for 200 us and then
 * sleep; they do not keep Node alive.
 *
 * @throws Error in a page that is not cross-origin isolated, in one sentence.
 * @example
 * const memory = new WebAssembly.Memory({ initial: 16, maximum: 65_536, shared: true });
 * const threads = await startThreads(2, { memory, control: 0 });
 * const run = await threads.load({ modules: [program] });
 * run();
 * threads.close();
 */
export async function startThreads(count: number, options: ThreadsOptions): Promise<Threads> {
  const { memory, control, patience = 30_000 } = options;
  if (!Number.isInteger(count) || count < 1 || count > 64)
    throw new RangeError(`startThreads: count is ${count}, but must be a whole number from 1 to 64.`);
  if (typeof SharedArrayBuffer === "undefined" || !(memory.buffer instanceof SharedArrayBuffer))
    throw new Error(
      "startThreads: threads need a shared memory, which a page has only when it is cross-origin isolated (headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp); one thread works without.",
    );
  const words = new Int32Array(memory.buffer, control, Control.WORDS);
  const helpers: Helper[] = [];
  let broken: string | undefined;
  let loaded = 0;
  /** The program that is being loaded, if any: workers cannot run another meanwhile. */
  let loading: Promise<unknown> | undefined;

  const close = (reason: string): void => {
    broken ??= reason;
    for (const helper of helpers.splice(0)) helper.terminate();
  };
  const lose = (reason: string): Error => {
    close(reason);
    return new Error(reason);
  };

  // Answers of all workers to one message.
  let heard = 0;
  let settle: ((trouble: string) => void) | undefined;
  const allAnswer = (): Promise<string> =>
    new Promise((resolve) => {
      heard = 0;
      settle = resolve;
      if (count === 1) resolve("");
    });
  const ear = (thread: number) => ({
    answer(text: string) {
      if (text !== "") settle?.(`thread ${thread}: ${text}`);
      else if (++heard === count - 1) settle?.("");
    },
    end(reason: string) {
      broken ??= `thread ${thread} is lost: ${reason}; start new threads.`;
      settle?.(broken);
    },
  });

  let naps = 0;
  const waits = waiting(words, patience);
  const wait = (phase: number): void => {
    naps++;
    waits(phase);
  };
  const imports = { m: { m: memory, control, wait } };
  const barrier = new WebAssembly.Instance(barrierModule(), imports).exports.barrier as (n: number) => void;
  const post = { memory, control, barrier: barrierModule(), threads: count };
  const ready = allAnswer();
  for (let thread = 1; thread < count; thread++) helpers.push(startHelper({ ...post, thread }, ear(thread)));
  const trouble = await ready;
  if (trouble !== "") throw lose(`startThreads: ${trouble}`);

  const signal = (job: number): void => {
    Atomics.store(words, Control.JOB, job);
    Atomics.add(words, Control.GENERATION, 1);
    Atomics.notify(words, Control.GENERATION);
  };

  const bring = async (program: ThreadedProgram): Promise<() => void> => {
    if (broken !== undefined) throw new Error(broken);
    const { modules, numbers = {}, functions = {}, script } = program;
    const absent = Object.keys(functions);
    const job: ProgramOrder = {
      index: loaded++,
      modules,
      numbers,
      absent,
      ...(script !== undefined && { script }),
    };
    const m: Record<string, WebAssembly.ImportValue> = { m: memory, barrier, ...numbers, ...functions };
    for (const module of modules) Object.assign(m, (await WebAssembly.instantiate(module, { m })).exports);
    const run = m.run as (thread: number, threads: number) => void;
    const answers = allAnswer();
    signal(LISTEN);
    for (const helper of helpers) helper.post(job);
    const trouble = await answers;
    if (trouble !== "") throw lose(`threads: a program could not be loaded: ${trouble}`);
    return () => {
      if (broken !== undefined) throw new Error(broken);
      if (loading) throw new Error("threads: a program is being loaded; wait for it, then run another.");
      signal(job.index);
      try {
        run(0, count);
        barrier(count);
      } catch (error) {
        Atomics.compareExchange(words, Control.FAILED, 0, 1);
        Atomics.notify(words, Control.PHASE);
        close("a run has failed on these threads; start new ones.");
        throw error;
      }
    };
  };

  return {
    count,
    get naps() {
      return naps;
    },
    async load(program) {
      while (loading) await loading.catch(() => {});
      const own = bring(program);
      loading = own;
      try {
        return await own;
      } finally {
        loading = undefined;
      }
    },
    close: () => close("these threads are closed."),
  };
}

/** What the calling thread does at a barrier when others let it wait; it notices those who fail or are lost. */
function waiting(words: Int32Array, patience: number): (phase: number) => void {
  const slice = 100;
  let waited = 0;
  let waitedFor: number | undefined;
  let last = 0;
  let maySleep = true;
  return (phase) => {
    const failed = Atomics.load(words, Control.FAILED);
    if (failed !== 0) throw new Error(`thread ${failed - 1} has failed: ${textOf(words)}`);
    const now = performance.now();
    if (phase !== waitedFor) [waitedFor, waited] = [phase, 0];
    // A machine that was suspended counts for one slice only.
    else waited += Math.min(now - last, 2 * slice);
    last = now;
    if (waited > patience)
      throw new Error(
        `threads: one has not answered for ${patience / 1000} s and is taken for lost; start new threads.`,
      );
    if (!maySleep) return;
    Atomics.add(words, Control.SLEEPERS, 1);
    try {
      Atomics.wait(words, Control.PHASE, phase, slice);
    } catch {
      // The main thread of a page may not sleep.
      maySleep = false;
    }
    Atomics.sub(words, Control.SLEEPERS, 1);
  };
}

function textOf(words: Int32Array): string {
  const length = Atomics.load(words, Control.LENGTH);
  const bytes = new Uint8Array(words.buffer, words.byteOffset + 4 * Control.TEXT, length);
  return new TextDecoder().decode(bytes.slice());
}
