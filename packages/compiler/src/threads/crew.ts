import { startThreads, type ThreadedProgram, type Threads } from "./index.ts";

/** A program that comes to several threads. */
export interface CrewProgram {
  /** Kept when the threads have it. */
  readonly ready: Promise<void>;
  /** Runs it on all threads; undefined until they have it, and while they get another. */
  run(): (() => void) | undefined;
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
    let trouble: Error | undefined;
    const ready = this.#threads
      .then((threads) => threads.load(program))
      .then(
        (loaded) => {
          run = loaded;
        },
        (error: Error) => {
          trouble = error;
        },
      )
      .finally(() => {
        this.#loading--;
      });
    return {
      ready,
      run: () => {
        if (trouble && !this.#closed) throw trouble;
        return this.#loading === 0 && !this.#closed ? run : undefined;
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
