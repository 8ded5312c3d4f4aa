import { defaultDevice, init, numpy as np } from "@jax-js/jax";
import { grad, sigmoid } from "hardgrad";
import { beforeAll, describe, expect, test } from "vitest";
import { codeOf } from "../figures/losses/code.ts";
import { unitsOf, valueAt } from "../figures/losses/expression.ts";
import { namedLosses } from "../figures/losses/named.ts";
import { objectiveOf } from "../figures/losses/objective.ts";
import { faultOf, LONGEST, parseLoss } from "../figures/losses/parse.ts";

beforeAll(async () => {
  await init("wasm");
  defaultDevice("wasm");
});

/** Typed, and the same by hand, where b holds two units. */
const pairs: readonly (readonly [string, (b: readonly [number, number]) => number])[] = [
  ["(b1 + b2 - 0.45)^2", ([x, y]) => (x + y - 0.45) ** 2],
  ["2 b1 b2 - b1/4", ([x, y]) => 2 * x * y - x / 4],
  ["-b1^2 + 2 -b2", ([x, y]) => -(x ** 2) + 2 - y],
  ["1 - 2 - b1*3 - -b2", ([x, y]) => 1 - 2 - x * 3 + y],
  ["abs(b1 - 0.3) + step(b2 - 0.5)", ([x, y]) => Math.abs(x - 0.3) + (y > 0.5 ? 1 : 0)],
  ["(b1 > 0.5) + (b2 < b1)*2", ([x, y]) => (x > 0.5 ? 1 : 0) + (y < x ? 2 : 0)],
  ["max(b1, b2) - min(b1, 0.2)(b2 + 1)", ([x, y]) => Math.max(x, y) - Math.min(x, 0.2) * (y + 1)],
  [
    "exp(-b1) + log(b2 + 1.5) + sqrt(b1 + 1)",
    ([x, y]) => Math.exp(-x) + Math.log(y + 1.5) + Math.sqrt(x + 1),
  ],
  ["sin(b1) cos(b2) + tanh(b1 b2) + sign(b2 - 0.1)", ([x, y]) => Math.sin(x) * Math.cos(y) + Math.tanh(x * y) + Math.sign(y - 0.1)], // biome-ignore format: one pair
  ["sigmoid(2b1 - b2) / (1 + b2)", ([x, y]) => 1 / (1 + Math.exp(y - 2 * x)) / (1 + y)],
  ["(b1 - b2)^3 + b1^0 + b2^1 + 1e-1*b1^4", ([x, y]) => (x - y) ** 3 + 1 + y + 0.1 * x ** 4],
];
const points = [[0, 0], [0, 1], [1, 0], [1, 1], [0.25, 0.7]] as const; // biome-ignore format: one list

test.each(pairs)(
  "the typed loss %s is the one written by hand: value, gradient, and as code",
  async (typed, byHand) => {
    const expression = parseLoss(typed, 4);
    const wanted = points.map((b) => byHand(b));
    for (const [i, b] of points.entries()) expect(valueAt(expression, b)).toBeCloseTo(wanted[i]!, 12);
    const x = np.array(points.map((b) => [...b]));
    const f = objectiveOf(expression);
    const code = new Function("np", "sigmoid", `return ${codeOf(expression)}`)(np, sigmoid) as typeof f;
    for (const run of [f, code]) {
      const values = await run(x.ref).data();
      for (const [i, v] of wanted.entries()) expect(values[i]).toBeCloseTo(v, 5);
    }
    // At the one point that is no corner of anything, by central differences.
    const at = points[4]!;
    const g = await grad((y: np.Array) => np.sum(f(y)))(np.array([[...at]])).data();
    const h = 1e-5;
    for (const i of [0, 1] as const) {
      const moved = (by: number): [number, number] => [
        at[0] + (i === 0 ? by : 0),
        at[1] + (i === 1 ? by : 0),
      ];
      expect(g[i]).toBeCloseTo((byHand(moved(h)) - byHand(moved(-h))) / (2 * h), 4);
    }
    x.dispose();
  },
);

test("a power has its gradient at the hard value 0, too", async () => {
  const f = objectiveOf(parseLoss("b1^3 + b1^1 + 0 b2", 2));
  expect(Array.from(await grad((y: np.Array) => np.sum(f(y)))(np.array([[0, 0]])).data())).toEqual([1, 0]);
});

test.each(namedLosses)("the loss $value is its formula", ({ formula, of }) => {
  const typed = parseLoss(
    formula
      .replace("²", "^2")
      .replaceAll("−", "-")
      .replace(/^\|(.*)\|$/, "abs($1)"),
    2,
  );
  for (const b of points) expect(valueAt(of(2), b)).toBeCloseTo(valueAt(typed, b), 12);
  expect(unitsOf(of(5))).toBe(5);
});

describe("what is no loss is refused in one sentence", () => {
  const attacks: readonly (readonly [string, RegExp])[] = [
    ["constructor", /Unknown name constructor/],
    ["b1.constructor", /can't contain “\.”/],
    ["import('x')", /can't contain “'”/],
    ["import(b1)", /Unknown name import/],
    ["__proto__", /Unknown name __proto__/],
    ["abs.toString()", /“\(” is missing|can't contain/],
    ["toString(b1)", /Unknown name toString/],
    ["b1 = 3", /can't contain “=”/],
    ["b1; b2", /can't contain “;”/],
    ["[b1]", /can't contain “\[”/],
    ["`b1`", /can't contain “`”/],
    ["b5", /no unit b5; use b1 to b4/],
    ["b0", /no unit b0/],
    ["b1 +", /ends where/],
    ["(b1", /“\)” is missing at the end/],
    ["b1) + b2", /“\)” is in a place where the loss has ended/],
    ["max(b1)", /max takes two arguments, not 1/],
    ["abs(b1, b2)", /abs takes one argument, not 2/],
    ["b1^b2", /exponent must be a whole number/],
    ["b1^0.5", /exponent must be a whole number/],
    ["1e999 b1", /too large/],
    ["3", /uses no unit/],
    ["", /Type a loss/],
    ["b1 ".repeat(40_000), /at most 200 characters/],
    ["(".repeat(LONGEST), /ends where/],
    ["b1/0", /^The loss is not a number at b1 = 0; change it so that it is finite there\.$/],
    ["1/0 + b2", /infinite at b1 = 0, b2 = 0;/],
    ["log(-1) b1", /not a number at b1 = 0;/],
    ["log(b1) + b2", /infinite at b1 = 0, b2 = 0;/],
    ["sqrt(b1 - b2)", /not a number at b1 = 0, b2 = 1;/],
    ["exp(90 b1)", /infinite at b1 = 1;/], // in float32
    ["exp(90 b1) - exp(90 b1)", /not a number at b1 = 1;/],
    ["(1000000 b1)^6 (1000000 b4)^6", /infinite at b1 = 1, b2 = 0, b3 = 0, b4 = 1;/],
  ];
  test.each(attacks)("%s", (text, sentence) => {
    const fault = faultOf(text, 4);
    expect(fault).toMatch(sentence);
    expect(fault!.length).toBeLessThan(220);
    expect(fault).toMatch(/\.$/);
    expect(() => parseLoss(text, 4)).toThrow(RangeError);
  });
});

test("a loss that is finite wherever the units can be is taken, whatever it is between", () => {
  for (const text of ["exp(80 b1)", "sqrt(b1)", "1/(b1 - 0.5)", "tanh(1/b1)", "1e-400 b1", "min(b1, 1/0)"])
    expect(faultOf(text, 4), text).toBeUndefined();
});

test("the deepest loss that can be typed is still read", () => {
  const depth = (LONGEST - 2) / 2;
  expect(faultOf(`${"(".repeat(depth)}b1${")".repeat(depth)}`, 4)).toBeUndefined();
});
