import "../setup.ts";
import { numpy as np } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import {
  codebookLoss,
  codebookUse,
  codeVectors,
  commitmentLoss,
  diveq,
  fsq,
  fsqIndices,
  grad,
  lfq,
  lfqEntropies,
  lfqIndices,
  moveCodebook,
  nearestCode,
  rotationTrick,
  simVqCodebook,
  startMovingCodebook,
  straightThroughCode,
} from "../../src/index.ts";
import { close, numbers } from "../close.ts";
import golden from "./golden.json" with { type: "json" };

/** Against reference vectors of 7 digits, and against `golden.py`: other formulas, in float64. */

type Numbers = readonly number[];
const given = (x: unknown): np.Array => np.array(x as number[][]);
const all = (x: unknown): number[] => (x as number[][]).flat(3);

/** Gradients of `sum g y` by each argument. */
function gradients(
  y: (...args: np.Array[]) => np.Array,
  args: readonly (readonly number[] | readonly Numbers[])[],
  g: readonly number[] | readonly Numbers[],
): number[][] {
  const loss = (...xs: np.Array[]): np.Array => np.sum(y(...xs).mul(given(g)));
  const every = grad(loss, { argnums: args.map((_, i) => i) })(...args.map(given));
  return (every as unknown as np.Array[]).map(numbers);
}

describe("finite scalar quantization", () => {
  test.each<[Numbers, Numbers, Numbers, number, Numbers]>([
    [[0.5, -1.2, 2], [8, 6, 5], [0.25, -0.6666667, 1], 205, [0.593883, 0.3516773, 0.0707215]],
    [[-0.3, 0.8], [4, 3], [0, 1], 10, [0.7491499, 0.5596142]],
  ])("%j at levels %j", (z, levels, codes, index, slope) => {
    const made = fsq(given(z), levels);
    close(numbers(made.ref), codes);
    expect(numbers(fsqIndices(made, levels))).toEqual([index]);
    close(gradients((x) => fsq(x!, levels), [z], z.map(() => 1))[0]!, slope); // biome-ignore format: one thought
  });
  test("six rows of five channels", () => {
    const { z, levels, margin, codes, indices, slopes } = golden.fsq;
    close(numbers(fsq(given(z), levels, { margin })), all(codes));
    expect(numbers(fsqIndices(fsq(given(z), levels, { margin }), levels))).toEqual(indices);
    const ones = z.map((row) => row.map(() => 1));
    close(gradients((x) => fsq(x!, levels, { margin }), [z], ones)[0]!, all(slopes));
  });
});

describe("lookup-free quantization", () => {
  test("the index, both entropies and the gradient of their difference", () => {
    const x = [[0.004, -0.002], [0.001, 0.006], [-0.003, 0.002]]; // biome-ignore format: a matrix
    expect(numbers(lfqIndices(lfq(given(x))))).toEqual([2, 3, 1]);
    const { sample, batch } = lfqEntropies(given(x));
    close([...numbers(sample), ...numbers(batch)], [1.0639857, 1.3323401]);
    const loss = (a: np.Array): np.Array => {
      const both = lfqEntropies(a);
      return both.sample.sub(both.batch);
    };
    // Numbers of about 30, by sums of float32.
    close(numbers(grad(loss)(given(x))), [-22.1964943, 34.9195575, -10.7564383, -18.7397586, 33.0428156, -0.9855722], { within: 5e-5 }); // biome-ignore format: one thought
    close(numbers(np.mean(commitmentLoss(given(x), lfq(given(x))))), [0.9940117]);
  });
  test("three bits at an inverse temperature of 1", () => {
    const x = [[0.5, -1, 0.2], [-0.4, 0.3, 0]]; // biome-ignore format: a matrix
    expect(numbers(lfqIndices(lfq(given(x))))).toEqual([5, 2]);
    const { sample, batch } = lfqEntropies(given(x), { inverseTemperature: 1 });
    close([...numbers(sample), ...numbers(batch)], [1.3807105, 1.8636014]);
  });
  test.each(golden.lfq)(
    "by all codes, spherical: $spherical",
    ({ x, sample, batch, gradient, ...options }) => {
      const made = lfqEntropies(given(x), options);
      close([...numbers(made.sample), ...numbers(made.batch)], [sample, batch]);
      const loss = (a: np.Array): np.Array => {
        const both = lfqEntropies(a, options);
        return both.sample.sub(both.batch);
      };
      close(numbers(grad(loss)(given(x))), all(gradient), { within: 2e-5 });
    },
  );
});

describe("gradients through a codeword", () => {
  const [e, q, g] = [[1, 2, -0.5], [0.5, 1.5, 1], [1, -1, 2]]; // biome-ignore format: three vectors
  test("straight-through and the rotation trick", () => {
    close(gradients((a, b) => straightThroughCode(a!, b!), [e, q], g).flat(), [...g, 0, 0, 0]);
    const [own, codeword] = gradients((a, b) => rotationTrick(a!, b!), [e, q], g);
    close(own!, [1.311814, 0.2175737, 1.4939229]);
    expect(codeword).toEqual([0, 0, 0]);
    close(gradients((a, b) => rotationTrick(a!, b!), [[3, 0], [0, 1]], [1, 2])[0]!, [0.6666667, -0.3333333]); // biome-ignore format: one thought
    const { vectors } = golden;
    const many = gradients((a, b) => rotationTrick(a!, b!), [vectors.e, vectors.q], vectors.g);
    close(many[0]!, all(vectors.rotation));
  });
  test("DiVeQ, without noise and with", () => {
    const ours = [1.5454545, -0.4545455, 0.3636364];
    const plain = gradients((a, b) => diveq(a!, b!), [e, q], g);
    close(plain.flat(), [...ours, ...g.map((v, i) => v - ours[i]!)]);
    const noise = [0.03, -0.1, 0.08];
    close(numbers(diveq(given(e), given(q), given(noise))), [0.555697, 1.4328046, 0.9936145]);
    const noisy = gradients((a, b) => diveq(a!, b!, given(noise)), [e, q], g);
    close(noisy[0]!, [1.5654766, -0.4345234, 0.3035702]);
    const { vectors } = golden;
    close(numbers(diveq(given(vectors.e), given(vectors.q), given(vectors.noise))), all(vectors.diveq.value));
    const many = gradients((a, b) => diveq(a!, b!, given(vectors.noise)), [vectors.e, vectors.q], vectors.g);
    close(many[0]!, all(vectors.diveq.e));
    close(many[1]!, all(vectors.diveq.q));
  });
});

describe("codebooks", () => {
  test("a moving average, one step and three", () => {
    const start = startMovingCodebook(given([[0, 0], [1, 1], [3, -1]])); // biome-ignore format: a matrix
    const x = [[0.2, 0.1], [0.9, 1.2], [1.1, 0.7]]; // biome-ignore format: a matrix
    const indices = nearestCode(given(x), start.codebook.ref);
    const next = moveCodebook(start, given(x), indices, { decay: 0.8 });
    close(numbers(next.count), [1, 1.2, 0.8]);
    close(numbers(next.codebook), [0.04, 0.02, 1.0000017, 0.983335, 2.9999925, -0.9999975]);
    const { moving } = golden;
    let state = startMovingCodebook(given(moving.start));
    for (const batch of moving.batches) {
      const chosen = nearestCode(given(batch), state.codebook.ref);
      state = moveCodebook(state, given(batch), chosen, { decay: moving.decay, epsilon: moving.epsilon });
    }
    close(numbers(state.count), moving.count);
    close(numbers(state.sum), all(moving.sum));
    close(numbers(state.codebook), all(moving.codebook));
  });
  /** The VQ-VAE losses of vectors with SimVQ's codebook. */
  const simVqLoss = (e: np.Array, frozen: np.Array, weights: np.Array): np.Array => {
    const codebook = simVqCodebook(frozen, weights);
    const q = codeVectors(codebook.ref, nearestCode(e.ref, codebook));
    return np.mean(codebookLoss(e.ref, q.ref).add(commitmentLoss(e, q).mul(0.25)));
  };
  test("SimVQ: the loss, and its gradients", () => {
    const [e, frozen, weights] = [[[0.5, -0.2]], [[1, 0], [0, 1], [-1, 0.5]], [[0.6, 0.2], [-0.1, 0.9]]]; // biome-ignore format: matrices
    close(numbers(simVqLoss(given(e), given(frozen), given(weights))), [0.0125]);
    const every = grad(simVqLoss, { argnums: [0, 1, 2] })(given(e), given(frozen), given(weights));
    close(numbers(every[0]!), [-0.025, -0.025]);
    expect(numbers(every[1]!), "frozen").toEqual([0, 0, 0, 0, 0, 0]);
    close(numbers(every[2]!), [0.1, 0, 0.1, 0]);
    const s = golden.simvq;
    const codebook = simVqCodebook(given(s.frozen), given(s.weights));
    expect(numbers(nearestCode(given(s.vectors), codebook))).toEqual(s.nearest);
    close(numbers(simVqLoss(given(s.vectors), given(s.frozen), given(s.weights))), [s.loss]);
    const many = grad(simVqLoss, { argnums: [0, 2] })(given(s.vectors), given(s.frozen), given(s.weights));
    close(numbers(many[0]!), all(s.gradientE));
    close(numbers(many[1]!), all(s.gradientW));
  });
  test("perplexity", () => {
    const { share, perplexity } = codebookUse([5, 3, 2, 0]);
    close([share, perplexity], [0.75, 2.8000941], { within: 5e-8 });
  });
});
