import "../setup.ts";
import { numpy as np, tree } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import type { Case } from "../../src/check/cases.ts";
import { drawHard } from "../../src/estimators/parts/sample.ts";
import {
  categorical,
  darn,
  doubleCv,
  type Estimator,
  fini2,
  fini3,
  grad,
  localExpectation,
  measureValued,
  muprop,
  mve,
  nvil,
  reinforce,
  reinforceMinimumVariance,
  reinforceMovingAverage,
  reinmax,
  rloo,
  rodeo,
  stochasticTriples,
  straightThroughSigmoid,
  zgr,
} from "../../src/index.ts";
import { close } from "../close.ts";
import { caseOf, makeDistribution, repeatedLogits } from "../harness.ts";
import type { TestObjective } from "../objectives.ts";
import { exactGradient, states, type WeightedState } from "../oracle.ts";
import { exactFor } from "./bias.ts";

/**
 * The mean of an estimate over all samples, each by its probability, is the gradient: no chance is involved. For
 * estimators whose only randomness is the sample; bias.test.ts draws for all.
 */

/** States that matter: of counts those above 1e-8. */
const frequent = (c: Case): WeightedState[] => states(c).filter((s) => s.probability > 1e-8);

const sigma = (a: number): number => 1 / (1 + Math.exp(-a));

const probabilityOf = (list: readonly WeightedState[]): number =>
  list.reduce((product, s) => product * s.probability, 1);

/** Noise whose sample is x. */
function noiseFor(c: Case, x: readonly number[]): number[] {
  // The least exponential wins, against logits of size 1.
  if (c.kind === "categorical") return x.map((v) => (v === 1 ? 1e-6 : 1));
  return c.logits.map((a, i) => {
    if (c.kind === "bernoulli") return x[i] === 1 ? 1e-6 : -1e-6;
    const masses = massesOf(c, a);
    const u = masses.slice(0, x[i]!).reduce((s, m) => s + m, masses[x[i]!]! / 2);
    return u > 0.5 ? u - 1 : u;
  });
}

/** Of a count. */
function massesOf({ kind, total }: Case, a: number): number[] {
  const factorial = (k: number): number => (k < 2 ? 1 : k * factorial(k - 1));
  return Array.from({ length: total + 1 }, (_, k) =>
    kind === "poisson"
      ? Math.exp(k * a - Math.exp(a)) / factorial(k)
      : (factorial(total) / factorial(k) / factorial(total - k)) * sigma(a) ** k * sigma(-a) ** (total - k),
  );
}

/** The estimate at each list of states that are drawn together, and the probability of the list. */
function estimatesAt(
  estimator: Estimator,
  c: Case,
  objective: TestObjective,
  lists: readonly (readonly WeightedState[])[],
): number[][] {
  const draws = lists[0]!.length;
  // [draws, lists, ...event], without the first axis for one.
  const rows = Array.from({ length: draws }, (_, k) => lists.flatMap((list) => noiseFor(c, list[k]!.x)));
  const own = np.array(rows.flat());
  const shape = [lists.length, ...c.event];
  const noise = own.reshape(estimator.settings.samples === undefined ? shape : [draws, ...shape]);
  const gradient = grad((a: np.Array) => {
    const q = makeDistribution(c.kind, a);
    const f = (x: np.Array): np.Array => objective.jax(x, c.event.length);
    const { losses, state } = estimator.losses(q, f, noise, estimator.init(q));
    tree.dispose(state);
    return np.sum(losses);
  })(repeatedLogits(c, lists.length));
  return gradient.reshape([lists.length, c.logits.length]).js() as number[][];
}

/** With two samples where they draw several. */
const estimators: readonly Estimator[] = [
  localExpectation(),
  measureValued(),
  reinforce(),
  reinforceMovingAverage(),
  reinforceMinimumVariance(),
  nvil(),
  muprop(),
  straightThroughSigmoid(),
  darn(),
  reinmax(),
  zgr(),
  mve(),
  fini2(),
  fini3(),
  rloo({ samples: 2 }),
  doubleCv({ samples: 2, alpha: 0.7 }),
  rodeo({ samples: 2 }),
];
/** The same from a state as after some training: what is learned must not change the mean. */
const trained: readonly Estimator[] = [
  reinforceMovingAverage(),
  reinforceMinimumVariance(),
  nvil(),
  doubleCv({ samples: 2 }),
  rodeo({ samples: 2 }),
].map((estimator) => ({
  ...estimator,
  id: `${estimator.id}, trained`,
  init: (q) => {
    const start = estimator.init(q);
    return tree.map((x: np.Array) => {
      const moves = Array.from({ length: x.size }, (_, i) => 0.4 + 0.3 * Math.sin(5 * i + 1));
      return x.add(np.array(moves).reshape(x.shape));
    }, start) as typeof start;
  },
}));
/** Every perturbation followed: what is drawn beside the sample matters for categories only. */
const triples: readonly Estimator[] = (["right", "left"] as const).map((side) => {
  const estimator = stochasticTriples({ side, prune: false });
  return {
    ...estimator,
    id: `stochastic-triples, ${side}`,
    supports: ["bernoulli", "poisson", "binomial"],
    losses: (q, f, noise, state) =>
      estimator.losses(q, f, np.stack([noise, np.ones(noise.shape), np.ones(noise.shape)]), state),
  };
});
const kinds = ["bernoulli", "categorical", "poisson", "binomial"] as const;

describe("the mean over all samples is the gradient", () => {
  for (const estimator of [...estimators, ...trained, ...triples])
    for (const kind of kinds.filter((k) => (estimator.supports as readonly string[]).includes(k))) {
      const c = caseOf(kind);
      const single = frequent(c);
      const lists =
        estimator.settings.samples === undefined
          ? single.map((s) => [s])
          : single.flatMap((s) => single.map((t) => [s, t]));
      // Pairs of counts are too many, and their law is in no formula of estimators that draw several.
      if (lists.length > 2000) continue;
      test(`${estimator.id}, ${kind}`, () => {
        for (const objective of exactFor({ id: estimator.id, estimator, case: c })) {
          const rows = estimatesAt(estimator, c, objective, lists);
          const mean = c.logits.map((_, i) =>
            lists.reduce((sum, list, n) => sum + probabilityOf(list) * rows[n]![i]!, 0),
          );
          const { gradient } = exactGradient(c, objective.js);
          // Float32 estimates, of size 100 where f is a fourth power of counts.
          close(mean, gradient, { within: 1e-3, relative: 1e-3 });
        }
      });
    }
  test.each([0, 1, 40, 1e7])(
    "mve, categorical, embedding=integer, temperature %f: of f of the number",
    (t) => {
      const logits = [0.4, -0.8, 0.6, -0.3];
      const total = logits.reduce((sum, a) => sum + Math.exp(a), 0);
      const pi = logits.map((a) => Math.exp(a) / total);
      const moment = (power: number): number => pi.reduce((sum, p, c) => sum + p * c ** power, 0);
      /** The derivative of the mean of `y^power` by the logits. */
      const slope = (power: number): number[] => pi.map((p, c) => p * (c ** power - moment(power)));
      const mean = (f: (y: np.Array) => np.Array): number[] => {
        const noise = np.array(logits.map((_, s) => logits.map((_a, i) => (i === s ? 1e-6 : 1))));
        const rows = grad((a: np.Array) => {
          const number = (x: np.Array): np.Array => np.sum(x.mul(np.arange(4).astype(np.float32)), -1);
          const estimator = mve({ embedding: "integer", temperature: t });
          return np.sum(estimator.losses(categorical(a), (x) => f(number(x)), noise, {}).losses);
        })(np.broadcastTo(np.array(logits), [4, 4])).js() as number[][];
        return logits.map((_, i) => rows.reduce((sum, row, s) => sum + pi[s]! * row[i]!, 0));
      };
      close(
        mean((y) => y),
        slope(1),
      );
      // Between straight-through, `2 E[y] dE[y]`, and the gradient, by the temperature.
      const u = 1 / (1 + t);
      const spread = 2 * (1 - u) * (moment(2) - moment(1) ** 2);
      close(
        mean((y) => np.square(y)),
        slope(2).map((v, i) => (2 * u * moment(1) * slope(1)[i]! + spread * v) / (u + spread)),
        { within: 1e-5, relative: 1e-5 },
      );
    },
  );
  test("the samples are those that the noise was made for", () => {
    for (const kind of kinds) {
      const c = caseOf(kind);
      const all = frequent(c);
      expect(all.reduce((sum, s) => sum + s.probability, 0)).toBeCloseTo(1, 5);
      const q = makeDistribution(kind, repeatedLogits(c, all.length));
      const noise = np.array(all.flatMap(({ x }) => noiseFor(c, x))).reshape([all.length, ...c.event]);
      expect(drawHard(q, noise).reshape([-1]).js()).toEqual(all.flatMap(({ x }) => x));
    }
  });
});
