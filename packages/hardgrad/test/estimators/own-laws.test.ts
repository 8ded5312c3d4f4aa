import "../setup.ts";
import { jit, numpy as np, random } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import {
  audit,
  categorical,
  type Distribution,
  decoupledStraightThrough,
  entropyWeightedStraightThrough,
  grad,
  imle,
  type NamedArrays,
  type Objective,
  type PathEstimator,
  redge,
  redgeCov,
  reindge,
  sparsemaxMarginal,
  statefulThrough,
  straightThroughAdaptive,
  straightThroughArgmax,
  straightThroughSigmoid,
  subset,
  through,
} from "../../src/index.ts";
import { close } from "../close.ts";

/** Straight-through forms since 2025, and laws that are not the distribution's. Golden numbers by numpy in float64. */

const theta = [0.2, -1, 0.7];
const x = [0.5, -0.3, 1.1];
const g = [1, 2, -1];
const pulled = (e: PathEstimator, noise: number[][] | number[], weights = g): number[] =>
  grad((a: np.Array) => np.sum(e.path(categorical(a), np.array(noise as number[])).mul(np.array(weights))))(
    np.array(theta),
  ).js() as number[];

describe("ReDGE", () => {
  const noise = (drawn: number): number[][] => [[0, 1, 2].map((i) => (i === drawn ? 1e-6 : 1)), x];
  const law = (e: PathEstimator): number[] =>
    e.ownLaw!(categorical(np.array(theta)), np.array(noise(0))).js() as number[];
  test("the last softmax, and the gradient through the chain", () => {
    const short = redge();
    close(law(short), [0.2061804, 0.0220167, 0.7718029]);
    close(pulled(short, noise(1)), [0.4520419, 0.0708171, -0.522859]);
    const long = redge({ steps: 5, start: 0.3 });
    close(law(long), [0.0134015, 0.0002009, 0.9863976]);
    close(pulled(long, noise(1)), [0.0896022, 0.0040787, -0.0936809]);
    close(pulled(redgeCov(), noise(1)), [0.3744812, 0.0138866, -0.3883678]);
    close(pulled(reindge(), noise(2)), [0.3445005, 0.048325, -0.3928255]);
  });
  test("the sample is hard, and the drawn one", () => {
    for (const e of [redge(), redgeCov(), reindge()])
      for (const drawn of [0, 1, 2])
        expect(e.path(categorical(np.array(theta)), np.array(noise(drawn))).js()).toEqual(
          [0, 1, 2].map((i) => (i === drawn ? 1 : 0)),
        );
  });
  test("with two times ReinDGE is ZGR at the softmax it draws from, where the authors' code gives nothing", () => {
    const p = law(reindge({ steps: 2 }));
    const mean = p.reduce((s, v, i) => s + v * g[i]!, 0);
    const expected = p.map((v, i) => {
      const off = (i === 2 ? 1 : 0) - v;
      return (v * (g[i]! - mean) + off * (g[2]! - mean)) / 2;
    });
    close(pulled(reindge({ steps: 2 }), noise(2)), expected);
  });
  test("towards t_1 = 1 it is straight-through", () => {
    const quiet = [[1e-6, 1, 1], [0, 0, 0]]; // biome-ignore format: one thought
    close(pulled(redge({ start: 0.99 }), quiet), pulled(straightThroughSigmoid(), [1e-6, 1, 1]), {
      within: 0.02,
    });
  });
});

test("entropy-weighted: the value between mean and sample, and J(pi) of the gradient there", () => {
  const e = entropyWeightedStraightThrough();
  const noise = [1e-6, 1, 1];
  const embedding = [[1, 0], [0, 2], [-1, 1]]; // biome-ignore format: a table
  const y = e.path(categorical(np.array(theta)), np.array(noise));
  close(np.matmul(y, np.array(embedding)).js() as number[], [0.8070495, 0.1206993]);
  const weights = embedding.map(([a, b]) => a! + 0.5 * b!);
  close(pulled(e, noise, weights), [0.2841969, 0.0855985, -0.3697954]);
  // Nothing decided: the sample itself. One category nearly certain: the mean, which is nearly that.
  expect(e.path(categorical(np.zeros([3])), np.array(noise)).js()).toEqual([1, 0, 0]);
  const sure = e.path(categorical(np.array([30, 0, 0])), np.array([1, 1e-20, 1])).js() as number[];
  close(sure, [1, 0, 0]);
});

describe("a temperature that follows confidence", () => {
  const logits = [0.2, -1, 0.7, 0];
  const weights = np.array([0.5, -1.25, 2, 0.3]);
  const run = (e: ReturnType<typeof straightThroughAdaptive>, a: np.Array, state: NamedArrays) =>
    statefulThrough(categorical(a), e, random.key(0), state);
  test("gradient at temperatures 3 and 0.5, argmax forward", () => {
    for (const [t, expected] of [
      [3, [-0.0095723, -0.1096646, 0.1446597, -0.0254229]],
      [0.5, [-0.3772473, -0.1051073, 0.79509, -0.3127355]],
    ] as const) {
      const e = straightThroughAdaptive({ high: t, low: t });
      const start = (): NamedArrays => e.init(categorical(np.array(logits)));
      const of = (a: np.Array): np.Array => {
        const { sample, state } = run(e, a, start());
        state.confidence!.dispose();
        return sample;
      };
      expect(of(np.array(logits)).js()).toEqual([0, 0, 1, 0]);
      close(grad((a: np.Array) => np.sum(of(a).mul(weights.ref)))(np.array(logits)).js() as number[], [...expected]); // biome-ignore format: one thought
    }
  });
  test("the state: a running mean of the largest probability, from 0 for 1/C to 1", () => {
    const e = straightThroughAdaptive({ decay: 0.9 });
    // Of 16 categories one with probability c.
    const sure = (c: number): np.Array =>
      np.array(Array.from({ length: 16 }, (_, i) => (i === 0 ? Math.log((15 * c) / (1 - c)) : 0)));
    let state = e.init(categorical(sure(0.2)));
    for (const [c, t] of [
      [0.2, 2.9633333],
      [0.5, 2.8503333],
      [0.9, 2.6419667],
    ] as const) {
      const next = run(e, sure(c), state);
      next.sample.dispose();
      state = next.state;
      expect(3 - 2.5 * (state.confidence!.ref.js() as number)).toBeCloseTo(t, 5);
    }
    // As long as it may run it stays in [low, high], and a state that was saved goes on.
    const certain = straightThroughAdaptive({ decay: 0 });
    const after = run(certain, np.array([100, 0, 0]), { confidence: np.array(0.3) });
    expect(after.state.confidence!.js()).toBeCloseTo(1, 6);
    after.sample.dispose();
  });
  test("an example that is NaN counts nowhere", () => {
    const e = straightThroughAdaptive({ decay: 0 });
    const rows = np.array([[100, 0, 0], [Number.NaN, 0, 0], [0, 0, 0]]); // biome-ignore format: a table
    const confidence = jit((a: np.Array) => run(e, a, { confidence: np.array(0) }).state.confidence!);
    expect(confidence(rows).js()).toBeCloseTo(0.5, 6);
  });
  test("all examples and variables count alike; without state it does not go through", () => {
    const e = straightThroughAdaptive({ decay: 0 });
    const two = np.array([[[100, 0], [0, 0]]]); // biome-ignore format: a table
    expect(run(e, two, e.init(categorical(two.ref))).state.confidence!.js()).toBeCloseTo(0.5, 6);
    expect(() => through(categorical(np.array(logits)), e as never, random.key(0))).toThrow(
      /straight-through-adaptive keeps state; use statefulThrough/,
    );
  });
  test("one without state passes it on", () => {
    const kept = { mine: np.array(3) };
    const q = categorical(np.array(logits));
    const { sample, state } = statefulThrough(q, straightThroughSigmoid(), random.key(1), kept);
    expect(state).toBe(kept);
    expect((sample.js() as number[]).reduce((a, b) => a + b)).toBe(1);
    expect(state.mine!.js()).toBe(3);
  });
});

describe("an audit tells the bias of the law from that of the gradient", () => {
  const q = (): Distribution => categorical(np.log(np.array([0.7, 0.3])));
  const linear: Objective = (d) => np.sum(d.mul(np.array([1, 0])), -1);
  const row = async (e: Parameters<typeof audit>[2][number], samples = 20_000, of = q()) => {
    const { rows, skipped } = await audit(of, of.eventShape[0] === 2 ? linear : quadratic, [e], { samples });
    expect(skipped).toEqual([]);
    return rows[0]!;
  };
  const quadratic: Objective = (d) => np.square(np.sum(d.mul(np.array([1, -0.5, 2, 0.3])), -1).sub(0.4));

  /** Chances of the first of two categories by quadrature in float64. */
  test.each([
    [redge({ start: 0.1 }), 0.9951],
    [redge(), 0.7141],
    [redge({ steps: 2 }), 0.6006],
    [redge({ steps: 5, start: 0.1 }), 0.7462],
    [redgeCov({ steps: 5 }), 0.7208],
  ])("$id %#: the law's distance by quadrature, and no bias of its own for a linear f", async (e, chance) => {
    const { law } = await row(e);
    expect(law!.noise).toBeLessThan(0.004);
    expect(Math.abs(law!.distance - Math.abs(chance - 0.7))).toBeLessThan(4.5 * law!.noise + 1e-4);
    expect(law!.relativeBias!).toBeLessThan(4.5 * law!.relativeNoise!);
  });
  test("ReDGE's own gradient is 0.21697, softmax's 0.21", async () => {
    const { law, bias } = await row(redge(), 100_000);
    expect(law!.relativeBias!).toBeLessThan(4.5 * law!.relativeNoise!);
    // A standard error of 0.0004: an estimate is p (1 - p) at most.
    expect(Math.abs(bias[0]! + 0.21 - 0.2169736)).toBeLessThan(0.002);
  });
  test("a point mass: the law is off by 1 - max, and has no gradient", async () => {
    for (const e of [straightThroughArgmax(), straightThroughAdaptive()]) {
      const { law } = await row(e, 500);
      expect(law!.distance).toBeCloseTo(0.3, 6);
      expect(law).toMatchObject({ noise: 0, relativeBias: null, relativeNoise: null });
    }
  });
  test("sparsemax's sum is exact for its own law; a forward temperature is a law in closed form", async () => {
    const sparse = (await row(sparsemaxMarginal(), 500)).law!;
    // Sparsemax of (log 0.7, log 0.3): 1/2 + (log 7/3) / 2 = 0.92365.
    expect(sparse.distance).toBeCloseTo(0.92365 - 0.7, 4);
    expect(sparse.relativeBias!).toBeLessThan(1e-5);
    const hot = (await row(decoupledStraightThrough({ forwardTemperature: 2, noise: "none" }))).law!;
    const p = Math.sqrt(0.7) / (Math.sqrt(0.7) + Math.sqrt(0.3));
    expect(Math.abs(hot.distance - (0.7 - p))).toBeLessThan(4.5 * hot.noise);
    // J at t_b / t_b against J at t_f / t_f: a bias of the gradient, under the own law too.
    expect(hot.relativeBias!).toBeGreaterThan(0.2);
  });
  test("subsets: perturb-and-MAP is sharper than the conditional law; ours follows it with k = 1", async () => {
    const logits = (): np.Array => np.array([0.9, -0.4, 0.2, -0.8]);
    const two = (await row(imle(), 4000, subset(logits(), 2))).law!;
    expect(two.distance - 4.5 * two.noise).toBeGreaterThan(0.02);
    expect(two.relativeBias).toBeNull();
    const one = (await row(imle(), 4000, subset(logits(), 1))).law!;
    expect(one.distance).toBeLessThan(4.5 * one.noise);
  });
  test("what follows the distribution has no law of its own", async () => {
    expect((await row(straightThroughSigmoid(), 500)).law).toBeUndefined();
    expect((await row(decoupledStraightThrough(), 500)).law).toBeUndefined();
  });
});
