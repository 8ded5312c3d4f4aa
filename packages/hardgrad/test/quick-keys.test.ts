import "./setup.ts";
import { jit, numpy as np } from "@jax-js/jax";
import { expect, test } from "vitest";
import { Keys } from "./quick-keys.ts";

test("what differs in kind, order, length or one bit has another key; what is equal the same", () => {
  const words = Array.from({ length: 200 }, (_, i) => i.toString(2));
  const numbers = [0, 1, -1, 0.5, 2 ** 31, 2 ** 32, 2 ** 40, 1 + 2 ** -52, Number.POSITIVE_INFINITY];
  const others = [true, false, null, undefined, 1n, 2n ** 50n];
  const parts = [...words, ...numbers, ...others];
  const rows = parts.flatMap((a) => [[a], ...parts.map((b) => [a, b])]);
  const keys = rows.map((row) => Keys.hash(...row));
  expect(rows.length).toBe(215 * 216);
  expect(new Set(keys).size).toBe(rows.length);
  expect(rows.map((row) => Keys.hash(...row))).toEqual(keys);
  expect(keys.every((key) => Number.isSafeInteger(key))).toBe(true);
});

test("jax-js asks for its kernels by them", () => {
  const { update } = Keys.prototype;
  let asked = 0;
  Keys.prototype.update = function (x) {
    asked++;
    return update.call(this, x);
  };
  try {
    expect(jit((x: np.Array) => np.square(x).add(1))(np.array([1, 2, 3])).js()).toEqual([2, 5, 10]);
  } finally {
    Keys.prototype.update = update;
  }
  expect(asked).toBeGreaterThan(10);
});
