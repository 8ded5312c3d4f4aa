import { drawnDigits } from "@hardgrad/experiments";
import { describe, expect, test } from "vitest";
import { BLOCKS, type GatesData, type GatesState } from "../figures/gates/controls.ts";
import { start } from "../figures/gates/course.ts";
import { figure } from "../figures/gates/figure.ts";
import { orderOf } from "../figures/gates/order.ts";
import { pictureOf } from "../frame/state.ts";
import { BROKEN, drawn, played, printed, stateOf, tools } from "./played.ts";

const state = (changed: Partial<GatesState> = {}): GatesState =>
  stateOf(figure as never, changed) as GatesState;

/** What is the same on every machine. */
const timeless = ({ times: _, ...data }: GatesData): unknown => data;

describe("a network whose gates decide which blocks run", () => {
  /** Until the first network and its twin without gates are trained and measured. */
  const running = (async () => {
    const course = await start(state(), tools);
    for (let i = 0; i < figure.first; i++) await course.tick();
    return course;
  })();

  test("few blocks are open, and accuracy is as good within four standard errors", async () => {
    const { networks, times } = await (await running).data();
    expect(networks.map((n) => [n.id, n.steps === n.of])).toEqual([["8", true], ["1", true]]); // biome-ignore format: one thought
    const [gated, dense] = networks as [GatesData["networks"][0], GatesData["networks"][0]];
    expect(Math.abs(gated.rate.value - 1 / 8)).toBeLessThan(0.03);
    expect(dense.rate.value).toBe(1);
    const p = dense.read.right / dense.read.of;
    expect(p).toBeGreaterThan(0.9);
    const error = Math.sqrt((2 * p * (1 - p)) / dense.read.of);
    expect(Math.abs(p - gated.read.right / gated.read.of)).toBeLessThan(4 * error);
    // How fast it is depends on what else the machine does: here only that it was measured.
    expect(times.map(({ id }) => id).sort()).toEqual(["1", "8"]);
    for (const { microseconds, times: faster } of times)
      for (const { value, error } of [microseconds, faster]) {
        expect(value).toBeGreaterThan(0);
        expect(Number.isFinite(error)).toBe(true);
      }
  });

  test("what opens for each digit adds up to the share that is open", async () => {
    const { networks } = await (await running).data();
    const { digits, rate } = networks[0]!;
    const opens = digits.flatMap((digit) => digit.opens).reduce((a, b) => a + b, 0);
    const images = digits.reduce((sum, digit) => sum + digit.images, 0);
    expect(images).toBe(1000);
    expect(opens / (images * BLOCKS)).toBeCloseTo(rate.value, 12);
    for (const digit of digits) {
      const own = digit.opens.reduce((a, b) => a + b, 0) / (digit.images * BLOCKS);
      expect(own).toBeCloseTo(digit.rate.value, 12);
    }
    const order = orderOf(networks[0]!, BLOCKS);
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: BLOCKS }, (_, block) => block));
  });

  test("a digit that is drawn is read in place of the test image", async () => {
    const course = await running;
    const own = drawnDigits({ seed: 9, train: 1, test: 1 }).train;
    const before = await course.data();
    await course.set!(state({ drawn: pictureOf(own.images) }));
    const data = await course.data();
    expect(before.label).toBe(3);
    expect(data.label).toBeUndefined();
    expect(data.image).toEqual(own.images);
    expect(data.networks[1]!.answer.digit).toBe(own.labels[0]);
    expect(figure.says(data, state({ drawn: pictureOf(own.images) }))).toContain("your digit");
    expect(data.networks.map((n) => n.read)).toEqual(before.networks.map((n) => n.read));
    await course.set!(state());
    expect(timeless(await course.data())).toEqual(timeless(before));
  });

  test("the code that is copied comes to the same accuracies and the same share", async () => {
    const { networks } = await (await running).data();
    const lines = printed(figure.code(state()));
    const told = lines.map((line) => {
      const [, open, accuracy] = /open: ([\d.]+) %; accuracy: ([\d.]+) ±/.exec(line)!;
      return [Number(open), Number(accuracy)] as const;
    });
    const [gated, dense] = networks as [GatesData["networks"][0], GatesData["networks"][0]];
    // The code reads its threshold and the images by the compiled program, which adds up in another order.
    [dense, gated].forEach((network, i) => {
      expect(Math.abs(100 * network.rate.value - told[i]![0])).toBeLessThan(0.1);
      expect(Math.abs((100 * network.read.right) / network.read.of - told[i]![1])).toBeLessThanOrEqual(0.2);
    });
  });

  test("the same seed and ticks give the same data, another seed gives others", async () => {
    const data = timeless(await played(start, state(), 1));
    expect(timeless(await played(start, state(), 1))).toEqual(data);
    expect(timeless(await played(start, state({ seed: 4 }), 1))).not.toEqual(data);
  });

  test("pictures, sentences and rows of every state are whole, and the rows are the data", async () => {
    const course = await running;
    const fresh = await played(start, state(), 0);
    for (const [density, digit] of [
      ["8", 0],
      ["4", 9],
      ["16", 5],
    ] as const) {
      const given = state({ density, digit, example: 7 * digit });
      await course.set!(given);
      for (const data of [await course.data(), fresh]) {
        for (const text of drawn(figure, data, given)) expect(text).not.toMatch(BROKEN);
        expect(figure.says(data, given)).not.toMatch(BROKEN);
        expect(figure.code(given)).not.toMatch(BROKEN);
        const rows = figure.rows(data, given);
        const opens = rows.reduce((sum, row) => sum + Number(row.opens ?? 0), 0);
        const counted = data.networks.flatMap((n) => n.digits.flatMap((d) => d.opens));
        expect(opens).toBe(counted.reduce((a, b) => a + b, 0));
      }
    }
    course.end();
  });
});
