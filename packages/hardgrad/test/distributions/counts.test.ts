import { jit, numpy as np, random } from "@jax-js/jax";
import {
  binomial,
  type Distribution,
  distributionFunctions,
  expectation,
  poisson,
  reinforce,
  sample,
} from "hardgrad";
import { describe, expect, test } from "vitest";
import { grad } from "../../src/index.ts";
import { close, numbers } from "../close.ts";

/** Laws of counts in float64, from sums of logarithms. */
const logFactorial = (n: number): number => {
  let sum = 0;
  for (let k = 2; k <= n; k++) sum += Math.log(k);
  return sum;
};

interface Law {
  readonly name: string;
  readonly kind: "poisson" | "binomial";
  readonly total: number;
  readonly logit: number;
  readonly masses: readonly number[];
}

const binomialLaw = (total: number, p: number): Law => {
  const logit = Math.fround(Math.log(p / (1 - p)));
  const [logP, logRest] = [-Math.log1p(Math.exp(-logit)), -Math.log1p(Math.exp(logit))];
  const masses = Array.from({ length: total + 1 }, (_, k) =>
    Math.exp(
      logFactorial(total) - logFactorial(k) - logFactorial(total - k) + k * logP + (total - k) * logRest,
    ),
  );
  return { name: `binomial(${total}, ${p})`, kind: "binomial", total, logit, masses };
};

const poissonLaw = (rate: number, total = 63): Law => {
  const logit = Math.fround(Math.log(rate));
  const masses = Array.from({ length: total + 1 }, (_, k) =>
    Math.exp(k * logit - Math.exp(logit) - logFactorial(k)),
  );
  return { name: `poisson(${rate})`, kind: "poisson", total, logit, masses };
};

const laws: readonly Law[] = [
  binomialLaw(1000, 0.005),
  binomialLaw(1000, 0.995),
  binomialLaw(1023, 0.3),
  binomialLaw(12, 0.4),
  binomialLaw(1, 0.5),
  poissonLaw(7),
  poissonLaw(0.01),
  poissonLaw(30),
  poissonLaw(500, 1023),
];

const distributionOf = (law: Law, logits: np.Array): Distribution =>
  law.kind === "poisson" ? poisson(logits, { maxCount: law.total }) : binomial(logits, law.total);

/** What these uniforms give. */
function draws(law: Law, uniforms: readonly number[]): number[] {
  const q = distributionOf(law, np.full([uniforms.length], law.logit));
  return numbers(distributionFunctions[law.kind].sample(q, np.array(Float32Array.from(uniforms))));
}

describe.each(laws.map((law) => [law.name, law] as const))("%s", (_, law) => {
  test("switches from each count to the next where the distribution function says, in both tails", () => {
    // Float32 sums of up to 1024 terms, each right to the rounding of a logarithm of about 700, 6e-5.
    const off = 2e-4;
    let below = 0;
    const checked = { lower: 0, upper: 0 };
    const uniforms: number[] = [];
    const wanted: number[] = [];
    for (let k = 0; k < law.total; k++) {
      below += law.masses[k]!;
      const above = law.masses.slice(k + 1).reduce((sum, p) => sum + p, 0);
      // A step narrower than the allowed error, or finer than a float32 near 1, can't be told.
      const lower = below < 0.5;
      const side = lower ? below : above;
      if (Math.min(law.masses[k]!, law.masses[k + 1]!) < 3 * off * side || side < 1e-6) continue;
      const slack = lower ? off : off + 2 ** -24 / side;
      for (const [factor, count] of [
        [1 - slack, lower ? k : k + 1],
        [1 + slack, lower ? k + 1 : k],
      ] as const) {
        uniforms.push(lower ? side * factor : 1 - side * factor);
        wanted.push(count);
      }
      checked[lower ? "lower" : "upper"]++;
    }
    if (law.total > 1) expect(Math.min(...Object.values(checked).filter((n) => n > 0))).toBeGreaterThan(0);
    expect(checked.lower + checked.upper).toBeGreaterThan(0);
    expect(draws(law, uniforms)).toEqual(wanted);
  });

  test("the extreme uniforms give what their probability allows", () => {
    const [least, most] = draws(law, [2 ** -24, 1 - 2 ** -24]) as [number, number];
    const upTo = (k: number): number => law.masses.slice(0, k + 1).reduce((sum, p) => sum + p, 0);
    const beyond = (k: number): number => law.masses.slice(k + 1).reduce((sum, p) => sum + p, 0);
    // 6e-8 lies between the distribution function at the count and just below it, to the error above.
    expect(upTo(least)).toBeGreaterThan(2 ** -24 * (1 - 2e-4));
    expect(upTo(least - 1)).toBeLessThan(2 ** -24 * (1 + 2e-4));
    expect(beyond(most)).toBeLessThan(2 ** -24 * (1 + 2e-4));
    expect(beyond(most - 1)).toBeGreaterThan(2 ** -24 * (1 - 2e-4));
  });

  test("frequencies of many draws by chi-square, cells of at least 10 expected", () => {
    const part = 5000;
    const count = part * (law.total > 100 ? 3 : 30);
    const draw = jit((a: np.Array, key: np.Array) => sample(distributionOf(law, a), key));
    const seen = new Array<number>(law.total + 1).fill(0);
    for (let i = 0; i < count / part; i++)
      for (const x of numbers(draw(np.full([part], law.logit), random.key(i)))) seen[x]!++;
    let [chi, cells, expected, observed] = [0, 0, 0, 0];
    const left = { expected: count, observed: count };
    for (const [k, p] of law.masses.entries()) {
      expected += count * p;
      observed += seen[k]!;
      if (expected < 10 || left.expected - expected < 10) continue;
      chi += (observed - expected) ** 2 / expected;
      cells++;
      left.expected -= expected;
      left.observed -= observed;
      [expected, observed] = [0, 0];
    }
    chi += (left.observed - left.expected) ** 2 / left.expected;
    // Mean `cells` and variance 2 cells; 4.5 standard deviations, and the skew of few cells.
    expect(chi).toBeLessThan(cells + 4.5 * Math.sqrt(2 * cells) + 10);
  });

  test("log-probabilities and their gradient, and none outside the support", () => {
    const counts = law.masses.flatMap((p, k) => (p > 1e-20 ? [k] : []));
    const q = (a: np.Array): Distribution => distributionOf(law, a);
    const functions = distributionFunctions[law.kind];
    const x = (): np.Array => np.array(Float32Array.from(counts)).reshape([counts.length, 1]);
    const logits = (): np.Array => np.full([counts.length, 1], law.logit);
    close(
      numbers(functions.logProbability(q(logits()), x())),
      counts.map((k) => Math.log(law.masses[k]!)),
      { within: 3e-4 }, // terms of up to 3000, rounded to 2.4e-4
    );
    const slope = jit(grad((a: np.Array) => np.sum(functions.logProbability(q(a), x()))));
    close(numbers(slope(logits())), numbers(functions.score(q(logits()), x())), {
      within: 6e-5, // counts of up to 500, less others of that size
    });
    const outside = np.array([[-1], [law.total + 1], [0.5], [Number.NaN]]);
    expect(numbers(functions.logProbability(q(np.full([4, 1], law.logit)), outside))).toEqual([
      Number.NEGATIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      Number.NaN,
    ]);
  });
});

test("REINFORCE's gradient of E[x^2] for binomial(1000, .005): p q (n (1 - 2p) + 2 n^2 p) = 54.7", () => {
  const law = laws[0]!;
  const p = 1 / (1 + Math.exp(-law.logit));
  const right = p * (1 - p) * (1000 * (1 - 2 * p) + 2 * 1000 ** 2 * p);
  expect(right).toBeCloseTo(54.68, 2);
  const part = 5000;
  const each = jit(
    grad((a: np.Array, key: np.Array) =>
      np.sum(expectation(binomial(a, 1000), (x) => np.square(np.sum(x, -1)), reinforce(), key)),
    ),
  );
  const values: number[] = [];
  for (let i = 0; i < 4; i++) values.push(...numbers(each(np.full([part, 1], law.logit), random.key(i))));
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1);
  // x^2 (x - 5) by its moments: a single draw of 1000 would make this 2.2e6 instead of 160.
  expect(Math.sqrt(variance)).toBeLessThan(200);
  expect(Math.abs(mean - right)).toBeLessThan(4.5 * Math.sqrt(variance / values.length));
});

describe("a rate beyond the cut", () => {
  const loss = (a: np.Array, key: np.Array): np.Array =>
    expectation(poisson(a), (x) => np.sum(x, -1), reinforce(), key);
  const logits = (): np.Array =>
    np.array([
      [Math.log(100), 0.5],
      [1, 0.5],
    ]); // prettier-ignore

  test("is refused with the value and the way out", () => {
    expect(() => poisson(logits())).toThrow(
      /poisson: logit 0 is 4.6\d+, but must be at most 3.43, so that maxCount 63 cuts nothing off; raise maxCount/,
    );
    expect(numbers(sample(poisson(logits(), { maxCount: 200 }), random.key(0)))[0]).toBeGreaterThan(50);
  });

  test("is NaN in the sample, the loss and the gradient of its example where no value can be looked at", () => {
    const [far, near] = numbers(jit(loss)(logits(), random.key(1))) as [number, number];
    expect([Number.isNaN(far), Number.isFinite(near)]).toEqual([true, true]);
    const total = (a: np.Array, key: np.Array): np.Array => np.sum(loss(a, key));
    for (const slope of [grad(total), jit(grad(total))]) {
      const g = numbers(slope(logits(), random.key(1)));
      expect(g.map(Number.isNaN)).toEqual([true, true, false, false]);
    }
    const drawn = numbers(jit((a: np.Array) => sample(poisson(a), random.key(1)))(logits()));
    expect(drawn.map(Number.isNaN)).toEqual([true, false, false, false]);
  });

  test.each([1, 2, 10, 63, 200, 1023])("begins where counts above %i have probability 2^-23", (maxCount) => {
    let [low, high] = [1e-6, maxCount];
    for (let i = 0; i < 30; i++) {
      const middle = (low + high) / 2;
      try {
        poisson(np.array([Math.log(middle)]), { maxCount }).logits.dispose();
        low = middle;
      } catch {
        high = middle;
      }
    }
    const { masses } = poissonLaw(low, maxCount + 300);
    const beyond = masses.slice(maxCount + 1).reduce((sum, p) => sum + p, 0);
    // A float32 logit moves the tail of the largest cut by 1e-4.
    expect(beyond * 2 ** 23).toBeGreaterThan(0.999);
    expect(beyond * 2 ** 23).toBeLessThan(1.001);
  });
});

test("the memory of a sample is that of the masses: 5,000 units of 1,023 trials, eager and compiled", () => {
  const draw = (a: np.Array, key: np.Array): np.Array => sample(binomial(a, 1023), key);
  const logits = (): np.Array => np.zeros([5000]);
  const eager = numbers(draw(logits(), random.key(3)));
  expect(numbers(jit(draw)(logits(), random.key(3)))).toEqual(eager);
  const mean = eager.reduce((sum, x) => sum + x, 0) / 5000;
  // Half of 1023, with a standard error of sqrt(1023 / 4 / 5000).
  expect(Math.abs(mean - 511.5)).toBeLessThan(4.5 * 0.226);
});
