import { jit, numpy as np, random } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import {
  bernoulli,
  catalogue,
  categorical,
  type Distribution,
  exact,
  exactGradient,
  expectation,
  grad,
  type Objective,
  plackettLuce,
  sample,
  statefulExpectation,
  subset,
} from "../../src/index.ts";
import { close } from "../close.ts";

/** A law whose second and last entries are forbidden, and the same law without them. */
interface Masked {
  readonly kind: string;
  readonly make: (a: np.Array, mask?: np.Array) => Distribution;
}

const allowed = [0, 2, 3];
const mask = (): np.Array => np.array([true, false, true, true, false]);
const logits = [0.4, 3, -0.8, 0.6, 1.5];
const laws: readonly Masked[] = [
  { kind: "bernoulli", make: (a, m) => bernoulli(a, m && { mask: m }) },
  { kind: "categorical", make: (a, m) => categorical(a, m && { mask: m }) },
  { kind: "subset", make: (a, m) => subset(a, 2, m && { mask: m }) },
  { kind: "plackett-luce", make: (a, m) => plackettLuce(a, 2, m && { mask: m }) },
];
const weights = [0.9, 5, -0.6, 0.4, -7];
const objective =
  (w: readonly number[]): Objective =>
  (x) =>
    np.square(np.sum(x.mul(np.array([...w])), -1).sub(0.4));
const pick = (x: readonly number[]): number[] => allowed.map((i) => x[i]!);

for (const { kind, make } of laws)
  describe(kind, () => {
    test("the law, its exact gradient and the gradient of exact() are those without the forbidden entries", async () => {
      const f = objective(weights);
      for (const shift of [0, -1e9, 1e30]) {
        // float32 swallows the logits at these sizes: then they are all equal.
        const a = shift === 0 ? logits : logits.map(() => shift);
        const whole = await exactGradient(make(np.array(a), mask()), f);
        const part = await exactGradient(make(np.array(pick(a))), objective(pick(weights)));
        if (kind !== "bernoulli" || shift === 0) {
          expect(Math.abs(whole.mean - part.mean)).toBeLessThan(2e-6 * Math.abs(part.mean) + 1e-6);
          close(pick(whole.gradient), part.gradient, { within: 2e-6 });
        }
        expect([whole.gradient[1]!, whole.gradient[4]!].map(Math.abs)).toEqual([0, 0]);
      }
      const slope = (m: boolean): number[] =>
        grad((a: np.Array) =>
          np.sum(
            expectation(
              make(a, m ? mask() : undefined),
              objective(m ? weights : pick(weights)),
              exact(),
              random.key(0),
            ),
          ),
        )(np.array(m ? logits : pick(logits))).js() as number[];
      close(pick(slope(true)), slope(false), { within: 2e-6 });
      expect([slope(true)[1]!, slope(true)[4]!].map(Math.abs)).toEqual([0, 0]);
    });

    test("forbidden entries are never drawn, the others as often as without them", () => {
      const count = 20_000;
      const rows = (a: readonly number[]): np.Array => np.broadcastTo(np.array([...a]), [count, a.length]);
      const rates = (q: Distribution): number[] => np.mean(sample(q, random.key(5)), 0).js() as number[];
      const whole = rates(make(rows(logits), mask()));
      expect([whole[1], whole[4]]).toEqual([0, 0]);
      // Two independent rates of 20,000 draws: a standard error of at most 0.005, of which 4.5.
      close(pick(whole), rates(make(rows(pick(logits)))), { within: 0.0225 });
    });

    for (const { id, create } of catalogue.filter((e) => e.create().supports.includes(kind as never)))
      test(`${id}: no gradient at what is forbidden, finite elsewhere, compiled as eager`, () => {
        const estimator = create();
        const loss = (a: np.Array): np.Array => {
          const q = make(a, mask());
          const { losses, state } = statefulExpectation(
            q,
            objective(weights),
            estimator,
            random.key(3),
            estimator.init(q),
          );
          for (const array of Object.values(state)) array.dispose();
          return np.sum(losses);
        };
        const batch = (): np.Array => np.broadcastTo(np.array(logits), [6, 5]);
        const g = grad(loss)(batch()).js() as number[][];
        for (const row of g) {
          expect(row.every(Number.isFinite), `${row}`).toBe(true);
          expect([row[1]!, row[4]!].map(Math.abs)).toEqual([0, 0]);
        }
        const compiled = jit(grad(loss))(batch()).js() as number[][];
        compiled.forEach((row, i) => {
          close(row, g[i]!, { within: 2e-4, relative: 1e-3 });
        });
      });
  });

test("exact() does not look at f where the law never goes", () => {
  const f: Objective = (x) => np.log(np.sum(x.mul(np.array([2, 0, 1, 3, 0])), -1)); // -Infinity where forbidden
  const losses = expectation(categorical(np.array(logits), { mask: mask() }), f, exact(), random.key(0));
  expect(Number.isFinite(losses.js() as number)).toBe(true);
});

test("no relaxed sample puts mass on what is forbidden, at the largest temperature", () => {
  for (const id of ["gumbel-softmax", "relaxed-subset"]) {
    const estimator = catalogue.find((e) => e.id === id)!.create({ temperature: 100 });
    const make = id === "gumbel-softmax" ? laws[1]!.make : laws[3]!.make;
    const q = make(np.broadcastTo(np.array(logits), [50, 5]), mask());
    const soft = estimator.path!(q, estimator.noise(q, random.key(1))).js() as number[][];
    for (const row of soft) expect([row[1], row[4]]).toEqual([0, 0]);
  }
});

test("what is no mask, does not fit, or allows too little is refused; inside jit its row is zero", () => {
  const a = (): np.Array => np.array([logits, logits]);
  expect(() => categorical(a(), { mask: np.array([1, 0, 1, 1, 0]) })).toThrow(/truth values/);
  expect(() => categorical(a(), { mask: np.array([true, false]) })).toThrow(/\[2\].*\[2,5\]/);
  expect(() => categorical(a(), { mask: np.zeros([5]).astype(np.bool) })).toThrow(/allows 0 of 5/);
  expect(() => subset(a(), 3, { mask: np.array([true, false, true, false, false]) })).toThrow(/at least 3/);
  const none = (m: np.Array): np.Array => sample(categorical(a(), { mask: m }), random.key(0));
  const drawn = jit(none)(np.zeros([5]).astype(np.bool)).js() as number[][];
  expect(drawn.flat()).toEqual(drawn.flat().map(() => 0));
});
