import "../setup.ts";
import { jit, nn, numpy as np, random, tree } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import {
  type Anchor,
  addAnchor,
  capacityPenalty,
  certify,
  checkCertificate,
  clampEmbedding,
  clipByNorm,
  fadeAnchor,
  fingerprint,
  fisherDiagonal,
  followThreshold,
  grad,
  hardGate,
  hatGate,
  hatSlope,
  keepClosed,
  largestFree,
  mixMasks,
  type NamedArrays,
  noAnchor,
  openUnits,
  openWeights,
  pathImportance,
  pathIntegral,
  predictiveEntropy,
  protect,
  quadraticPenalty,
  randomGates,
  scoreMask,
  signedConstant,
  taskScores,
  thresholdOf,
  type UpdateRule,
  union,
  usedWeights,
} from "../../src/index.ts";
import { close } from "../close.ts";

const list = (x: np.Array): number[] => x.js() as number[];
const sigmoidOf = (x: number): number => 1 / (1 + Math.exp(-x));

describe("hard attention to the task", () => {
  const e = [-5, -1.2, -0.3, 0, 0.01, 0.4, 2, 5.5];
  const weights = [1, -2, 0.5, 3, -1, 2, 0.25, -4]; // g: the gradient that arrives at the gates
  const gradientOf = (slope: number): number[] =>
    list(
      grad((x: np.Array) => np.sum(hatGate(x, np.array(slope)).mul(np.array(weights))))(np.array(e)) as never,
    );
  test("forward: the sigmoid at the slope", () => {
    const a = list(hatGate(np.array(e), np.array(3)));
    close(
      a,
      e.map((v) => sigmoidOf(3 * v)),
    );
  });
  test("backward: the numeric gradient of the gate times the compensation of the paper", () => {
    for (const s of [1 / 400, 0.5, 1, 4]) {
      // In float64: the central difference of sigmoid(s e), then the factor of the paper, section 2.4.
      const h = 1e-5;
      const expected = e.map((v, i) => {
        // The derivative is even; at -|e| the difference does not cancel.
        const at = (d: number): number => sigmoidOf(s * (-Math.abs(v) + d));
        const q = ((at(h) - at(-h)) / (2 * h)) * weights[i]!;
        return (q * 400 * (Math.cosh(s * v) + 1)) / (s * (Math.cosh(v) + 1));
      });
      // Relative: the factor 400 makes values of order 100, and float32 has 7 digits.
      gradientOf(s).forEach((g, i) => {
        expect(Math.abs(g / expected[i]! - 1)).toBeLessThan(1e-4);
      });
    }
  });
  test("backward at any slope is that of the largest slope at e: no gate is dead", () => {
    const steep = gradientOf(400);
    expect(steep).toEqual(gradientOf(1));
    expect(steep.every((g) => Number.isFinite(g) && g !== 0)).toBe(true);
  });
  test("the slope grows from 1/m to m within an epoch", () => {
    expect(hatSlope(0)).toBe(1 / 400);
    expect(hatSlope(1)).toBe(400);
    expect(hatSlope(0.5, 100)).toBeCloseTo((0.01 + 100) / 2);
    expect(() => hatSlope(1.5)).toThrow(/progress must be/);
    expect(() => hatSlope(0.5, 1)).toThrow(/above 1/);
  });
  test("clamped, then hard", () => {
    expect(list(clampEmbedding(np.array([-9, 2, 7])))).toEqual([-6, 2, 6]);
    expect(list(hardGate(np.array([-9, 0, 1e-30, 7])))).toEqual([0, 0, 1, 1]);
  });
  test("capacity: units of earlier tasks are free of charge", () => {
    const penalty = capacityPenalty(
      [np.array([1, 0.5, 0]), np.array([0.25, 1])],
      [np.array([1, 0, 0]), np.array([0, 1])],
    );
    // (0.5 + 0 + 0.25) / 3 free units
    expect(penalty.item()).toBeCloseTo(0.25);
    const full = capacityPenalty([np.array([1])], [np.array([1])]);
    expect(full.item()).toBe(0);
    expect(() => capacityPenalty([], [])).toThrow(/0 layers/);
  });
});

describe("masks of units", () => {
  test("a weight is closed when both its ends are used: 1 - min(a_out, a_in)", () => {
    const open = openWeights(np.array([1, 0, 1]), np.array([1, 0]));
    expect(open.js()).toEqual([
      [0, 1],
      [1, 1],
      [0, 1],
    ]);
    expect(openWeights(undefined, np.array([1, 0])).js()).toEqual([[0, 1]]);
    expect(openUnits(np.array([1, 0])).js()).toEqual([0, 1]);
    expect(usedWeights(np.array([1, 0]), np.array([1, 1])).js()).toEqual([
      [1, 1],
      [0, 0],
    ]);
    expect(union(np.array([1, 0, 0]), np.array([0, 0, 1])).js()).toEqual([1, 0, 1]);
  });
  test("fixed random gates: exact counts, another set for each task, the same for the same key", () => {
    const gates = randomGates(random.key(7), 6, 50, 0.8).js() as number[][];
    for (const row of gates) {
      expect(row.reduce((a, b) => a + b)).toBe(10);
      expect(row.every((v) => v === 0 || v === 1)).toBe(true);
    }
    expect(new Set(gates.map(String)).size).toBe(6);
    expect(randomGates(random.key(7), 6, 50, 0.8).js()).toEqual(gates);
    expect(() => randomGates(random.key(0), 2, 10, 1)).toThrow(/below 1/);
    expect(() => randomGates(random.key(0), 2, 10, -0.1)).toThrow(/from 0/);
    expect((randomGates(random.key(0), 2, 3, 0).js() as number[][]).flat()).toEqual([1, 1, 1, 1, 1, 1]);
    expect(() => randomGates(random.key(0), 2, 10, 0.99)).toThrow(/leaves a unit/);
  });
});

describe("masks of weights", () => {
  const scores = random.normal(random.key(3), [40, 25]);
  const values = (scores.ref.js() as number[][]).flat();
  test("a threshold leaves exactly the share above it", () => {
    for (const share of [0, 0.01, 0.3, 0.5, 0.999, 1]) {
      const t = thresholdOf(scores.ref, share).item();
      expect(values.filter((v) => v > t).length).toBe(Math.round(share * 1000));
    }
    const even = np.array(values.map((_, i) => i % 2)).reshape([40, 25]);
    const t = thresholdOf(scores.ref, 0.2, even).item();
    expect(values.filter((v, i) => i % 2 === 1 && v > t).length).toBe(100);
    // Between two whole numbers rounding decides: 2.4 of 8 are 2, and 2.6 are 3.
    const eight = [3, 1, 8, 5, 7, 2, 6, 4];
    for (const [part, count] of [
      [0.3, 2],
      [0.325, 3],
    ] as const)
      for (const among of [undefined, np.ones([8])]) {
        const at = thresholdOf(np.array(eight), part, among).item();
        expect(eight.filter((v) => v > at).length, `${part}`).toBe(count);
      }
    expect(() => thresholdOf(scores.ref, 1.5)).toThrow(/from 0 to 1/);
  });
  test("infinite scores stand beyond the others, whatever those are", () => {
    const [up, down] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const scores of [
      [-8, -5, down, -3, -7, up],
      [800, 500, 300, down, 700, up],
      [-0.002, up, 0.001, down, 0, 0.003],
      [-8.125, down, -8, up, -8.0625],
      [8.125, down, 8, up, 8.0625],
      [down, 5, up],
      [up, down, down],
    ]) {
      // Scores of minus infinity exceed nothing; equal ones are on one side together.
      const most = scores.filter((v) => v > down).length;
      for (let k = 1; k <= most; k++) {
        const t = thresholdOf(np.array(scores), k / scores.length).item();
        expect(scores.filter((v) => v > t).length, `${scores}: ${k}`).toBe(k);
        expect(Number.isFinite(t)).toBe(true);
      }
      const all = thresholdOf(np.array(scores), 1).item();
      expect(scores.filter((v) => v > all).length).toBe(most);
    }
    // Beyond numbers of any size there is room.
    for (const size of [1e37, 3e38]) {
      const huge = [size, -size, size / 2, up];
      for (let k = 1; k <= 4; k++) {
        const t = thresholdOf(np.array(huge), k / 4).item();
        expect(huge.filter((v) => v > t).length, `${size} ${k}`).toBe(k);
      }
    }
  });
  test("a threshold follows scores that move, and catches up after a jump", () => {
    let t = thresholdOf(scores.ref, 0.3);
    const count = (shift: number, at: number): number => values.filter((v) => v + shift > at).length;
    for (let i = 1; i <= 20; i++) t = followThreshold(t, scores.ref.add(0.01 * i), 0.3, np.array(0.02));
    // 8 halvings of 0.02 leave 8e-5, and 1000 normal scores have a density of 350 a unit there.
    expect(Math.abs(count(0.2, t.ref.item()) - 300)).toBeLessThanOrEqual(1);
    for (let i = 0; i < 30; i++) t = followThreshold(t, scores.ref.add(-0.1), 0.3, np.array(0.02));
    expect(Math.abs(count(-0.1, t.item()) - 300)).toBeLessThanOrEqual(1);
  });
  test("the score's gradient is g times w, for open and closed weights alike", () => {
    const w = [0.5, -2, 3, 1];
    const g = [1, -1, 0.5, 2];
    const loss = (s: np.Array): np.Array =>
      np.sum(
        np
          .array(w)
          .mul(scoreMask(s, np.array(0.2)))
          .mul(np.array(g)),
      );
    const s = [0.1, 0.9, -3, 0.3];
    expect(loss(np.array(s)).item()).toBe(-2 * -1 + 1 * 2);
    close(
      list(grad(loss)(np.array(s)) as never),
      w.map((v, i) => v * g[i]!),
    );
    // The weight's own gradient: that of the mask.
    const own = grad((x: np.Array) => np.sum(x.mul(scoreMask(np.array(s), np.array(0.2))).mul(np.array(g))));
    expect(list(own(np.array(w)) as never)).toEqual([0, -1, 0, 2]);
  });
  test("pruning keeps the largest of the free weights and none of the others", () => {
    const w = np.array([9, 1, -4, 0.5, 3, -2]);
    const free = np.array([0, 1, 1, 1, 1, 1]);
    expect(list(largestFree(w, free, 0.4))).toEqual([0, 0, 1, 0, 1, 0]);
  });
  test("signed constants", () => {
    expect(signedConstant(np.array([[0.3, -7]])).js()).toEqual([
      [Math.fround(Math.SQRT2), Math.fround(-Math.SQRT2)],
    ]);
  });
});

describe("which task is it", () => {
  test("entropy in closed form", () => {
    close(
      list(
        predictiveEntropy(
          np.array([
            [0, 0, 0, 0],
            [0, Math.log(3), -100, -100],
          ]),
        ),
      ),
      [Math.log(4), -(0.25 * Math.log(0.25) + 0.75 * Math.log(0.75))],
    );
  });
  test("the score is minus the numeric derivative of the entropy, and its maximum names the task", () => {
    const masks = np.array([
      [1, 0, 1, 0],
      [0, 1, 0, 1],
      [1, 1, 0, 0],
    ]);
    const w = [2, -1, 0.5, 1];
    // Logits of two classes: +- sum of the masked weights.
    const logits = (alpha: np.Array): np.Array => {
      const z = np.sum(mixMasks(masks.ref, alpha).mul(np.array(w)));
      return np.stack([z.ref, np.negative(z)]).reshape([1, 2]);
    };
    const rows = masks.ref.js() as number[][];
    const entropy = (alpha: number[]): number => {
      const z = rows.reduce((sum, row, i) => sum + alpha[i]! * row.reduce((s, m, j) => s + m * w[j]!, 0), 0);
      const p = sigmoidOf(2 * z);
      return -(p * Math.log(p) + (1 - p) * Math.log(1 - p));
    };
    const h = 1e-5;
    const expected = [0, 1, 2].map((i) => {
      const at = (d: number): number => entropy([0, 1, 2].map((j) => 1 / 3 + (i === j ? d : 0)));
      return -(at(h) - at(-h)) / (2 * h);
    });
    const actual = list(taskScores(logits, 3));
    close(actual, expected, { within: 5e-5 }); // the wasm logarithm of jax-js 0.1.25 is right to about 1e-5
    expect(actual.indexOf(Math.max(...actual))).toBe(0);
    // A task per example: two alike examples give the same scores.
    const perExample = (alpha: np.Array): np.Array => {
      const z = np.matmul(alpha, np.sum(masks.ref.mul(np.array(w)), 1)).reshape([2, 1]);
      return np.concatenate([z.ref, np.negative(z)], 1);
    };
    for (const row of taskScores(perExample, 3, 2).js() as number[][]) close(row, expected, { within: 5e-5 });
    expect(() => taskScores(logits, 0)).toThrow(/from 1/);
  });
});

/** An optimizer that does all that can go wrong: momentum, weight decay, a counter, and it shifts every weight. */
const rude: UpdateRule = {
  init: (params) => ({
    count: np.array(0),
    ...Object.fromEntries(Object.entries(params).map(([n, x]) => [`${n}.momentum`, np.zeros(x.shape)])),
  }),
  update: (gradients, state, params, learningRate) => {
    const next: NamedArrays = { count: state.count!.add(1) };
    const moved: NamedArrays = {};
    for (const [name, x] of Object.entries(params)) {
      const m = state[`${name}.momentum`]!.mul(0.9).add(gradients[name]!).add(x.ref.mul(0.01)).add(0.001);
      next[`${name}.momentum`] = m.ref;
      moved[name] = x.sub(m.mul(learningRate.ref));
    }
    return { params: moved, state: next };
  },
};

describe("protection", () => {
  const bits = (x: np.Array): number[] => Array.from(new Uint32Array((x.dataSync() as Float32Array).buffer));
  const start = (): NamedArrays => ({
    "layer.w": np.array([
      [1, -0.3],
      [0.1, 7],
    ]),
    "layer.b": np.array([-0, 0.25]),
  });
  const open = (): NamedArrays => ({
    "layer.w": np.array([
      [0, 1],
      [1, 0],
    ]),
    "layer.b": np.array([0, 1]),
  });
  const gradients = (): NamedArrays => ({
    "layer.w": np.array([
      [Number.NaN, 3],
      [-4, Number.POSITIVE_INFINITY],
    ]),
    "layer.b": np.array([5, 12]),
  });
  test("closed weights and their moments keep their bits, -0 and all, whatever the gradient; jit = eager", () => {
    for (const wrap of [(f: unknown) => f, (f: unknown) => jit(f as never)]) {
      const rule = protect(rude, { clip: 1 });
      const update = wrap(
        (g: NamedArrays, s: NamedArrays, p: NamedArrays, o: NamedArrays, rate: np.Array) => {
          const next = rule.update(g, s, p, rate, o);
          rate.dispose();
          return next;
        },
      ) as (...args: unknown[]) => { params: NamedArrays; state: NamedArrays };
      let params = start();
      let state = rule.init(params);
      for (let i = 0; i < 5; i++)
        ({ params, state } = update(gradients(), state, params, open(), np.array(0.1)));
      const w = bits(params["layer.w"]!);
      const b = bits(params["layer.b"]!);
      const first = bits(start()["layer.w"]!);
      expect([w[0], w[3]]).toEqual([first[0], first[3]]);
      expect(b[0]).toBe(0x80000000);
      expect([w[1] !== first[1], w[2] !== first[2], b[1] !== bits(np.array([0.25]))[0]]).toEqual([
        true,
        true,
        true,
      ]);
      expect(state.count!.item()).toBe(5);
      const momentum = state["layer.w.momentum"]!.js() as number[][];
      expect([momentum[0]![0], momentum[1]![1]]).toEqual([0, 0]);
      expect(momentum.flat().every(Number.isFinite)).toBe(true);
    }
  });
  test("the naive way, a gradient of zero, moves closed weights", () => {
    let params: NamedArrays = { w: np.array([1]) };
    let state = rude.init(params);
    const rate = np.array(0.1);
    for (let i = 0; i < 3; i++) ({ params, state } = rude.update({ w: np.array([0]) }, state, params, rate));
    expect(params.w!.item()).not.toBe(1);
  });
  test("clipping sees open entries only: the norm is 13 of (3, -4, 12), not that of all", () => {
    const still: UpdateRule = {
      init: () => ({}),
      update: (g, state, params) => {
        tree.dispose(params);
        return { params: g, state };
      },
    };
    const { params } = protect(still, { clip: 1 }).update(gradients(), {}, start(), np.array(1), open());
    close((params["layer.w"]!.js() as number[][]).flat(), [1, 3 / 13, -4 / 13, 7], { within: 5e-7 });
    const small = clipByNorm({ x: np.array([0.3, 0.4]) }, 1);
    close(small.x!.js() as number[], [0.3, 0.4], { within: 5e-7 });
    expect(() => clipByNorm({}, 0)).toThrow(/above 0/);
  });
  test("running statistics are kept like weights; a name without a mask is open", () => {
    const next = keepClosed(
      { mean: np.array([1, 2]), count: np.array(4) },
      { mean: np.array([-1, -2]), count: np.array(3) },
      { mean: np.array([0, 1]) },
    );
    expect(next.mean!.js()).toEqual([-1, 2]);
    expect(next.count!.item()).toBe(4);
    expect(() => keepClosed({ a: np.array(1) }, {}, {})).toThrow(/no value from before/);
  });
  test("a mask broadcasts; one that does not fit, and a state of unknown owner, are refused", () => {
    const rule = protect(rude);
    const rate = np.array(0.1);
    const params = start();
    const next = rule.update(
      { "layer.w": np.ones([2, 2]), "layer.b": np.ones([2]) },
      rule.init(params),
      params,
      rate,
      { "layer.w": np.array([[0, 1]]) },
    );
    expect((next.params["layer.w"]!.js() as number[][]).map((row) => row[0])).toEqual([1, Math.fround(0.1)]);
    expect(() =>
      protect(rude).update({ w: np.ones([2]) }, { "w.momentum": np.ones([2]) }, { w: np.ones([2]) }, rate, {
        w: np.ones([3]),
      }),
    ).toThrow(/the mask of w has shape \[3\]/);
    expect(() =>
      protect(rude).update({ w: np.ones([2]) }, { other: np.ones([2]) }, { w: np.ones([2]) }, rate, {}),
    ).toThrow(/other of the optimizer's state/);
  });
});

describe("certificates", () => {
  const array = (values: number[]) => ({ shape: [values.length], data: Float32Array.from(values) });
  const evidence = (w: number[], used = [1, 1, 0], outputs = [1, 2]) => ({
    weights: { w: { values: array(w), used: array(used) }, b: { values: array([4]) } },
    inputs: { shape: [2], data: Uint8Array.of(3, 4) },
    outputs: array(outputs),
  });
  test("holds while unused entries move, and names what changed when used ones do", async () => {
    const certificate = await certify("task 1", evidence([1, 0, 3]));
    const verdict = async (e: ReturnType<typeof evidence>) => checkCertificate(certificate, e);
    expect(await verdict(evidence([1, 0, 99]))).toMatchObject({ holds: true, changed: [] });
    // One bit: the sign of a zero.
    const flipped = await verdict(evidence([1, -0, 3]));
    expect(flipped).toMatchObject({ holds: false, changed: ["w"] });
    expect(flipped.sentence).toBe(
      "task 1: the certificate does not hold: weights that this task reads have changed in w.",
    );
    expect((await verdict(evidence([1, 0, 3], [1, 1, 1]))).changed).toEqual(["w"]);
    expect((await verdict(evidence([1, 0, 3], [1, 1, 0], [1, 2.0000002]))).changed).toEqual(["outputs"]);
    const asked = { ...evidence([1, 0, 3]), inputs: { shape: [2], data: Uint8Array.of(3, 5) } };
    expect((await verdict(asked)).sentence).toMatch(/asked other inputs/);
    const { outputs: _, ...unasked } = evidence([1, 0, 3]);
    expect((await checkCertificate(certificate, unasked)).sentence).toMatch(
      /2 arrays; the class scores were not/,
    );
    const lost = { ...evidence([1, 0, 3]), weights: { w: evidence([1, 0, 3]).weights.w } };
    expect((await verdict(lost as never)).changed).toEqual(["b"]);
    await expect(certify("t", evidence([1, 2, 3], [1]))).rejects.toThrow(/mask of the same shape/);
  });
  test("any entry, and in words what has changed", async () => {
    const certificate = await certify("task 1", evidence([1, 0, 3]));
    const said = async (e: ReturnType<typeof evidence>) => (await checkCertificate(certificate, e)).sentence;
    const not = "task 1: the certificate does not hold:";
    expect(await said(evidence([1, 0, 3]))).toBe(
      "task 1: not a bit has changed in 2 arrays, nor in the class scores.",
    );
    expect(await said(evidence([2, 0, 3]))).toBe(`${not} weights that this task reads have changed in w.`);
    expect(await said(evidence([1, 0, 3], [1, 1, 0], [1, 3]))).toMatch(
      /hold: its class scores have changed, but no weight has \(another device\?\)\.$/,
    );
    expect(await said(evidence([1, 5, 3], [1, 1, 0], [1, 3]))).toBe(
      `${not} weights that this task reads have changed in w, and so have its class scores.`,
    );
    const asked = { ...evidence([1, 0, 3]), inputs: { shape: [2], data: Uint8Array.of(3, 5) } };
    expect(await said(asked)).toBe(`${not} it was asked other inputs, so the class scores say nothing.`);
    const alone = { weights: { w: { values: array([1]) } }, inputs: { shape: [1], data: Uint8Array.of(3) } };
    expect((await checkCertificate(await certify("one", alone), alone)).sentence).toBe(
      "one: not a bit has changed in 1 array; the class scores were not compared.",
    );
  });
  test("SHA-256 of kind, shape and bits", async () => {
    // printf 'Uint8Array[3]abc' | sha256sum
    const known = "8688f6e6e7c75de9";
    const hash = await fingerprint({ shape: [3], data: new TextEncoder().encode("abc") });
    expect(hash).toHaveLength(64);
    expect(hash.slice(0, 16)).toBe(known);
    expect(await fingerprint({ shape: [1, 3], data: new TextEncoder().encode("abc") })).not.toBe(hash);
  });
});

describe("soft protection", () => {
  const anchor = (importance: number[], values: number[]): Anchor => ({
    importance: { w: np.array(importance) },
    values: { w: np.array(values) },
  });
  test("the Fisher information of a softmax layer in closed form", () => {
    // Logits x w, one weight a class: E_y[(d log p(y|x)/dw_c)^2] = x^2 p_c (1 - p_c), averaged over examples.
    const w = [0.2, -0.5, 1];
    const xs = [0.7, -1.5, 2];
    const fisher = fisherDiagonal(
      (p, x, y) => np.sum(nn.logSoftmax(p.w!.mul(x)).mul(y)),
      { w: np.array(w) },
      np.array(xs),
      3,
    );
    const expected = w.map((_, c) => {
      const each = xs.map((x) => {
        const e = w.map((v) => Math.exp(v * x));
        const p = e[c]! / e.reduce((a, b) => a + b);
        return x * x * p * (1 - p);
      });
      return each.reduce((a, b) => a + b) / xs.length;
    });
    close(list(fisher.w!), expected);
  });
  test("merged anchors have the gradient of the sum of penalties", () => {
    const penalty = (a: () => Anchor) => (w: np.Array) => quadraticPenalty({ w }, a());
    const at = [0.3, -1, 2, 5];
    const first = () => anchor([1, 0, 3, 0], [0, 9, 1, 7]);
    const second = () => anchor([2, 4, 0, 0], [1, -2, 8, 6]);
    const g = (a: () => Anchor): number[] => list(grad(penalty(a))(np.array(at)) as never);
    const sum = g(first).map((v, i) => v + g(second)[i]!);
    close(
      g(() => addAnchor(first(), second())),
      sum,
    );
    close(sum, [0.3 + 2 * -0.7, 4, 3, 0]);
    const none = quadraticPenalty({ w: np.array(at) }, noAnchor({ w: np.array(at) }));
    expect(none.item()).toBe(0);
  });
  test("EWC: an importance so small that its reciprocal overflows gives no NaN", () => {
    const { values } = addAnchor(anchor([1e-42, 0], [5, 5]), anchor([1e-42, 1e-42], [7, 8]));
    expect(values.w!.js()).toEqual([7, 8]);
  });
  test("online EWC: importances fade, the anchor moves on", () => {
    const faded = fadeAnchor(anchor([1, 2], [5, 5]), anchor([1, 0], [7, 8]), 0.5);
    expect(faded.importance.w!.js()).toEqual([1.5, 1]);
    expect(faded.values.w!.js()).toEqual([7, 8]);
  });
  test("synaptic intelligence: on a quadratic the path integral is the fall of the loss", () => {
    // L = w^2 from w = 1 by steps of gradient descent; the integral of -g dw is L(start) - L(end), here with the
    // midpoint gradient, which is exact for a quadratic.
    let w = 1;
    let omega: NamedArrays = { w: np.array([0]) };
    for (let i = 0; i < 10; i++) {
      const next = w - 0.1 * 2 * w;
      omega = pathIntegral(omega, { w: np.array([w + next]) }, { w: np.array([w]) }, { w: np.array([next]) });
      w = next;
    }
    expect(omega.w!.ref.js()).toEqual([expect.closeTo(1 - w * w, 5)]);
    const importance = pathImportance(omega, { w: np.array([1]) }, { w: np.array([w]) }, 0.1);
    expect(importance.w!.js()).toEqual([expect.closeTo((1 - w * w) / ((1 - w) ** 2 + 0.1), 5)]);
    const negative = pathImportance({ w: np.array([-3]) }, { w: np.array([1]) }, { w: np.array([2]) }, 0.1);
    expect(negative.w!.js()).toEqual([0]);
  });
});
