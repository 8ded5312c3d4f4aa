import { Choice } from "./choice.ts";
import { startThreads, type ThreadedProgram, type Threads } from "./index.ts";

/** A program that comes to several threads. */
export interface CrewProgram {
  /** Kept when the threads have it. */
  readonly ready: Promise<void>;
  /**
   * Runs it on all threads; `alone`, which must have the same results, until they have it, while they get another, and
   * where they are no help.
   */
  run(alone: () => void): void;
}

/** The threads of one memory: started when the first program comes, ended by `close`. */
export class Crew {
  readonly #start: () => Promise<Threads>;
  #threads: Promise<Threads> | undefined;
  /** Programs on their way, during which none can run. */
  #loading = 0;
  #closed = false;

  constructor(count: number, memory: WebAssembly.Memory, control: number) {
    this.#start = () => startThreads(count, { memory, control });
  }

  load(program: ThreadedProgram): CrewProgram {
    this.#threads ??= this.#start();
    this.#loading++;
    let run: (() => void) | undefined;
    let naps = () => 0;
    let trouble: Error | undefined;
    const choice = new Choice();
    const ready = this.#threads
      .then(async (threads) => {
        run = await threads.load(program);
        naps = () => threads.naps;
      })
      .catch((error: Error) => {
        trouble = error;
      })
      .finally(() => {
        this.#loading--;
      });
    return {
      ready,
      run: (alone) => {
        if (trouble && !this.#closed) throw trouble;
        if (!run || this.#loading > 0 || this.#closed) return alone();
        const together = choice.together();
        const [from, before] = [performance.now(), naps()];
        (together ? run : alone)();
        choice.ran(together, performance.now() - from, naps() - before);
      },
    };
  }

  close(): void {
    this.#closed = true;
    this.#threads?.then(
      (threads) => threads.close(),
      () => undefined,
    );
  }
}
