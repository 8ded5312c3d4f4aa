/**
 * What the page's one worker does: it has the courses of all figures, and lets them compute in turns, a tick each. A background
 * page goes on, since nothing here waits for frames.
 */
import { defaultDevice, init } from "@jax-js/jax";
import type { AnyCourse } from "../figures/courses.ts";
import { courses } from "../figures/courses.ts";
import { breathe } from "./breathe.ts";
import type { Beginning, Device, FromWorker, Hello, ToWorker } from "./protocol.ts";
import type { AnyState } from "./state.ts";

/** Milliseconds from tick to tick, at least, while a figure plays: what is faster than this can't be seen. */
const PACE = 33;
/** Milliseconds from picture to picture, at least, on the way to what was asked for. */
const GLIMPSE = 500;

interface Run extends Omit<Beginning, "state" | "ticks"> {
  readonly turn: number;
  readonly abort: AbortController;
  state: AnyState;
  course?: AnyCourse;
  ticks: number;
  /** Ticks to be done before anything is shown. */
  target: number;
  playing: boolean;
  over: boolean;
  /** When it was last shown, and at which tick. */
  seen: number;
  shown: number;
  /** When its last tick began. */
  begun: number;
  /** What was sent last is not what there is now. */
  stale: boolean;
  /** What was sent last has not been drawn. */
  owed: boolean;
  working: boolean;
}

const runs = new Map<number, Run>();
const send = (message: FromWorker): void => postMessage(message);

let hello: Hello;
let device: Promise<Device>;

async function begin(message: Hello): Promise<Device> {
  hello = message;
  await alive(message.lock);
  const found = await init("wasm", "webgpu");
  const chosen: Device = message.device === "webgpu" && found.includes("webgpu") ? "webgpu" : "wasm";
  defaultDevice(chosen);
  const threads = globalThis.crossOriginIsolated ? navigator.hardwareConcurrency : 1;
  send({ say: "ready", device: chosen, threads, adapter: found.includes("webgpu") });
  return chosen;
}

let last: Promise<unknown> = Promise.resolve();
/** One after another: jax-js has one state for all. */
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const result = last.then(work);
  last = result.catch(() => {});
  return result;
}

const sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

async function asset(path: string): Promise<ArrayBuffer> {
  const answer = await fetch(new URL(path, new URL(hello.base, location.origin)));
  if (!answer.ok) throw new Error(`${path} can't be loaded (${answer.status}); reload the page.`);
  return answer.arrayBuffer();
}

const files = new Map<string, ArrayBuffer>();

async function file(name: string): Promise<ArrayBuffer> {
  const bytes = files.get(name);
  if (!bytes) throw new Error("The file that this link names is not here; choose it again, or clear it.");
  return bytes;
}

async function courseOf(id: number, run: Run): Promise<AnyCourse> {
  const { start } = await courses[run.figure]!();
  return start(run.state as never, {
    device: await device,
    asset,
    file,
    signal: run.abort.signal,
    progress: (done, of, what) => send({ say: "progress", run: id, turn: run.turn, done, of, what }),
  });
}

/** Works at a run until there is nothing to do: one loop each, all in turns. */
async function work(id: number, run: Run): Promise<void> {
  if (run.working || run.abort.signal.aborted) return;
  run.working = true;
  const { signal } = run.abort;
  try {
    run.course ??= (await inTurn(async () => (signal.aborted ? undefined : courseOf(id, run)))) as AnyCourse;
    while (!signal.aborted) {
      const behind = !run.over && run.ticks < run.target;
      // While it plays, the next picture is computed as the page draws this one; it waits until that is done.
      const waits = run.playing && run.owed;
      if (!behind && run.stale && !waits) {
        await show(id, run);
        continue;
      }
      if (!behind && (!run.playing || run.over || run.stale)) break;
      const early = behind ? 0 : run.begun + PACE - performance.now();
      if (early > 0) {
        await sleep(early);
        continue;
      }
      run.begun = performance.now();
      await inTurn(async () => {
        if (signal.aborted || run.over) return;
        run.over = !(await run.course!.tick());
        run.ticks++;
        run.stale = true;
      });
      if (behind) {
        send({
          say: "progress",
          run: id,
          turn: run.turn,
          done: run.ticks,
          of: run.target,
          what: "computing",
        });
        if (run.ticks >= run.early && !run.owed && performance.now() - run.seen > GLIMPSE)
          await show(id, run);
        await breathe();
      }
    }
  } catch (error) {
    if (!signal.aborted) {
      send({ say: "failed", run: id, turn: run.turn, sentence: sentenceOf(error) }); // biome-ignore format: one thought
      run.abort.abort();
    }
  } finally {
    run.working = false;
    if (signal.aborted) await inTurn(async () => run.course?.end());
  }
}

/** For a visitor, who has called no function of the library: without the name that its errors begin with. */
const sentenceOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replace(/^[a-z]\w*: (.)/i, (_, first: string) =>
    first.toUpperCase(),
  );

async function show(id: number, run: Run): Promise<void> {
  const data = await inTurn(async () => run.course!.data());
  if (run.abort.signal.aborted) return;
  const { turn, ticks, over } = run;
  run.shown = ticks;
  const whole = over || ticks >= run.target;
  run.stale = !whole;
  run.owed = true;
  run.seen = performance.now();
  send({ say: "data", run: id, turn, data, ticks, over, whole });
}

function end(run: Run | undefined): void {
  if (!run || run.abort.signal.aborted) return;
  run.abort.abort();
  if (!run.working) void inTurn(async () => run.course?.end());
}

export async function hear(message: ToWorker): Promise<void> {
  if (message.say === "hello") {
    device = begin(message);
    return;
  }
  if (message.say === "file") {
    files.clear();
    files.set(message.name, message.bytes);
    return;
  }
  const { run: id } = message;
  if (message.say === "start") {
    end(runs.get(id));
    const { turn, figure, state, ticks, early } = message;
    // The first picture of all comes as soon as it can; those after it stay for a while.
    const seen = turn === 1 ? Number.NEGATIVE_INFINITY : performance.now();
    const run: Run = { turn, figure, state, early, seen, shown: 0, begun: 0, abort: new AbortController(), ticks: 0, target: ticks, playing: false, over: false, stale: true, owed: false, working: false }; // biome-ignore format: one thought
    runs.set(id, run);
    return work(id, run);
  }
  const run = runs.get(id);
  if (!run) return;
  if (message.say === "end") {
    runs.delete(id);
    return end(run);
  }
  // What was stopped, or has failed, waits for another start.
  if (run.abort.signal.aborted) return;
  switch (message.say) {
    case "play":
      run.playing = true;
      break;
    case "pause":
      run.playing = false;
      return;
    case "step":
      run.playing = false;
      // Of what is shown; of where it will be, where it is still on its way.
      run.target = Math.max(run.target, run.shown) + 1;
      break;
    case "set":
      run.state = message.state;
      await inTurn(async () => run.course?.set?.(message.state as never));
      run.stale = true;
      break;
    case "drawn":
      run.owed = false;
      break;
    case "stop":
      send({ say: "stopped", run: id, turn: run.turn, ticks: run.ticks });
      return end(run);
  }
  return work(id, run);
}

/** Takes a lock that is held as long as the worker lives: the page sees its death by it. */
function alive(lock: string): Promise<void> {
  const { locks } = globalThis.navigator;
  if (!locks) return Promise.resolve();
  return new Promise((held) => {
    void locks.request(lock, () => {
      held();
      return new Promise(() => {});
    });
  });
}
