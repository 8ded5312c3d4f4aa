import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { decodeCheckpoint, encodeCheckpoint, tensorBytes } from "@hardgrad/experiments";
import { describe, expect, test } from "vitest";
import type { State } from "../figures/contract.ts";
import type { DigitsControls } from "../figures/digits/controls.ts";
import { start } from "../figures/digits/course.ts";
import { figure } from "../figures/digits/figure.ts";
import { slantOf, weightOf } from "../figures/digits/measure.ts";
import { pointAt } from "../figures/digits/path.ts";
import { BROKEN, drawn, look, played, printed, stateOf, tools } from "./played.ts";

const state = (changed: Partial<State<DigitsControls>> = {}): State<DigitsControls> =>
  stateOf(figure as never, changed);
const bytes = (path: string): Buffer => readFileSync(new URL(path, import.meta.url));

test("the generator of the page is the one of `hardgrad draw`, and small", () => {
  const own = bytes("../public/generator/checkpoint.safetensors");
  expect(own.equals(bytes("../../packages/cli/digits/checkpoint.safetensors"))).toBe(true);
  expect(own.length).toBeLessThan(350_000);
});

test("a generator that is damaged is refused in one sentence", async () => {
  const cut = { ...tools, asset: async (path: string) => (await tools.asset(path)).slice(0, 100_000) };
  await expect(start(state(), cut)).rejects.toThrow(
    "decodeCheckpoint: these bytes are not a readable checkpoint: it is damaged; use another copy.",
  );
});

test("a generator of the visitor's takes the place of the page's; one that is not here is asked for", async () => {
  const given = { ...tools, file: tools.asset.bind(null, "generator/checkpoint.safetensors") };
  const own = state({ file: "0123456789abcdef", from: "here" });
  const running = await start(own, given);
  expect(await running.data()).toEqual(await played(start, state(), 0));
  running.end();
  expect(figure.code(own)).toContain('readFileSync("checkpoint.safetensors")');
  const missing = { ...tools, file: () => Promise.reject(new Error("The file is not here.")) };
  await expect(start(own, missing)).rejects.toThrow("The file is not here.");
  const grey = { ...tools, file: async () => new Uint8Array(100).buffer };
  await expect(start(own, grey)).rejects.toThrow(
    /not a readable checkpoint: it is damaged; use another copy\.$/,
  );
});

/** The page's generator, as if it had found its classes by itself and they had got this name. */
async function named(digit: number): Promise<ArrayBuffer> {
  const checkpoint = await decodeCheckpoint(
    new Uint8Array(bytes("../public/generator/checkpoint.safetensors")),
  );
  Object.assign(checkpoint.config.settings, { mode: "unsupervised" });
  for (let k = 0; k < 10; k++) Object.assign(checkpoint.record.last, { [`class/${k}`]: digit });
  const sha256 = createHash("sha256");
  for (const piece of tensorBytes(checkpoint.tensors)) sha256.update(piece);
  return encodeCheckpoint(checkpoint, sha256.digest("hex")).slice().buffer as ArrayBuffer;
}

test("a generator that knows a single digit shows it; one that knows none is refused in one sentence", async () => {
  const own = state({ file: "0123456789abcdef" });
  const running = await start(own, { ...tools, file: () => named(3) });
  const data = await running.data();
  running.end();
  expect(figure.says(data, own)).toMatch(
    /^The one digit that this generator knows leans [\d.]+° to the right and covers [\d.]+ % of its picture with ink\. /,
  );
  for (const svg of drawn(figure, data, own)) expect(svg).not.toMatch(BROKEN);
  await expect(start(own, { ...tools, file: () => named(-1) })).rejects.toThrow(
    /^The generator in this file has no name for any class that it found, .* train it longer\.$/,
  );
});

describe("ten digits in one style", () => {
  const now = state({ style: [0.5, -0.25], seed: 2 });
  const course = played(start, now, 0);

  test("are the same for the same state, and those that the copied code prints", async () => {
    const data = await course;
    expect(await played(start, now, 0)).toEqual(data);
    const lines = data.digits.flatMap(({ pixels }) =>
      Array.from({ length: 14 }, (_, row) =>
        Array.from({ length: 28 }, (_, i) => " .:*#@"[Math.round(pixels[56 * row + i]! / 51)]).join(""),
      ),
    );
    expect(printed(figure.code(now)).join("\n")).toBe(lines.join("\n").trimEnd());
  });

  test("lean to the right on the right of the pad, and are bold at its top", async () => {
    const running = await start(state(), tools);
    const at = async (x: number, y: number) => {
      await running.set!(state({ style: [x, y] }));
      return (await running.data()).digits;
    };
    const [left, right, low, high] = [
      await at(-0.7, 0),
      await at(0.7, 0),
      await at(0, -0.7),
      await at(0, 0.7),
    ];
    running.end();
    for (let digit = 0; digit < 10; digit++) {
      expect(right[digit]!.slant).toBeGreaterThan(left[digit]!.slant + 5);
      expect(high[digit]!.weight).toBeGreaterThan(1.1 * low[digit]!.weight);
    }
  });

  test("are drawn, said and listed", async () => {
    const data = await course;
    for (const changed of [{}, { axes: "random", digit: 9, path: "line" }, { from: "here" }]) {
      const shown = state(changed);
      for (const svg of drawn(figure, data, shown)) expect(svg).not.toMatch(BROKEN);
      expect(figure.says(data, shown)).toMatch(/^The 10 digits lean [\d.]+ ± [\d.]+° to the /);
    }
    const rows = figure.rows(data, now);
    expect(rows.map(({ digit }) => digit)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    for (const [n, { pixels, slant }] of data.digits.entries()) {
      expect(rows[n]!.pixels).toBe(pixels.join(" "));
      expect(rows[n]!.slant_degrees).toBe(slant);
    }
    expect(new Set(rows.map(({ pixels }) => pixels)).size).toBe(10);
  });

  test("follow a pointer on the pad", () => {
    const [drag] = figure.drags!(now, look(360));
    expect(drag!.value(0, 0)).toEqual([-1, 1]);
    expect(drag!.value(1, 1)).toEqual([1, -1]);
    expect(drag!.left + drag!.width).toBeLessThanOrEqual(360);
  });

  test("in directions at random, all digits share them", async () => {
    const random = state({ axes: "random" });
    const data = await played(start, random, 0);
    expect(data.digits.map(({ pixels }) => pixels)).not.toEqual(
      (await course).digits.map(({ pixels }) => pixels),
    );
    expect(figure.code(random)).toContain("[digit, [u, v]]");
    expect(printed(figure.code(random)).length).toBeGreaterThan(100);
  });
});

test("a generator that learns here gets better", async () => {
  const running = await start(state({ from: "here" }), tools);
  const before = await running.data();
  expect(before.training).toEqual({ step: 0, of: 1200, loss: undefined });
  expect(figure.says(before, state({ from: "here" }))).toContain("not learned anything yet");
  await running.tick();
  const first = (await running.data()).training!;
  for (let i = 0; i < 11; i++) expect(await running.tick()).toBe(true);
  const data = await running.data();
  running.end();
  expect(data.training!.step).toBe(72);
  expect(data.training!.loss!).toBeLessThan(0.7 * first.loss!);
  expect(figure.says(data, state({ from: "here" }))).toMatch(/^Step 72 of 1200, loss \d+ nats per picture\./);
  expect(data.at).toEqual(state().style);
  const short = figure.code(state({ from: "here" })).replace('"epochs":24', '"epochs":1');
  expect(printed(short).length).toBeGreaterThan(100);
});

test("the way that plays begins at the point and stays on the pad", () => {
  for (const style of [
    [0.25, 0.25],
    [0, 0],
    [-1, 1],
    [1, 0],
  ] as const)
    for (const path of ["circle", "line"]) {
      for (const [i, value] of pointAt(style, path, 0).entries()) expect(value).toBeCloseTo(style[i]!, 9);
      for (let ticks = 0; ticks < 200; ticks++)
        for (const value of pointAt(style, path, ticks)) expect(Math.abs(value)).toBeLessThanOrEqual(1);
    }
});

test("slant and weight of pictures that are known", () => {
  const bar = (lean: number): number[] =>
    Array.from({ length: 784 }, (_, i) => {
      const [x, y] = [i % 28, Math.floor(i / 28)];
      return y > 5 && y < 23 && Math.round(14 - lean * (y - 14)) === x ? 255 : 0;
    });
  expect(slantOf(bar(0))).toBeCloseTo(0, 9);
  expect(slantOf(bar(1))).toBeCloseTo(45, 9);
  expect(slantOf(bar(-1))).toBeCloseTo(-45, 9);
  expect(slantOf(new Uint8Array(784))).toBe(0);
  expect(weightOf(new Uint8Array(784).fill(255))).toBe(1);
  expect(weightOf(bar(0))).toBeCloseTo(17 / 784, 9);
});
