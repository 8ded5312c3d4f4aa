import { expect, test } from "vitest";
import { breathe } from "../frame/breathe.ts";

test("several that wait at the same time all go on", async () => {
  const order: number[] = [];
  await Promise.all([0, 1, 2].map((n) => breathe().then(() => order.push(n))));
  expect(order).toEqual([0, 1, 2]);
});
