import { jit, numpy as np, random, tree } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import {
  bernoulli,
  categorical,
  type Estimator,
  exact,
  findEstimator,
  grad,
  type NamedArrays,
  statefulExpectation,
  valueAndGrad,
} from "../../src/index.ts";
import { close } from "../close.ts";
import { caseOf, makeDistribution, supported } from "../harness.ts";

const numbers = (x: np.Array): number[] => (x.js() as number[]).flat(9) as unknown as number[];
const make = (id: string): Estimator => findEstimator(id)!.create();

/** `(y_1 + y_2 - 0.45)^2` of two units whose logits are `b + 0.3 x`, x two units below them. */
function layers(outer: Estimator, inner: Estimator) {
  return (a: np.Array, b: np.Array, state: NamedArrays, key: np.Array): [np.Array, NamedArrays] => {
    const [above, below] = np.split(random.split(key), 2, 0).map((k) => k.reshape([2])) as [
      np.Array,
      np.Array,
    ];
    const upper = (x: np.Array): np.Array => {
      const q = bernoulli(np.broadcastTo(b.ref, x.shape).add(x.mul(0.3)));
      const f = (y: np.Array): np.Array => np.square(np.sum(y, -1).sub(0.45));
      const { losses, state: next } = statefulExpectation(q, f, inner, below.ref, inner.init(q));
      tree.dispose(next);
      return losses;
    };
    const { losses, state: next } = statefulExpectation(bernoulli(a), upper, outer, above, state);
    return [np.sum(losses), next];
  };
}

const withGradient = ["muprop", "double-cv", "rodeo", "imle", "adaptive-imle"];
const withState = ["nvil", "rebar", "relax"];

describe("estimators that take gradients nest", () => {
  for (const outer of withGradient)
    test(`${outer} around each of them, compiled as eager`, () => {
      for (const inner of [...withGradient, ...withState]) {
        const f = valueAndGrad(layers(make(outer), make(inner)), { argnums: [0, 1], hasAux: true });
        const run = (g: typeof f): number[] => {
          const [a, b] = [np.array([[0.2, -0.3]]), np.array([[0.1, 0.4]])];
          const [[value, state], [da, db]] = g(a, b, make(outer).init(bernoulli(a.ref)), random.key(1));
          return [value, da, db, ...Object.values(state)].flatMap((x) => numbers(x.reshape([-1])));
        };
        const eager = run(f);
        expect(eager.every(Number.isFinite), `${outer} around ${inner}`).toBe(true);
        // The two fuse sums differently.
        close(run(jit(f)), eager, { within: 1e-5, relative: 1e-4 });
      }
    });

  const rows = 20_000;
  const [a, b] = [
    [0.2, -0.3],
    [0.1, 0.4],
  ];
  const many = (row: number[]): np.Array => np.broadcastTo(np.array([row]), [rows, 2]);
  for (const [outer, inner] of [
    ["muprop", "nvil"],
    ["muprop", "double-cv"],
    ["double-cv", "rebar"],
    ["rodeo", "muprop"],
    ["double-cv", "relax"],
  ] as const)
    test(`${outer} around ${inner} is unbiased`, () => {
      const all = layers(exact(), exact());
      const [wa, wb] = grad(all, { argnums: [0, 1], hasAux: true })(
        np.array([a!]),
        np.array([b!]),
        {},
        random.key(0),
      )[0];
      const f = jit(grad(layers(make(outer), make(inner)), { argnums: [0, 1], hasAux: true }));
      const state = make(outer).init(bernoulli(many(a!)));
      const [[ga, gb], next] = f(many(a!), many(b!), state, random.key(5));
      tree.dispose(next);
      for (const [given, wanted] of [
        [ga, numbers(wa)],
        [gb, numbers(wb)],
      ] as const) {
        const drawn = given.js() as number[][];
        wanted.forEach((w, unit) => {
          const column = drawn.map((r) => r[unit]!);
          const mean = column.reduce((s, v) => s + v, 0) / rows;
          const error = Math.sqrt(column.reduce((s, v) => s + (v - mean) ** 2, 0) / rows / rows);
          expect(Math.abs(mean - w) / error, `${outer}, ${inner}, unit ${unit}`).toBeLessThan(4.5);
        });
      }
    });
});

describe("valueAndGrad carries an estimator's state", () => {
  const stateful = [...new Set(supported.map((s) => s.id))].filter(
    (id) => Object.keys(make(id).init(bernoulli(np.zeros([2, 3])))).length > 0,
  );

  test("there are such estimators", () => {
    for (const id of ["nvil", "rebar", "relax", "double-cv", "rodeo", "adaptive-imle"])
      expect(stateful).toContain(id);
  });

  for (const id of stateful)
    test(`${id} trains in one compiled step`, () => {
      const estimator = make(id);
      const binary = estimator.supports.includes("bernoulli");
      const on = (x: np.Array): np.Array => (binary ? x : x.slice([], [], 1));
      const f = (x: np.Array): np.Array => np.sum(np.square(on(x).sub(np.array([1, 0, 1]))), -1);
      const q = (w: np.Array) => {
        const logits = np.broadcastTo(w, [64, 3]);
        return binary ? bernoulli(logits) : categorical(np.stack([np.zeros([64, 3]), logits], -1));
      };
      const step = jit((w: np.Array, state: NamedArrays, key: np.Array) => {
        const loss = (v: np.Array): [np.Array, NamedArrays] => {
          const next = statefulExpectation(q(v), f, estimator, key, state);
          return [np.mean(next.losses), next.state];
        };
        const [[value, next], gradient] = valueAndGrad(loss, { hasAux: true })(w.ref);
        return [w.sub(gradient), next, value] as [np.Array, NamedArrays, np.Array];
      });
      let [w, state] = [np.zeros([3]), estimator.init(q(np.zeros([3])))];
      const first = JSON.stringify(tree.map((x: np.Array) => x.ref.js(), state as never));
      const losses: number[] = [];
      for (let i = 0; i < 60; i++) {
        const [v, s, value] = step(w, state, random.key(i));
        [w, state] = [v, s];
        losses.push(value.js() as number);
      }
      // Three fair coins miss 1.5 of three on average; 60 steps of size 1 take every unit to the right side.
      expect(losses[0]).toBeGreaterThan(1);
      expect(losses.at(-1)).toBeLessThan(0.6);
      expect(JSON.stringify(tree.map((x: np.Array) => x.js(), state as never)), "the state moved").not.toBe(
        first,
      );
    });
});

describe("one example without a batch, compiled as eager", () => {
  // compiled.test.ts has batches, and more losses.
  const losses: readonly ((x: np.Array) => np.Array)[] = [
    (x) => np.negative(x.slice(...Array(x.ndim - 1).fill([]), 0)),
    (x) => np.square(np.sum(x, -1).sub(0.45)),
  ];
  const c = caseOf("bernoulli");
  // Its baseline is the mean of the other examples.
  const alone = supported.filter((e) => e.case === c && e.id !== "reinforce-leave-one-out");
  for (const { id, estimator } of alone)
    test(id, () => {
      const gradients = (logits: np.Array, key: np.Array): np.Array[] =>
        losses.map((f) =>
          grad((a: np.Array): np.Array => {
            const q = makeDistribution(c.kind, a);
            const result = statefulExpectation(q, f, estimator, key.ref, estimator.init(q));
            tree.dispose(result.state);
            return result.losses;
          })(logits.ref),
        );
      const logits = (): np.Array => np.array([...c.logits]);
      const eager = gradients(logits(), random.key(7)).map(numbers);
      const fused = jit(gradients)(logits(), random.key(7)).map(numbers);
      // float32, with sums of some ten terms of order 1 to 100 in another order.
      for (const [i, e] of eager.entries()) close(fused[i]!, e, { within: 2e-4, relative: 1e-3 });
    });
});
