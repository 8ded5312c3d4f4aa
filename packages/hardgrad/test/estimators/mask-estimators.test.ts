import "../setup.ts";
import { jit, numpy as np, random } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import {
  catalogue,
  categoricalDisarm,
  type Distribution,
  distributionFunctions,
  type Estimator,
  grad,
  type NamedArrays,
  type PathEstimator,
  statefulExpectation,
  statefulThrough,
  stochasticTriples,
} from "../../src/index.ts";
import { close } from "../close.ts";
import { meanAndError } from "../oracle.ts";
import { cases, flat, full, isDeep, lossOf, type Masked, maskOf, small } from "./masked.ts";

/** Numbers of the entries that a mask allows. */
const places = (c: Masked): number[] => flat(c).flatMap((on, i) => (on ? [i] : []));

/** What is left of an array of the distribution with a mask in that without: columns of the event or of joint states. */
function shrunk(c: Masked, x: np.Array, what: "noise" | "state"): np.Array {
  const size = flat(c).length;
  const [event, kept] = [full(c, 0).shape, small(c).shape];
  const taken = (y: np.Array, axis: number): np.Array =>
    np.take(y, np.array(places(c), { dtype: np.int32 }), axis);
  const { shape } = x;
  const ends = event.every((n, k) => shape.at(k - event.length) === n);
  if (ends) {
    const lead = shape.slice(0, shape.length - event.length);
    return taken(x.reshape([...lead, size]), -1).reshape([...lead, ...kept]);
  }
  if (what === "state") return shape.length === 2 && shape[0] === size ? taken(x, 0) : x;
  const { stateCount, states } = distributionFunctions[c.kind];
  const q = c.make(isDeep(c.mask) ? full(c, 0).reshape([1, ...event]) : full(c, 0));
  if (shape.length > 0 && shape.at(-1) === stateCount(q)) {
    const rows = states(q).reshape([-1, size]).js() as number[][];
    const legal = rows.flatMap((row, n) => (row.every((v, k) => v === 0 || flat(c)[k]) ? [n] : []));
    return np.take(x, np.array(legal, { dtype: np.int32 }), -1);
  }
  return x;
}

const ROWS = 12;

/** Losses, gradients and next state, from given noise and state. */
function estimate(
  c: Masked,
  estimator: Estimator,
  whole: boolean,
  noise: np.Array,
  state: NamedArrays,
): { losses: number[]; g: number[][]; next: NamedArrays } {
  const one = whole ? full(c, 60) : small(c);
  const run = jit((a: np.Array, own: np.Array, before: NamedArrays) =>
    grad(
      (logits: np.Array): [np.Array, [np.Array, NamedArrays]] => {
        const d = c.make(logits, whole ? maskOf(c) : undefined);
        const step = estimator.losses(d, lossOf(c, whole), own, before);
        return [np.sum(step.losses.ref), [step.losses, step.state]];
      },
      { hasAux: true },
    )(a),
  );
  const spread = np.broadcastTo(one, [ROWS, ...one.shape]);
  const [g, [losses, next]] = run(spread, noise, state) as [np.Array, [np.Array, NamedArrays]];
  run.dispose();
  return { losses: losses.js() as number[], g: g.reshape([ROWS, -1]).js() as number[][], next };
}

/** Which random number serves what depends on where a category stands among the others: equal in law, not draw by draw. */
const inLaw: { readonly [id: string]: readonly string[] } = {
  "categorical-disarm": ["categorical", "two categorical variables"],
  "stochastic-triples": ["two categorical variables"],
};

for (const c of cases)
  describe(`every estimator with a mask: ${c.title}`, () => {
    for (const { id, create } of catalogue) {
      // With what is learned held: Adam's first steps have the size of its rate, whatever the rounding of a gradient of 0.
      const estimator = create("learningRate" in create().options ? { learningRate: 0 } : {});
      if (!estimator.supports.includes(c.kind)) continue;
      test(`${id}: it is the estimator of the distribution without, written back with zeros`, () => {
        const count = inLaw[id]?.includes(c.title) ? 0 : estimator.stateful ? 2 : 1;
        const many = (one: np.Array): np.Array => np.broadcastTo(one, [ROWS, ...one.shape]);
        const whole = (): Distribution => c.make(many(full(c, 60)), maskOf(c));
        const reduced = (): Distribution => c.make(many(small(c)));
        expect(estimator.evaluations(whole())).toBeGreaterThanOrEqual(estimator.evaluations(reduced()));
        let state = estimator.init(whole());
        for (let step = 0; step < count; step++) {
          const noise = estimator.noise(whole(), random.key(step));
          const other: NamedArrays = {};
          for (const [name, x] of Object.entries(state)) other[name] = shrunk(c, x.ref, "state");
          const a = estimate(c, estimator, true, noise.ref, state);
          const b = estimate(c, estimator, false, shrunk(c, noise, "noise"), other);
          // float32 sums in another order; a linear system of another size.
          close(a.losses, b.losses, { within: 2e-5, relative: 2e-5 });
          for (const [n, row] of a.g.entries()) {
            close(places(c).map((i) => row[i]!), b.g[n]!, { within: 1e-4, relative: 1e-3 }); // biome-ignore format: one thought
            expect(row.every((v, i) => flat(c)[i] || v === 0)).toBe(true);
          }
          for (const [name, x] of Object.entries(a.next))
            close([...shrunk(c, x.ref, "state").dataSync()], [...b.next[name]!.dataSync()], { within: 1e-4, relative: 1e-3 }); // biome-ignore format: one thought
          state = a.next;
        }
        for (const x of Object.values(state)) x.dispose();
      });
      if (!estimator.path && !estimator.statefulPath) continue;
      test(`${id}: a sample is exactly zero where it is forbidden`, () => {
        const spread = np.broadcastTo(full(c, -1e30), [200, ...full(c, 0).shape]);
        const q = c.make(spread, maskOf(c));
        const x = statefulThrough(q, estimator as PathEstimator, random.key(3), estimator.init(q))
          .sample.reshape([200, -1])
          .js() as number[][];
        const allowed = flat(c);
        const wrong = x.filter((row) => !row.every((v, i) => Number.isFinite(v) && (allowed[i] || v === 0)));
        expect(wrong).toEqual([]);
      });
    }
  });

describe("equal in the mean", () => {
  const N = 4000;
  const meant = [
    ...(["balanced", "stick-breaking"] as const).map((tree) => categoricalDisarm({ tree })),
    ...[true, false].map((prune) => stochasticTriples({ prune })),
  ];
  test.each(meant)("$id $settings", (estimator) => {
    for (const c of cases.filter(({ title }) => inLaw[estimator.id]!.includes(title))) {
      const [a, b] = [true, false].map((whole) => {
        const one = whole ? full(c, 60) : small(c);
        const run = jit((x: np.Array, key: np.Array) =>
          grad((logits: np.Array) => {
            const d = c.make(logits, whole ? maskOf(c) : undefined);
            return np.sum(statefulExpectation(d, lossOf(c, whole), estimator as Estimator, key, {}).losses);
          })(x),
        );
        const g = run(np.broadcastTo(one, [N, ...one.shape]), random.key(whole ? 1 : 2));
        return meanAndError(g.reshape([-1]).dataSync() as Float32Array, flat(c).length - (whole ? 0 : flat(c).filter((on) => !on).length)); // biome-ignore format: one thought
      }) as [ReturnType<typeof meanAndError>, ReturnType<typeof meanAndError>];
      for (const [k, i] of places(c).entries())
        expect(Math.abs(a.mean[i]! - b.mean[k]!)).toBeLessThan(5 * Math.hypot(a.error[i]!, b.error[k]!));
      for (const [i, on] of flat(c).entries()) if (!on) expect(a.mean[i]).toBe(0);
    }
  });
});

/** A batch of three, whose second row allows nothing (for subsets, one of two): what `jit` can't refuse. */
describe("a row that allows too little, inside jit, is inert", () => {
  const shape = (c: Masked): number[] => [3, ...full(c, 0).shape];
  const masks = (c: Masked): np.Array => {
    const rows = isDeep(c.mask) ? c.mask : [c.mask];
    const few = rows.map((row) => row.map((_, i) => c.title.includes("2") && !isDeep(c.mask) && i === 0));
    return np.array([rows, few, rows].flat()).reshape(shape(c));
  };
  for (const c of cases.filter(({ kind }) => kind !== "bernoulli")) {
    const of = distributionFunctions[c.kind];
    test(`${c.title}: mean, sample, relaxed sample and log-probability are 0, those of other rows as ever`, () => {
      const all = (a: np.Array, m: np.Array, key: np.Array): np.Array[] => {
        const q = (): Distribution => c.make(a.ref, m.ref);
        const noise = (): np.Array => of.noise(key.ref, shape(c));
        const x = of.sample(q(), noise());
        const found = [of.mean(q()), x.ref, of.logProbability(q(), x), ...(of.relaxed ? [of.relaxed(q(), noise(), 1)] : [])]; // biome-ignore format: one thought
        for (const array of [a, m, key]) array.dispose();
        return found;
      };
      const spread = (): np.Array => np.broadcastTo(full(c, Number.NaN), shape(c));
      const right = all(spread(), np.broadcastTo(maskOf(c), shape(c)), random.key(1));
      const run = jit(all);
      for (const [n, x] of run(spread(), masks(c), random.key(1)).entries()) {
        const [first, inert, last] = x.reshape([3, -1]).js() as [number[], number[], number[]];
        const wanted = right[n]!.reshape([3, -1]).js() as number[][];
        expect(inert.map(Math.abs)).toEqual(inert.map(() => 0));
        close(first, wanted[0]!, { within: 2e-6 });
        close(last, wanted[2]!, { within: 2e-6 });
      }
      run.dispose();
    });
    // Each on one of the kinds that it supports.
    const turns = catalogue.filter(({ create }, n) => {
      const kinds = cases.filter(({ kind }) => kind !== "bernoulli" && create().supports.includes(kind));
      return kinds[n % Math.max(1, kinds.length)] === c;
    });
    for (const { id, create } of turns)
      test(`${c.title}, ${id}: no gradient, a loss of f at zeros, nothing that is not finite`, () => {
        const estimator = create();
        const start = c.make(np.broadcastTo(full(c, 0), shape(c)), np.broadcastTo(maskOf(c), shape(c)));
        const asked = (x: np.Array): np.Array => np.square(np.sum(x, isDeep(c.mask) ? [-2, -1] : [-1]).sub(0.4)); // biome-ignore format: one thought
        const run = jit((a: np.Array, m: np.Array, key: np.Array, before: NamedArrays) =>
          grad(
            (logits: np.Array): [np.Array, [np.Array, NamedArrays]] => {
              const step = statefulExpectation(c.make(logits, m), asked, estimator, key, before);
              return [np.sum(step.losses.ref), [step.losses, step.state]];
            },
            { hasAux: true },
          )(a),
        );
        const spread = np.broadcastTo(full(c, Number.NaN), shape(c));
        const [g, [losses, state]] = run(spread, masks(c), random.key(2), estimator.init(start)) as [np.Array, [np.Array, NamedArrays]]; // biome-ignore format: one thought
        run.dispose();
        const rows = g.reshape([3, -1]).js() as number[][];
        expect(rows[1]!.map(Math.abs)).toEqual(rows[1]!.map(() => 0));
        expect(rows.flat().every(Number.isFinite)).toBe(true);
        const values = losses.js() as number[];
        expect(values.every(Number.isFinite)).toBe(true);
        for (const x of Object.values(state)) expect([...x.dataSync()].every(Number.isFinite)).toBe(true);
      });
  }
});
