import "../setup.ts";
import { nn, numpy as np, random } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import {
  audit,
  bernoulli,
  binomial,
  catalogue,
  categorical,
  exactGradient,
  flipRatio,
  gateRates,
  monitorGradient,
  type Objective,
  plackettLuce,
  poisson,
  reinforce,
  reinmax,
  rloo,
  signalToNoise,
  startGradientMonitor,
  straightThroughSigmoid,
  subset,
} from "../../src/index.ts";
import { cases, makeDistribution } from "../harness.ts";
import { objectives } from "../objectives.ts";
import { exactGradient as oracle } from "../oracle.ts";

const quartic = objectives.find((o) => o.name === "quartic")!;

describe("exact gradient", () => {
  test.each(cases.map((c) => [`${c.kind}, first logit ${c.logits[0]!.toFixed(2)}`, c] as const))(
    "%s: the same as an enumeration written apart from it",
    async (_name, c) => {
      const shape = c.kind === "categorical" ? [1, ...c.event] : [...c.event];
      const q = makeDistribution(c.kind, np.array([...c.logits]).reshape(shape));
      const { gradient, mean } = await exactGradient(q, (x) => quartic.jax(x, c.event.length));
      const expected = oracle(c, quartic.js);
      expect(mean).toBeCloseTo(expected.mean, 4);
      gradient.forEach((g, i) => {
        expect(g).toBeCloseTo(expected.gradient[i]!, 4);
      });
    },
  );
  test("2^16 states, against the closed form of a separable objective", async () => {
    const logits = Array.from({ length: 16 }, (_, i) => Math.sin(i));
    const { gradient, states } = await exactGradient(bernoulli(np.array(logits)), (b) => np.sum(b, -1));
    expect(states).toBe(65536);
    gradient.forEach((g, i) => {
      const p = 1 / (1 + Math.exp(-logits[i]!));
      expect(g).toBeCloseTo(p * (1 - p), 5);
    });
  });
  test("too many states, several examples, and objectives that are not finite are refused by name", async () => {
    const sum: Objective = (b) => np.sum(b, -1);
    await expect(exactGradient(bernoulli(np.zeros([21])), sum)).rejects.toThrow(/2097152 states/);
    await expect(exactGradient(bernoulli(np.zeros([2, 3])), sum)).rejects.toThrow(/one at a time/);
    await expect(exactGradient(bernoulli(np.zeros([2])), (b) => np.log(np.sum(b, -1)))).rejects.toThrow(
      /-Infinity at the state \[0, 0\]/,
    );
  });
});

describe("audit", () => {
  const f: Objective = (b) => np.square(np.sum(b.mul(np.array([0.7, -1.1, 0.4])), -1).sub(0.2));
  test("verdicts, and REINFORCE's variance by its closed form", async () => {
    const q = bernoulli(np.array([0.4, -0.6, 1.1]));
    const report = await audit(q, f, [reinforce(), reinmax(), straightThroughSigmoid(), rloo()], {
      samples: 20_000,
    });
    expect(report.rows.map((r) => r.verdict)).toEqual([
      "no bias found",
      "no bias found",
      "biased",
      "no bias found",
    ]);
    // Over the eight states: sum of P |score f|^2 - |gradient|^2.
    const p = [0.4, -0.6, 1.1].map((a) => 1 / (1 + Math.exp(-a)));
    let second = 0;
    for (let s = 0; s < 8; s++) {
      const b = p.map((_, i) => (s >> i) & 1);
      const probability = b.reduce((x, v, i) => x * (v ? p[i]! : 1 - p[i]!), 1);
      const value = (0.7 * b[0]! - 1.1 * b[1]! + 0.4 * b[2]! - 0.2) ** 2;
      second += probability * value ** 2 * b.reduce((x, v, i) => x + (v - p[i]!) ** 2, 0);
    }
    const size = report.gradient.reduce((x, g) => x + g * g, 0);
    // The variance of 20,000 draws has a standard error of about 1 %.
    expect(Math.abs(report.rows[0]!.variance / (second - size) - 1)).toBeLessThan(0.045);
    expect(report.rows[3]!.evaluations).toBe(4);
    // The mean squared error is variance and squared bias, and that of the biased one is not small.
    for (const r of report.rows) {
      const squared = r.bias.reduce((sum, b) => sum + b * b, 0);
      expect(Math.abs(r.mse - r.variance - squared) / r.variance).toBeLessThan(1e-3);
    }
    expect(report.rows[2]!.mse / report.rows[2]!.variance).toBeGreaterThan(1.02);
  });
  test("the same seed gives the same numbers", async () => {
    const run = async () =>
      (await audit(bernoulli(np.array([0.3, 1])), np2, [rloo()], { samples: 500, seed: 3 })).rows[0]!;
    const np2: Objective = (b) => np.square(np.sum(b, -1));
    const [a, b] = [await run(), await run()];
    expect(a.bias).toEqual(b.bias);
  });
  test("an objective without a gradient leaves out, with the reason, what needs one", async () => {
    const jump: Objective = (b) => np.greater(np.sum(b, -1), 1.5).astype(np.float32);
    const report = await audit(bernoulli(np.array([0.3, -1, 0.5])), jump, [reinmax(), rloo()], {
      samples: 1000,
    });
    expect(report.skipped).toEqual([
      { id: "reinmax", reason: expect.stringMatching(/needs the gradient of f/) },
    ]);
    expect(report.rows.map((r) => r.id)).toEqual(["rloo"]);
  });
  test("constant and huge objectives: no NaN, no false verdict on an unbiased estimator", async () => {
    for (const factor of [0, 1e8]) {
      const g: Objective = (b) =>
        np
          .sum(np.tanh(b), -1)
          .mul(factor)
          .add(factor === 0 ? 7 : 0);
      const report = await audit(bernoulli(np.array([0.3, -1])), g, [rloo(), reinmax()], { samples: 2000 });
      const row = report.rows[0]!;
      expect(row.verdict).toBe("no bias found");
      for (const v of [row.variance, row.mse, row.z]) expect(Number.isFinite(v)).toBe(true);
    }
  });
  test("every kind of distribution, and estimators with state", async () => {
    const g: Objective = (x) => np.square(np.sum(x.ref, -1).sub(0.7)).add(np.sum(nn.relu(x), -1));
    const all = [
      poisson(np.array([0.2, -0.4]), { maxCount: 10 }),
      binomial(np.array([0.2, -0.4]), 3),
      subset(np.array([0.2, -0.4, 1]), 2),
      plackettLuce(np.array([0.2, -0.4, 1]), 2),
      categorical(np.array([0.2, -0.4, 1])),
    ];
    const ids = ["reinforce-moving-average", "rloo"];
    const some = catalogue.filter((e) => ids.includes(e.id)).map((e) => e.create());
    for (const q of all) {
      const report = await audit(q, g, some, { samples: 2000, warmup: 5 });
      expect(
        report.rows.map((r) => r.verdict),
        q.kind,
      ).toEqual(["no bias found", "no bias found"]);
    }
  });
  test("options out of range are refused", async () => {
    const q = bernoulli(np.array([0.3]));
    await expect(audit(q, f, [], { samples: 3 })).rejects.toThrow(/samples must be a whole number from 100/);
    await expect(audit(q, f, [], { seed: -1 })).rejects.toThrow(/seed must be/);
  });
});

describe("monitor", () => {
  test("dead and saturated gates, and flips", () => {
    const h = np.array([
      [0, 1, 1, 0],
      [0, 1, 0, 1],
    ]);
    const { dead, saturated, rate } = gateRates(h.ref);
    expect([dead.js(), saturated.js(), rate.js()]).toEqual([0.25, 0.25, 0.5]);
    expect(flipRatio(h, np.array([[0, 1, 0, 0], [0, 1, 0, 0]])).js()).toBe(0.25); // biome-ignore format: a matrix
  });
  test("signal and noise of a gradient with known mean and variance", () => {
    let state = startGradientMonitor([1000]);
    for (let i = 0; i < 400; i++)
      state = monitorGradient(state, random.normal(random.key(i), [1000]).mul(2).add(0.5));
    const { variance, ratio } = signalToNoise(state);
    // 1,000 entries, each over the last 200 steps or so: standard errors 0.3 % of the variance, 1.7 % of the ratio.
    // The running mean's own variance, 4 * (1 - 0.99) / 2, is missing in one and added to the square of the mean.
    const own = ((1 - 0.99) / (1 + 0.99) / (1 - 0.99 ** 400)) * (1 + 0.99 ** 400);
    expect(Math.abs((variance.js() as number) / 4000 - (1 - own))).toBeLessThan(0.015);
    expect(Math.abs((ratio.js() as number) / ((0.25 + 4 * own) / (4 * (1 - own))) - 1)).toBeLessThan(0.075);
  });
});
