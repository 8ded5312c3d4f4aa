import "./setup.ts";
import { jit, numpy as np, random } from "@jax-js/jax";
import { afterEach, expect, test } from "vitest";
import { expectation, grad, plackettLuce, rloo } from "../src/index.ts";
import { queue } from "./short-queues.ts";

const { length } = queue;
afterEach(() => {
  queue.length = length;
});

const gradient = (): number[] =>
  grad((a: np.Array) =>
    np.sum(expectation(plackettLuce(a, 2), (x) => np.square(np.sum(x, -1).sub(0.4)), rloo(), random.key(1))),
  )(np.array([0.4, -0.8, 0.6, -0.3]).reshape([1, 4]))
    .reshape([-1])
    .js() as number[];

test("a shorter queue changes no bit", () => {
  const all = [1, 16, Number.POSITIVE_INFINITY].map((most) => {
    queue.length = most;
    return gradient();
  });
  expect(all[0]!.every(Number.isFinite)).toBe(true);
  expect(all[1]).toEqual(all[0]);
  expect(all[2]).toEqual(all[0]);
});

test("views, what is compiled and what was thrown away go through", () => {
  queue.length = 1;
  const x = np.array([1, 2, 3]);
  x.ref.mul(2).dispose();
  const seen = jit((a: np.Array) => np.flip(a).mul(2))(x.ref.reshape([3, 1]).reshape([3]));
  expect(seen.js()).toEqual([6, 4, 2]);
  expect(x.refCount).toBe(1);
  expect(x.js()).toEqual([1, 2, 3]);
});
