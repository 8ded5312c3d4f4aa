import "./setup.ts";
import { jit, numpy as np, random } from "@jax-js/jax";
import { expect, test } from "vitest";
import {
  bernoulli,
  categorical,
  expectation,
  grad,
  type Objective,
  reinforce,
  rloo,
  sample,
  straightThroughSigmoid,
  through,
} from "../src/index.ts";

const key = () => random.key(0);
const q = () => bernoulli(np.array([[0.3, -1, 0.2], [1, 0, 0.5]])); // biome-ignore format: a matrix
const sum: Objective = (b) => np.sum(b, -1);

test("an objective that returns no array: what it returned, and what it must", () => {
  const table: readonly (readonly [unknown, RegExp])[] = [
    [undefined, /reinforce: the objective must return an array of losses, shape \[2\], but returned nothing/],
    [null, /returned null/],
    [3, /returned a number/],
    ["3", /returned a string/],
    [[1, 2], /returned a plain list/],
    [{}, /returned an object that is no array/],
    [Promise.resolve(), /returned a promise; it must not be async/],
  ];
  for (const [result, message] of table) {
    const f = (() => result) as never;
    expect(() => expectation(q(), f, reinforce(), key())).toThrow(message);
    expect(() =>
      grad((a: np.Array) => np.sum(expectation(bernoulli(a), f, rloo(), key())))(np.zeros([2, 3])),
    ).toThrow(new RegExp(message.source.replace("reinforce", "rloo").replace("[2\\]", "[4,2\\]")));
  }
  expect(() => expectation(q(), "f" as never, reinforce(), key())).toThrow(
    /the objective must be a function of the sample, not a string/,
  );
});

test("axes counted from the front: samples come on a new leading axis", () => {
  expect(() => expectation(q(), (b) => b.sum(1), rloo(), key())).toThrow(
    /samples come on new leading axes, here \[4\]: count axes from the end, such as \.sum\(-1\)/,
  );
});

test("a forgotten ref is said in our words, eager and compiled; the cause is kept", () => {
  const twice: Objective = (b) => sum(b).add(sum(b));
  const message = /rloo: the objective used an array again after it was consumed; write x\.ref/;
  expect(() => expectation(q(), twice, rloo(), key())).toThrow(message);
  const compiled = jit((a: np.Array) => expectation(bernoulli(a), twice, rloo(), key()));
  expect(() => compiled(np.zeros([2, 3]))).toThrow(message);
});

test("a distribution that was used before is named", () => {
  const message = /logits of this bernoulli distribution were consumed by an earlier call/;
  const calls: readonly ((used: ReturnType<typeof q>) => unknown)[] = [
    (used) => expectation(used, sum, rloo(), key()),
    (used) => through(used, straightThroughSigmoid(), key()),
    (used) => sample(used, key()),
  ];
  for (const call of calls) {
    const used = q();
    call(used);
    expect(() => call(used)).toThrow(message);
    const compiled = jit((a: np.Array) => {
      const inside = bernoulli(a);
      call(inside);
      return call(inside) as np.Array;
    });
    expect(() => compiled(np.zeros([2, 3]))).toThrow(message);
  }
});

test("NaN is laid to the objective only where it made it", () => {
  expect(() => expectation(q(), (b) => np.log(sum(b).sub(9)), rloo(), key())).toThrow(/the objective is NaN/);
  // Two logits of -3e38 and 3e38: their difference is no float32.
  const far = () => categorical(np.array([[3e38, -3e38, 0]]));
  const spoilt = { ...rloo(), losses: () => ({ losses: np.array([Number.NaN]), state: {} }) };
  expect(() => expectation(far(), sum, spoilt, key())).toThrow(
    /the estimate is NaN though the objective is not, for example 0 of 1: logits of up to 3\.00e\+38 are too large/,
  );
});
