import "../setup.ts";
import { Array as ConcreteArray, numpy as np, random } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import { type Claim, checkEstimator, type Finding } from "../../src/check/index.ts";
import {
  type Estimator,
  gumbelSoftmax,
  reinforce,
  reinmax,
  rloo,
  straightThrough,
  straightThroughSigmoid,
} from "../../src/index.ts";

const samples = 4000;
const falseOnes = (findings: readonly Finding[]): Finding[] => findings.filter((f) => !f.holds);

/** An estimator of ours for Bernoulli units that says or does something else. */
function bent(estimator: Estimator, change: Partial<Estimator>): Estimator {
  return { ...estimator, id: "mine", supports: ["bernoulli"], ...change };
}

describe("every claim of ours holds", () => {
  for (const create of [straightThrough, straightThroughSigmoid, reinmax])
    test(create().id, async () => {
      const findings = await checkEstimator(create, { samples });
      expect(findings.length).toBeGreaterThan(15);
      expect(falseOnes(findings)).toEqual([]);
    });

  test("an instance with options, and a single sample more or less", async () => {
    const findings = await checkEstimator(bent(rloo({ samples: 3 }), {}), { samples });
    expect(falseOnes(findings)).toEqual([]);
    expect(findings.map((f) => f.claim)).not.toContain("options");
  });
});

test("another seed draws others, of which every claim holds too; the same seed gives the same findings", async () => {
  const mine = bent(rloo({ samples: 3 }), {});
  const plain = await checkEstimator(mine, { samples: 1000 });
  const zero = await checkEstimator(mine, { samples: 1000, seed: 0 });
  const other = await checkEstimator(mine, { samples: 1000, seed: 3 });
  expect(zero).toEqual(plain);
  expect(falseOnes(other)).toEqual([]);
  const exact = (findings: readonly Finding[]) =>
    findings.filter((f) => f.claim === "exact").map((f) => f.message);
  expect(exact(other)).toHaveLength(exact(zero).length);
  expect(exact(other)).not.toEqual(exact(zero));
  await expect(checkEstimator(mine, { seed: -1 })).rejects.toThrow(
    "checkEstimator: seed must be a whole number from 0 to 1000000, not -1.",
  );
});

describe("a claim that is false is found, and said in words", () => {
  const losses =
    (base: Estimator, change: (losses: np.Array, q: { logits: np.Array }) => np.Array): Estimator["losses"] =>
    (q, f, noise, state) => {
      const logits = q.logits.ref;
      const result = base.losses(q, f, noise, state);
      return { ...result, losses: change(result.losses, { logits }) };
    };
  const disposed = (x: np.Array, value: number): number => {
    x.dispose();
    return value;
  };
  const twice = (x: np.Array, l: np.Array): np.Array => {
    x.dispose();
    x.dispose();
    return l;
  };
  const st = straightThrough();
  const score = reinforce();
  const lies: readonly [string, Estimator, Claim, RegExp][] = [
    [
      "unbiased",
      bent(st, { unbiased: true, exactDegree: "all" }),
      "exact",
      /mine says it is unbiased; on the \w+ objective \(3 bernoulli units.*\) its mean over \d+ estimates is [\d.e+]+ standard errors from the exact gradient \(logit \d: .*, exact .*\)/,
    ],
    ["exact degree", bent(st, { exactDegree: 2 }), "exact", /exact for polynomials of degree 2/],
    [
      "biased, and is not",
      bent(score, { unbiased: false, exactDegree: 0 }),
      "biased",
      /says it is biased; no bias was found/,
    ],
    [
      "hard forward",
      bent(gumbelSoftmax(), { forward: "hard" }),
      "forward",
      /forward value is hard; its samples lie/,
    ],
    [
      "needs",
      bent(st, { needs: "values" }),
      "needs",
      /needs only values of f; with an f that has no gradient/,
    ],
    [
      "uses a gradient besides",
      bent(score, {
        losses: (q, f, noise, state) => {
          const first = score.losses({ ...q, logits: q.logits.ref }, f, noise.ref, state);
          const more = st.losses(q, f, noise, {});
          return { ...first, losses: first.losses.add(more.losses).mul(0.5) };
        },
        evaluations: () => 2,
      }),
      "needs",
      /its gradient changes by/,
    ],
    [
      "evaluations",
      bent(score, { evaluations: () => 3 }),
      "evaluations",
      /evaluates f 3 times per example; it evaluated it 1 times/,
    ],
    [
      "value",
      bent(score, { losses: losses(score, (l, { logits }) => l.mul(disposed(logits, 2))) }),
      "value",
      /value of mine must be f at its sample/,
    ],
    [
      "one value for the batch",
      bent(score, {
        losses: losses(score, (l, { logits }) => l.ref.mul(disposed(logits, 0)).add(np.mean(l))),
      }),
      "value",
      /f at its sample.*; it is the same for every example, as a mean over the batch is: .*drawNoise\(q, key, K\)\.$/m,
    ],
    [
      "keeps logits",
      bent(score, { losses: losses(score, (l) => l) }),
      "ownership",
      /keeps a reference to the logits/,
    ],
    [
      "consumes twice",
      bent(score, { losses: losses(score, (l, { logits }) => twice(logits, l)) }),
      "ownership",
      /consumes the logits more than once/,
    ],
    [
      "extreme logits",
      bent(score, {
        losses: losses(score, (l, { logits }) => {
          const large = np.sum(np.exp(logits.mul(10)), -1);
          return l.add(large.ref).sub(large);
        }),
      }),
      "finite",
      /not at logits of \+-100/,
    ],
    [
      "jit",
      bent(score, {
        losses: (q, f, noise, state) => {
          const eager = noise instanceof ConcreteArray;
          const { losses: l, ...rest } = score.losses(q, f, noise, state);
          return { ...rest, losses: eager ? l : l.mul(1.1) };
        },
      }),
      "jit",
      /same gradient compiled by jit/,
    ],
    ["traits", bent(score, { exactDegree: 1 }), "traits", /unbiased is true and exactDegree 1/],
    [
      "a kind that there is not",
      bent(score, { supports: ["bernouli" as "bernoulli"] }),
      "traits",
      /a kind of supports is "bernouli", and may be "bernoulli", "categorical"/,
    ],
    ["needs", bent(score, { needs: "value" as "values" }), "traits", /needs is "value", and may be "values"/],
    ["family", bent(score, { family: "none" as "noise" }), "traits", /family is "none", and may be "exact"/],
    [
      "degree",
      bent(st, { exactDegree: 1.5 as 1 }),
      "traits",
      /exactDegree is 1\.5, and may be 0, 1, 2, 3, "all"/,
    ],
    [
      "needs of a single sample",
      bent(st, { singleSample: true }),
      "traits",
      /singleSample means that needs is "values", not "gradient"/,
    ],
    [
      "a single sample",
      bent(rloo({ samples: 3 }), { singleSample: true }),
      "evaluations",
      /by a single sample \(singleSample\), and that it evaluates f 3 times/,
    ],
    [
      "evaluations as text",
      bent(score, { evaluations: () => "1" as unknown as number }),
      "evaluations",
      /evaluates f "1" times per example; it evaluated it 1 times/,
    ],
    ["stateful", bent(score, { stateful: true }), "state", /says stateful is true; init makes nothing/],
    [
      "a state that grows",
      bent(score, {
        stateful: true,
        init: () => ({ a: np.zeros([1]) }),
        losses: (q, f, noise, { a }) => ({
          ...score.losses(q, f, noise, {}),
          state: { a: np.concatenate([a!.ref, a!]) },
        }),
      }),
      "state",
      /init makes a float32\[1\], and a step returns a float32\[2\]/,
    ],
    [
      "keeps its noise",
      bent(score, { losses: (q, f, noise, state) => score.losses(q, f, noise.ref, state) }),
      "ownership",
      /keeps a reference to its noise/,
    ],
    [
      "changes the distribution",
      bent(score, {
        losses: (q, f, noise, state) => {
          (q as { total: number }).total = 3;
          return score.losses(q, f, noise, state);
        },
      }),
      "runs",
      /mine fails at ownership .*: Cannot assign to read only property 'total'/,
    ],
    [
      "another key than its own",
      bent(score, {
        noise: (q, key) => {
          key.dispose();
          return score.noise(q, random.key(3));
        },
      }),
      "jit",
      /must draw from its key; the gradients for two keys are the same bits/,
    ],
    [
      "a mean over the batch",
      bent(score, { losses: losses(score, (l, { logits }) => np.sum(l).mul(disposed(logits, 1))) }),
      "runs",
      /must return one loss per example, shape \[\d+\], but returned shape \[\]/,
    ],
    [
      "no state",
      bent(score, {
        losses: ((...args) => ({ losses: score.losses(...args).losses })) as Estimator["losses"],
      }),
      "runs",
      /must return \{ losses, state \}/,
    ],
    [
      "throws what is no error",
      bent(score, {
        losses: () => {
          throw null;
        },
      }),
      "runs",
      /mine fails at .*: null$/m,
    ],
    [
      "an error",
      bent(score, {
        losses: () => {
          throw new TypeError("oh no");
        },
      }),
      "runs",
      /mine fails at .*: oh no/,
    ],
  ];
  for (const [name, estimator, claim, words] of lies)
    test(name, async () => {
      const found = falseOnes(await checkEstimator(estimator, { samples }));
      const said = found.filter((f) => f.claim === claim).map((f) => f.message);
      expect(said.join("\n"), JSON.stringify(found)).toMatch(words);
    });

  test("options out of range that are accepted", async () => {
    const careless = (): Estimator =>
      bent(score, { options: { c: { type: "number", default: 1, min: 0, max: 2, help: "nothing" } } });
    const found = falseOnes(await checkEstimator(careless, { samples }));
    expect(found.map((f) => f.message).join("\n")).toMatch(/refuse values of c .* it accepts -1/);
  });
});

test("tells its progress, and refuses samples out of range", async () => {
  const told: number[] = [];
  await checkEstimator(straightThrough(), {
    samples: 1000,
    onProgress: (_what, done, total) => told.push(done / total),
  });
  expect(told.at(0)).toBe(0);
  expect(told.at(-1)).toBe(1);
  expect(told).toEqual(told.toSorted((a, b) => a - b));
  await expect(checkEstimator(straightThrough(), { samples: 1.5 })).rejects.toThrow(
    "checkEstimator: samples must be a whole number from 1000 to 1000000, not 1.5.",
  );
});
