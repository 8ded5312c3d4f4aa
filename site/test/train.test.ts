import {
  classifier,
  drawnDigits,
  findExperiment,
  makeEstimator,
  resolveSettings,
} from "@hardgrad/experiments";
import { catalogue } from "hardgrad";
import { describe, expect, test } from "vitest";
import type { State } from "../figures/contract.ts";
import { centred } from "../figures/train/centred.ts";
import type { TrainControls } from "../figures/train/controls.ts";
import { start } from "../figures/train/course.ts";
import { accuracyError, type TrainData } from "../figures/train/data.ts";
import { estimators } from "../figures/train/estimators.ts";
import { figure } from "../figures/train/figure.ts";
import { pictureOf } from "../frame/state.ts";
import { BROKEN, drawn, played, printed, stateOf, tools } from "./played.ts";

const state = (changed: Partial<State<TrainControls>> = {}): State<TrainControls> =>
  stateOf(figure as never, { hidden: 16, ...changed });

/** What is the same on every machine. */
const timeless = ({ points, networks, ...data }: TrainData): unknown => ({
  ...data,
  points: points.map(({ seconds: _, ...point }) => point),
  networks: networks.map(({ seconds: _, ...network }) => network),
});

describe("a network that learns", () => {
  const one = state({ estimators: ["reinmax"], seed: 3 });
  const course = played(start, one, 1 + 21);

  test("is the same for the same seed and ticks, and another for another seed", async () => {
    const data = timeless(await course);
    expect(timeless(await played(start, one, 1 + 21))).toEqual(data);
    expect(timeless(await played(start, { ...one, seed: 4 }, 1 + 21))).not.toEqual(data);
  });

  test("has at the ends of epochs the accuracies of the code that is copied, to the last bit", async () => {
    const { points, step } = await course;
    expect(step).toBe(80);
    const lines = printed(figure.code(one)).map((line) => line.split(" "));
    const [first, second] = [40, 80].map((at) => points.find((point) => point.step === at)!.accuracies[0]);
    expect(lines.slice(0, 2)).toEqual([
      ["reinmax", "40", String(first)],
      ["reinmax", "80", String(second)],
    ]);
    expect(second).toBeGreaterThan(0.5);
  });

  test("reads a digit that is drawn, at once, and says so", async () => {
    const four = state({ estimators: ["reinforce", "disarm", "reinmax", "gumbel-softmax"], hidden: 64 });
    const running = await start(four, tools);
    expect((await running.data()).networks).toEqual([]);
    for (let i = 0; i < 4 + 41; i++) expect(await running.tick()).toBe(true);
    const data = await running.data();
    const own = drawnDigits({ seed: 9, train: 1, test: 1 }).train;
    const told = { ...four, digit: pictureOf(own.images) };
    await running.set!(told);
    const read = await running.data();
    running.end();
    expect(read.step).toBe(data.step);
    expect(read.read).not.toEqual(data.read);
    const answers = read.networks.map(({ probabilities }) =>
      probabilities.indexOf(Math.max(...probabilities)),
    );
    expect(answers.filter((digit) => digit === own.labels[0]).length).toBeGreaterThanOrEqual(2);
    for (const { probabilities, errors } of read.networks) {
      expect(probabilities.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
      expect(errors.every((error) => error >= 0 && error < 0.2)).toBe(true);
    }
    // The leaders read most test digits after 160 steps; REINFORCE does not.
    const last = data.points.at(-1)!;
    expect(last.step).toBe(160);
    expect(Math.max(...last.accuracies)).toBeGreaterThan(0.8);
    expect(last.accuracies[0]).toBeLessThan(Math.max(...last.accuracies) - 0.1);
    for (const [shown, of] of [
      [data, four],
      [read, told],
    ] as const) {
      for (const svg of drawn(figure, shown, of)) expect(svg).not.toMatch(BROKEN);
      expect(figure.says(shown, of)).toMatch(
        /After 160 steps .* % ± .* % of 500 test digits; reinforce reads/,
      );
      expect(figure.says(shown, of)).not.toMatch(BROKEN);
    }
    expect(figure.says(read, told)).toContain("Your digit is read as");
    const rows = figure.rows(data, four);
    expect(rows.map(({ accuracy }) => accuracy)).toEqual(data.points.flatMap((p) => p.accuracies));
    expect(rows.every((row) => row.standard_error === accuracyError(row.accuracy as number, 500))).toBe(true);
    for (const empty of [{ ...data, points: [], networks: [] }])
      for (const svg of drawn(figure, empty, four)) expect(svg).not.toMatch(BROKEN);
  });
});

test("the menu has what the classifier learns through", () => {
  const dataset = drawnDigits({ train: 200, test: 1 });
  const settings = resolveSettings(classifier.options, { hidden: 16 }, dataset);
  const accepted = catalogue.filter(({ id }) => {
    try {
      classifier.check(makeEstimator({ id, options: {} }), settings, dataset);
      return true;
    } catch {
      return false;
    }
  });
  expect(estimators.map(({ id }) => id)).toEqual(accepted.map(({ id }) => id));
  expect(findExperiment("classifier")).toBe(classifier);
});

describe("a digit drawn by hand", () => {
  const digit = (paint: (x: number, y: number) => number): Uint8Array =>
    Uint8Array.from({ length: 784 }, (_, i) => paint(i % 28, Math.floor(i / 28)));
  const boxOf = (pixels: Uint8Array): number[] => {
    const ink = Array.from(pixels.keys()).filter((i) => pixels[i]! > 100);
    const [xs, ys] = [ink.map((i) => i % 28), ink.map((i) => Math.floor(i / 28))];
    return [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  };

  test("is none where nothing is drawn", () => {
    expect(centred("")).toBeUndefined();
    expect(centred(pictureOf(new Uint8Array(784)))).toBeUndefined();
  });

  test("is made as high as the training digits, and put into the middle", () => {
    const small = digit((x, y) => (x >= 2 && x < 5 && y >= 1 && y < 10 ? 255 : 0));
    const [left, right, top, bottom] = boxOf(centred(pictureOf(small))!) as [number, number, number, number];
    expect(bottom - top + 1).toBeGreaterThanOrEqual(18);
    expect(bottom - top + 1).toBeLessThanOrEqual(20);
    expect((left + right) / 2).toBe(13.5);
    expect((top + bottom) / 2).toBe(13.5);
    const wide = digit((x, y) => (y >= 20 && y < 24 && x >= 1 && x < 27 ? 255 : 0));
    const [from, to] = boxOf(centred(pictureOf(wide))!) as [number, number];
    expect(to - from + 1).toBeLessThanOrEqual(22);
  });
});
