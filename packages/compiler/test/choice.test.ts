import { expect, test } from "vitest";
import { Choice } from "../src/threads/choice.ts";

/** So many runs; those together take `together` ms and so many naps, those alone `alone` ms. How many were together. */
function runs(
  choice: Choice,
  count: number,
  times: { together: number; alone: number; naps: number },
): number {
  let found = 0;
  for (let i = 0; i < count; i++) {
    const together = choice.together();
    found += +together;
    choice.ran(together, together ? times.together : times.alone, together ? times.naps : 0);
  }
  return found;
}

test("threads that seldom wait stay together, whatever a run alone would take", () => {
  expect(runs(new Choice(), 1000, { together: 5, alone: 1, naps: 3 })).toBe(1000);
});

test("threads that wait much and are slower are left alone, for longer and longer, until they wait no more", () => {
  const choice = new Choice();
  // Each trial is one run together, one to compare, and 16, 32, 64, ... runs alone.
  expect(runs(choice, 2 + 16, { together: 5, alone: 1, naps: 4 })).toBe(1);
  expect(runs(choice, 2 + 32, { together: 5, alone: 1, naps: 4 })).toBe(1);
  expect(runs(choice, 100_000, { together: 5, alone: 1, naps: 4 })).toBeLessThan(120);
  runs(choice, 1026, { together: 0.5, alone: 1, naps: 0 });
  expect(runs(choice, 1000, { together: 0.5, alone: 1, naps: 0 })).toBe(1000);
  expect(runs(choice, 2 + 16, { together: 5, alone: 1, naps: 4 })).toBe(1);
});

test("threads that wait much and are faster all the same are hardly disturbed", () => {
  expect(runs(new Choice(), 6600, { together: 2, alone: 3, naps: 9 })).toBe(6600 - 100);
});
