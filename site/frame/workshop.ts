import type { Early } from "./early.ts";
import type { Beginning, Device, FromWorker, ToWorker } from "./protocol.ts";
import type { AnyState } from "./state.ts";

/** What a figure on the page hears of its run. */
export interface Listener {
  /** Not whole: on the way to the ticks that were asked for. */
  data(data: unknown, ticks: number, over: boolean, whole: boolean): void;
  progress(done: number, of: number, what: string): void;
  stopped(ticks: number): void;
  failed(sentence: string): void;
  /** The worker died and there is a new one; the run has been started again at its tick. */
  replaced(): void;
}

/** What the page's line says of the worker. */
export interface Readiness {
  readonly device: Device;
  readonly threads: number;
  readonly adapter: boolean;
}

interface Run extends Omit<Beginning, "state" | "ticks"> {
  readonly listener: Listener;
  state: AnyState;
  ticks: number;
  turn: number;
  playing: boolean;
}

/** A figure's handle on its run. */
export interface Handle {
  start(beginning: Beginning): void;
  set(state: AnyState): void;
  play(): void;
  pause(): void;
  step(): void;
  stop(): void;
  drawn(): void;
  end(): void;
}

/** The page's worker and the runs in it; the worker is made when the first figure starts. */
export class Workshop {
  readonly #runs = new Map<number, Run>();
  readonly #files = new Map<string, ArrayBuffer>();
  readonly #make: () => Worker;
  readonly #base: string;
  readonly #onReady: (readiness: Readiness) => void;
  /** The worker that the page's head has started, until it is taken over. */
  #early: Early | undefined;
  #device: Device;
  #worker: Worker | undefined;
  #count = 0;

  constructor(options: {
    readonly make: () => Worker;
    readonly base: string;
    readonly device: Device;
    readonly early?: Early | undefined;
    readonly onReady: (readiness: Readiness) => void;
  }) {
    this.#make = options.make;
    this.#base = options.base;
    this.#device = options.device;
    this.#early = options.early;
    this.#onReady = options.onReady;
  }

  open(listener: Listener): Handle {
    const id = ++this.#count;
    const say = (what: "play" | "pause" | "step" | "stop" | "drawn"): void => {
      // A new worker in place of a dead one goes on as this one would.
      if (what !== "drawn") this.#change(id, (run) => { run.playing = what === "play"; }); // biome-ignore format: one thought
      this.#send({ say: what, run: id });
    };
    return {
      start: (beginning) => {
        const begun = id === 1 ? this.#early?.first : undefined;
        const same = begun === JSON.stringify(beginning);
        const before = this.#runs.get(id)?.turn ?? (begun && !same ? 1 : 0);
        const turn = before + 1;
        this.#runs.set(id, { ...beginning, listener, turn, playing: false });
        if (same) this.#worker ??= this.#begin();
        else this.#send({ say: "start", run: id, turn, ...beginning });
      },
      set: (state) => {
        this.#change(id, (run) => { run.state = state; }); // biome-ignore format: one thought
        this.#send({ say: "set", run: id, state });
      },
      play: () => say("play"),
      pause: () => say("pause"),
      step: () => say("step"),
      stop: () => say("stop"),
      drawn: () => say("drawn"),
      end: () => {
        this.#runs.delete(id);
        if (this.#worker) this.#send({ say: "end", run: id });
      },
    };
  }

  /** Keeps a file of the visitor's for the courses, by its name in a state, in place of the one before: it may be large. */
  keep(name: string, bytes: ArrayBuffer): void {
    this.#files.clear();
    this.#files.set(name, bytes);
    if (this.#worker) this.#send({ say: "file", name, bytes });
  }

  /** Starts everything again, on a device. */
  use(device: Device): void {
    this.#device = device;
    if (this.#worker) this.#replace();
  }

  #change(id: number, how: (run: Run) => void): void {
    const run = this.#runs.get(id);
    if (run) how(run);
  }

  #send(message: ToWorker): void {
    this.#worker ??= this.#begin();
    this.#worker.postMessage(message);
  }

  #begin(): Worker {
    const early = this.#early;
    this.#early = undefined;
    const lock = early?.lock ?? `hardgrad-${Math.random().toString(36).slice(2)}`;
    const worker = early?.worker ?? this.#make();
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#hear(data, lock, worker);
    worker.onerror = (event) => {
      event.preventDefault();
      if (worker === this.#worker) this.#lost();
    };
    if (early)
      queueMicrotask(() => {
        for (const message of early.heard) this.#hear(message, lock, worker);
        if (early.failed) this.#lost();
      });
    else
      worker.postMessage({ say: "hello", device: this.#device, base: this.#base, lock } satisfies ToWorker);
    for (const [name, bytes] of this.#files)
      worker.postMessage({ say: "file", name, bytes } satisfies ToWorker);
    return worker;
  }

  /** A lock that a worker holds is free when it is dead, however it died. */
  #watch(lock: string, worker: Worker): void {
    void globalThis.navigator.locks?.request(lock, () => {
      if (worker === this.#worker) this.#lost();
    });
  }

  #deaths = 0;
  #lost(): void {
    this.#deaths++;
    if (this.#deaths > 3) {
      this.#worker = undefined;
      for (const { listener } of this.#runs.values())
        listener.failed("The page's worker ended four times; reload the page, or try another browser.");
      return;
    }
    this.#replace();
    for (const { listener } of this.#runs.values()) listener.replaced();
  }

  #replace(): void {
    const old = this.#worker;
    this.#worker = this.#begin();
    old?.terminate();
    for (const [id, run] of this.#runs) {
      const { figure, state, ticks, early, playing } = run;
      run.turn++;
      this.#send({ say: "start", run: id, turn: run.turn, figure, state, ticks, early });
      if (playing) this.#send({ say: "play", run: id });
    }
  }

  #hear(message: FromWorker, lock: string, worker: Worker): void {
    if (worker !== this.#worker) return;
    if (message.say === "ready") {
      this.#watch(lock, worker);
      this.#onReady(message);
      return;
    }
    const run = this.#runs.get(message.run);
    if (!run || run.turn !== message.turn) return;
    const { listener } = run;
    if (message.say === "data") {
      const { data, ticks, over, whole } = message;
      if (whole) run.ticks = ticks;
      listener.data(data, ticks, over, whole);
    } else if (message.say === "progress") listener.progress(message.done, message.of, message.what);
    else if (message.say === "stopped") listener.stopped(message.ticks);
    else listener.failed(message.sentence);
  }
}
