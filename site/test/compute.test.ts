import { afterAll, expect, test, vi } from "vitest";
import type { FromWorker } from "../frame/protocol.ts";

let computed = 0;
let ended = 0;
vi.mock("../figures/courses.ts", () => ({
  courses: {
    counts: async () => ({
      start: async () => ({
        data: () => computed,
        tick: async () => ++computed < 50,
        end: () => {
          ended++;
        },
      }),
    }),
    fails: async () => ({
      start: async () => {
        throw new RangeError("makeThing: the thing is damaged; use another.");
      },
    }),
  },
}));

const shown: number[] = [];
const failed: string[] = [];
vi.stubGlobal("navigator", { hardwareConcurrency: 1 });
vi.stubGlobal("postMessage", (message: FromWorker) => {
  if (message.say === "data") shown.push(message.ticks);
  if (message.say === "failed") failed.push(message.sentence);
});
afterAll(() => vi.unstubAllGlobals());

const { hear } = await import("../frame/compute.ts");
const until = (so: () => boolean): Promise<void> => vi.waitFor(() => expect(so()).toBe(true), { timeout: 20_000, interval: 5 }); // biome-ignore format: one thought
/** Long enough for several ticks, if they were made. */
const pass = (): Promise<void> => new Promise((done) => setTimeout(done, 250));

test("while a figure plays, the worker is one tick ahead of what is drawn, and no more; pause and step lose none", async () => {
  await hear({ say: "hello", device: "wasm", base: "/", lock: "x" });
  await hear({ say: "start", run: 1, turn: 1, figure: "counts", state: { seed: 0 }, ticks: 2, early: 1 });
  await until(() => shown.at(-1) === 2);
  const from = shown.length;
  const drawn = (): Promise<void> => hear({ say: "drawn", run: 1 });
  await drawn();
  void hear({ say: "play", run: 1 });
  await until(() => computed === 4);
  await pass();
  // 3 is being drawn, 4 is ready.
  expect([shown.slice(from), computed]).toEqual([[3], 4]);
  void drawn();
  await until(() => shown.at(-1) === 4 && computed === 5);
  // Paused: what is ready is shown, and there it rests.
  await hear({ say: "pause", run: 1 });
  await drawn();
  await pass();
  expect([shown.slice(from), computed]).toEqual([[3, 4, 5], 5]);
  await drawn();
  await hear({ say: "step", run: 1 });
  expect([shown.at(-1), computed]).toEqual([6, 6]);
  // A step while it plays is the one after what is shown, which the worker has done already.
  await drawn();
  void hear({ say: "play", run: 1 });
  await until(() => shown.at(-1) === 7 && computed === 8);
  await hear({ say: "step", run: 1 });
  await drawn();
  await pass();
  expect([shown.at(-1), computed]).toEqual([8, 8]);
  await hear({ say: "end", run: 1 });
});

test("what was stopped, or has failed, is ended once, and does nothing until another start", async () => {
  await hear({ say: "start", run: 2, turn: 1, figure: "counts", state: { seed: 0 }, ticks: 1, early: 1 });
  await hear({ say: "drawn", run: 2 });
  const before = [computed, shown.length, ended];
  await hear({ say: "stop", run: 2 });
  for (const say of ["play", "step", "drawn", "stop", "pause"] as const) await hear({ say, run: 2 });
  await hear({ say: "set", run: 2, state: { seed: 0 } });
  await pass();
  await hear({ say: "end", run: 2 });
  await pass();
  expect([computed, shown.length, ended]).toEqual([before[0], before[1], before[2]! + 1]);
});

test("a failure is told without the name of a function that the visitor has not called", async () => {
  await hear({ say: "start", run: 3, turn: 1, figure: "fails", state: { seed: 0 }, ticks: 1, early: 1 });
  expect(failed).toEqual(["The thing is damaged; use another."]);
});
