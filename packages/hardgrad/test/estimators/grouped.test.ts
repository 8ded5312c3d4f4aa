import "../setup.ts";
import { numpy as np, random } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import {
  bernoulli,
  categorical,
  type Distribution,
  distributionFunctions,
  drGrpo,
  type Estimator,
  findEstimator,
  grad,
  grpo,
  type Objective,
  plackettLuce,
  rloo,
  statefulExpectation,
  subset,
} from "../../src/index.ts";
import { close } from "../close.ts";
import { caseOf, cases, makeDistribution, repeatedLogits } from "../harness.ts";

/** Baselines over a group of samples, and names that other papers gave to estimators. Golden numbers by numpy in float64. */

const theta = [0.2, -0.4, 0.9];
const table = [1, 3, -2];
const f: Objective = (x) => np.sum(x.mul(np.array(table)), -1);

function gradientOf(
  e: Estimator,
  make: (a: np.Array) => Distribution,
  logits: readonly number[] | readonly (readonly number[])[],
  objective: Objective,
  noise: unknown,
): number[] {
  const a = np.array(logits as number[]);
  return grad((x: np.Array) => e.losses(make(x), objective, np.array(noise as number[]), {}).losses)(a)
    .reshape([-1])
    .js() as number[];
}

/** Noise that draws these categories: the smallest exponential wins. */
const noiseFor = (drawn: readonly number[], categories: number): number[][] =>
  drawn.map((i) => Array.from({ length: categories }, (_, j) => (i === j ? 1e-6 : 1)));

/** The mean over all groups of three, by enumeration. */
function meanOf(e: Estimator): number[] {
  const weights = theta.map(Math.exp);
  const p = weights.map((w) => w / weights.reduce((a, b) => a + b, 0));
  const mean = [0, 0, 0];
  for (let s = 0; s < 27; s++) {
    const drawn = [s % 3, Math.floor(s / 3) % 3, Math.floor(s / 9)];
    const g = gradientOf(e, categorical, theta, f, noiseFor(drawn, 3));
    for (const i of [0, 1, 2]) mean[i]! += p[drawn[0]!]! * p[drawn[1]!]! * p[drawn[2]!]! * g[i]!;
  }
  return mean;
}

test("exact means of groups of three", () => {
  close(meanOf(rloo({ samples: 3 })), [0.3895121, 0.521868, -0.9113801]);
  close(meanOf(drGrpo({ samples: 3 })), [0.2596747, 0.347912, -0.6075867]);
  close(meanOf(grpo({ samples: 3, epsilon: 0 })), [0.1397546, 0.1393561, -0.2791107]);
});

test("GRPO at a group: advantages over the deviation with K - 1, plus epsilon", () => {
  // f = 1, 3, -2, 0 at the samples 0, 1, 2, 3 of equal logits, whose score is D - 1/4.
  const values = [1, 3, -2, 0];
  const four: Objective = (x) => np.sum(x.mul(np.array(values)), -1);
  const of = (e: Estimator): number[] =>
    gradientOf(e, categorical, [0, 0, 0, 0], four, noiseFor([0, 1, 2, 3], 4));
  const advantages = [0.2401922, 1.2009612, -1.2009612, -0.2401922];
  close(of(grpo({ epsilon: 0 })), advantages.map((a) => a / 4)); // biome-ignore format: one thought
  close(of(grpo({ epsilon: 0.5 })), [0.1936734, 0.968367, -0.968367, -0.1936734].map((a) => a / 4)); // biome-ignore format: one thought
});

describe.each(cases.filter((c) => c === caseOf(c.kind)))("$kind", (c) => {
  const key = (): np.Array => random.key(4);
  const objective: Objective = (x) => {
    const axes = c.event.map((_, i) => -1 - i);
    return np.square(np.sum(x.ref.mul(np.arange(1, x.shape.at(-1)! + 1).astype(np.float32)), axes).sub(1.3)).add(np.sum(x, axes)).mul(0.02); // biome-ignore format: one thought
  };
  const of = (e: Estimator, g: Objective): number[] =>
    grad((a: np.Array) => np.sum(statefulExpectation(makeDistribution(c.kind, a), g, e, key(), {}).losses))(
      repeatedLogits(c, 20),
    )
      .reshape([-1])
      .js() as number[];
  test("Dr. GRPO is (K - 1) / K times RLOO, estimate by estimate", () => {
    for (const samples of [2, 5]) {
      const expected = of(rloo({ samples }), objective).map((g) => (g * (samples - 1)) / samples);
      expect(Math.max(...expected.map(Math.abs))).toBeGreaterThan(0.01);
      close(of(drGrpo({ samples }), objective), expected, { within: 1e-6, relative: 1e-5 });
    }
  });
  test("GRPO without epsilon does not see scale and offset of f; equal losses give zero", () => {
    const e = grpo({ epsilon: 0 });
    const other: Objective = (x) => objective(x).mul(0.25).add(2);
    close(of(e, other), of(e, objective), { within: 1e-4 });
    const same = of(e, (x) => np.sum(x, c.event.map((_, i) => -1 - i)).mul(0).add(0.1)); // biome-ignore format: one thought
    expect(same.map(Math.abs)).toEqual(same.map(() => 0));
  });
});

describe("names that were given again", () => {
  test("IndeCateR is the local expectation: its number at a sample, and its evaluations", () => {
    const { id, create } = findEstimator("indecater")!;
    expect(id).toBe("local-expectation");
    const values = [[1, 2, 0], [0, -1, 3], [2, 2, 1]]; // biome-ignore format: a table
    let evaluations = 0;
    const g: Objective = (x) => {
      evaluations += x.size / 6;
      const [a, b] = np.split(x, 2, -2).map((v) => np.squeeze(v, -2)) as [np.Array, np.Array];
      return np.sum(
        np
          .matmul(a.reshape([-1, 3]), np.array(values))
          .reshape(b.shape)
          .mul(b),
        -1,
      );
    };
    const two = (a: np.Array): Distribution => categorical(a.reshape([1, 2, 3]));
    const logits = [[0.2, -0.4, 0.9], [0, 0.5, -1]]; // biome-ignore format: a table
    const estimator = create();
    const noise = [noiseFor([2, 0], 3)];
    const found = grad((a: np.Array) => np.sum(estimator.losses(two(a), g, np.array(noise), {}).losses))(
      np.array(logits),
    );
    close(found.reshape([-1]).js() as number[], [-0.1154236, -0.2173954, 0.3328191, 0.0404268, 0.0666526, -0.1070794]); // biome-ignore format: one thought
    expect(evaluations).toBe(5);
    expect(estimator.evaluations(two(np.array(logits)))).toBe(5);
  });

  test("SFESS is RLOO on subsets; sampled from one law and scored by another even f = 1 has a gradient", () => {
    expect(findEstimator("sfess")!.id).toBe("rloo");
    const logits = [1, 0, -1, 0.5];
    const { states, score, logProbability } = distributionFunctions.subset;
    const rows = states(subset(np.array(logits), 2)).js() as number[][];
    const spread = (): Distribution => subset(np.array(rows.map(() => logits)), 2);
    const scores = score(spread(), np.array(rows)).js() as number[][];
    const conditional = np.exp(logProbability(spread(), np.array(rows))).js() as number[];
    const ordered = np.exp(distributionFunctions["plackett-luce"].logProbability(plackettLuce(np.array(rows.map(() => logits)), 2), np.array(rows))).js() as number[]; // biome-ignore format: one thought
    const loss = (z: readonly number[]): number => ([1, -2, 0.5, 3].reduce((s, c, i) => s + c * z[i]!, 0) - 1) ** 2; // biome-ignore format: one thought
    const mean = (p: readonly number[], g: (z: readonly number[]) => number): number[] =>
      logits.map((_, i) => rows.reduce((s, z, n) => s + p[n]! * g(z) * scores[n]![i]!, 0));
    close(mean(conditional, loss), [0.7260026, -1.1090954, -0.3841997, 0.7672924]);
    close(mean(ordered, loss), [0.9004755, -1.2390867, -0.545327, 0.8839382]);
    close(mean(conditional, () => 1), [0, 0, 0, 0]); // biome-ignore format: one thought
    close(
      mean(ordered, () => 1),
      [0.0402007, -0.0236711, -0.0210431, 0.0045134],
    );
    const distance = conditional.reduce((s, p, n) => s + Math.abs(p - ordered[n]!) / 2, 0);
    expect(distance).toBeCloseTo(0.0423022, 6);
    // And what is sound: f = 1 gives zero in every estimate, not in the mean alone.
    const one = grad((a: np.Array) => {
      const q = subset(np.broadcastTo(a, [50, 4]), 2);
      return np.sum(
        statefulExpectation(q, (z) => np.sum(z, -1).mul(0).add(1), rloo(), random.key(1), {}).losses,
      );
    })(np.array(logits)).js() as number[];
    close(one, [0, 0, 0, 0]);
    // The mean over all pairs of samples is the exact gradient.
    const pairs = rows.flatMap((_, i) => rows.map((_, j) => [i, j] as const));
    const exact = logits.map((_, c) =>
      pairs.reduce((s, [i, j]) => {
        const half = (loss(rows[i]!) - loss(rows[j]!)) / 2;
        return s + conditional[i]! * conditional[j]! * half * (scores[i]![c]! - scores[j]![c]!);
      }, 0),
    );
    close(exact, [0.7260026, -1.1090954, -0.3841997, 0.7672924]);
  });

  test("another name never is the id of an estimator, or another name of two", () => {
    const names = ["rloo", "local-expectation"].flatMap((id) => findEstimator(id)!.aliases);
    expect(names.map(({ id }) => id)).toEqual(["sfess", "indecater"]);
    expect(() => findEstimator("indecater")!.create({ samples: 3 } as never)).toThrow(/local-expectation/);
    expect(bernoulli(np.array([0])).kind).toBe("bernoulli");
  });
});
