import { describe, expect, test } from "vitest";
import type { ForgettingState } from "../figures/forgetting/controls.ts";
import { start } from "../figures/forgetting/course.ts";
import { figure } from "../figures/forgetting/figure.ts";
import { placeOf } from "../figures/forgetting/place.ts";
import { BROKEN, drawn, played, printed, stateOf, tools } from "./played.ts";

const state = (changed: Partial<ForgettingState> = {}): ForgettingState =>
  stateOf(figure as never, { units: 24, epochs: 2, seed: 3, ...changed }) as ForgettingState;

/** A course to its end. */
async function finished(given: ForgettingState) {
  const course = await start(given, tools);
  while (await course.tick());
  return course;
}

const last = <T>(list: readonly T[]): T => list.at(-1)!;
/** The middle of a cell of the map. */
const cell = (row: number, column: number, units: number): readonly [number, number] => [
  (column + 0.5) / units,
  1 - (row + 0.5) / units,
];

describe("two networks that learn one task after another", () => {
  const one = state();
  const course = finished(one);

  test("the protected one keeps every task to the bit, the other forgets", async () => {
    const { open, closed, tasks } = await (await course).data();
    expect(closed.seals.map((seal) => seal.holds)).toEqual([true, true, true, true, true]);
    expect(open.seals.map((seal) => seal.holds)).toEqual([false, false, false, false, true]);
    tasks.forEach(({ images }, t) => {
      const own = closed.points.filter((p) => p.right.length > t && p.tasks >= t + 1).map((p) => p.right[t]!);
      expect(new Set(own).size).toBe(1);
      expect(own[0]! / images).toBeGreaterThan(0.6);
    });
    const lost = tasks.slice(0, -1).map((_, t) => {
      const own = open.points.filter((p) => p.right.length > t && p.tasks >= t + 1).map((p) => p.right[t]!);
      return own[0]! - last(own);
    });
    // A twentieth of the images of four tasks.
    expect(lost.reduce((a, b) => a + b, 0)).toBeGreaterThan(40);
  });

  test("the code that is copied prints the same accuracies and the same certificates", async () => {
    const running = await course;
    const touched = { ...one, touch: "zero" } as const;
    await running.set!(touched);
    const { open, closed, tasks } = await running.data();
    const lines = printed(figure.code(touched));
    const accuracies = [open, closed].flatMap(
      ({ points }) =>
      last(points).right.map((right, t) => `task ${t + 1}: ${((100 * right) / tasks[t]!.images).toFixed(1)} % correct`), // biome-ignore format: one thought
    );
    expect(lines.filter((line) => line.includes("% correct"))).toEqual(accuracies);
    const held = lines.filter((line) => line.startsWith("task") && line.includes("class scores"));
    expect(held.map((line) => !line.includes("does not hold"))).toEqual(
      [...open.seals, ...closed.seals].map((seal) => seal.holds),
    );
    await running.set!(one);
  });

  test.each(["bit", "zero"] as const)(
    "a touched weight (%s) breaks the certificates of its readers, no others",
    async (touch) => {
      // biome-ignore format: one thought
      const running = await course;
      const { map } = await running.data();
      const { units, readers } = map;
      const places = [...new Set(readers)].map((bits) => readers.indexOf(bits));
      expect(places.length).toBeGreaterThan(4);
      for (const place of places.slice(0, 6)) {
        const [row, column] = [Math.floor(place / units), place % units];
        const weight = cell(row, column, units);
        expect(placeOf(weight, units)).toEqual({ row, column });
        await running.set!({ ...one, touch, weight });
        const data = await running.data();
        expect(data.touched).toMatchObject({ row, column });
        expect(data.touched!.after).not.toBe(data.touched!.before);
        const broken = data.closed.seals.filter((seal) => !seal.holds);
        expect(broken.reduce((bits, seal) => bits | (1 << seal.task), 0)).toBe(readers[place]);
        for (const { changed } of broken) expect(changed).toContain("w2");
        const sentence = figure.says(data, { ...one, touch, weight });
        expect(sentence).toMatch(broken.length > 0 ? /have changed in w2/ : /all 5 certificates hold/);
      }
      await running.set!(one);
    },
  );

  test("with the gradient closed alone, weights of finished tasks move: certificates break", async () => {
    const running = await finished(state({ protection: "gradient" }));
    const data = await running.data();
    expect(data.closed.seals.slice(0, 4).some((seal) => seal.holds)).toBe(false);
    expect(figure.says(data, state({ protection: "gradient" }))).toContain("momentum and weight decay");
    running.end();
  });

  test("another seed gives other data", async () => {
    const { open } = await played(start, { ...one, seed: 4 }, 8);
    expect(open.points.length).toBeGreaterThan(2);
    const own = (await (await course).data()).open.points.slice(0, open.points.length);
    expect(open.points).not.toEqual(own);
  });

  test("every stage of a second course is whole, its rows are the data, and it ends with the same data", async () => {
    const running = await start(one, tools);
    for (let ticks = 0, more = true; more; ticks++) {
      more = await running.tick();
      if (ticks % 6 !== 0 && more) continue;
      const data = await running.data();
      for (const touch of ["none", "bit"] as const) {
        for (const text of drawn(figure, data, { ...one, touch })) expect(text).not.toMatch(BROKEN);
        expect(figure.says(data, { ...one, touch })).not.toMatch(BROKEN);
      }
      const counts = [data.open, data.closed].flatMap(({ points }) => points.flatMap((p) => p.right));
      expect(figure.rows(data, one).map((row) => row.right)).toEqual(counts);
    }
    expect(await running.data()).toEqual(await (await course).data());
    running.end();
  });
});
