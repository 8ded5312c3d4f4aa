import { lax, nn, numpy as np, random, vmap } from "@jax-js/jax";
import {
  bernoulli,
  categorical,
  grad,
  reinforceLeaveOneOut,
  reinmax,
  rloo,
  sample,
  statefulExpectation,
  through,
} from "hardgrad";
import { expect, test } from "vitest";
import { expectClose, runJax, runModel } from "../../../test/onnx-harness.ts";
import { decodeModel, lower, type Traceable } from "../src/index.ts";

const normal = (seed: number, shape: number[]): np.Array => random.normal(random.key(seed), shape);
const w1 = normal(1, [6, 4]);
const w2 = normal(2, [4, 5]);

/** Functions of `[batch, 6]`; some with a key. */
const functions: { readonly [name: string]: (x: np.Array, key: np.Array) => unknown } = {
  "a network": (x, key) => {
    key.dispose();
    return { scores: np.matmul(np.tanh(np.matmul(x, w1.ref)), w2.ref) };
  },
  "hard units, sampled": (x, key) => np.matmul(sample(bernoulli(np.matmul(x, w1.ref)), key), w2.ref),
  "categorical latents": (x, key) => sample(categorical(np.matmul(x, w1.ref).reshape([-1, 2, 2])), key),
  "a mean over the batch": (x, key) => {
    key.dispose();
    return np.mean(np.square(x.sub(np.mean(x.ref, 0))), 0);
  },
  "a gradient by a path": (x, key) =>
    grad((a: np.Array) => np.mean(np.square(through(bernoulli(a), reinmax(), key))))(x),
  "a gradient by score": (x, key) =>
    grad((a: np.Array) => {
      const f = (z: np.Array): np.Array => np.square(np.sum(z, -1).sub(2));
      return np.sum(statefulExpectation(bernoulli(a), f, rloo({ samples: 3 }), key, {}).losses);
    })(x),
  "a gradient by score, with the other examples as baseline": (x, key) =>
    grad((a: np.Array) => {
      const f = (z: np.Array): np.Array => np.square(np.sum(z, -1).sub(2));
      return np.mean(statefulExpectation(bernoulli(a), f, reinforceLeaveOneOut(), key, {}).losses);
    })(x),
  "losses and gradients, which share their draws": (x, key) => {
    const f = (z: np.Array): np.Array => np.sin(np.sum(z, [-1, -2]));
    const losses = (a: np.Array, k: np.Array): np.Array =>
      statefulExpectation(categorical(a.reshape([-1, 2, 3])), f, reinmax(), k, {}).losses;
    return [losses(x.ref, key.ref), grad((a: np.Array) => np.sum(losses(a, key)))(x)];
  },
  "softmax and argmax": (x, key) => {
    key.dispose();
    return [nn.softmax(x.ref, -1), np.argmax(x.ref, -1), nn.oneHot(np.argmax(x, 1), 6)];
  },
  "keys of each example": (x, key) =>
    vmap((row: np.Array, k: np.Array) => row.add(random.uniform(k, [6])))(x, random.split(key, x.shape[0]!)),
  "slices, flips and padding": (x, key) => {
    key.dispose();
    return [
      x.ref.slice([1], [2, 5]),
      np.flip(x.ref, 0),
      np.pad(x, [
        [1, 0],
        [0, 1],
      ]),
    ];
  },
  "rows twice over": (x, key) => {
    key.dispose();
    return np.concatenate([x.ref, x.mul(2)], 0);
  },
  "its largest rows": (x, key) => {
    key.dispose();
    return lax.topK(x, 2);
  },
};

for (const [name, fn] of Object.entries(functions))
  test(`${name}: one model for any batch`, async () => {
    const args = (n: number): np.Array[] => [normal(3, [n, 6]), random.key(5)];
    const lowered = lower(fn as Traceable, args(4), { batch: ["input0"] });
    for (const n of [1, 4, 9]) {
      const least = name.startsWith("slices") || name.includes("other examples") ? 2 : 1;
      if (n < least) continue;
      // The tolerance of the issue; both sum in float32.
      expectClose(await runModel(lowered, args(n)), runJax(fn, args(n)), 1e-5);
      expectClose(await runModel(lowered, args(n), "web"), runJax(fn, args(n)), 1e-5);
    }
  });

test("the free axis has a name in the model", () => {
  const { model } = lower((x: np.Array) => x.mul(2), [normal(1, [4, 6])], { batch: true });
  const { input, output } = decodeModel(model).graph;
  for (const port of [...input, ...output])
    expect(port.type.tensorType.shape.dim.map((d) => d.dimParam || d.dimValue)).toEqual(["batch", 6]);
});

test("a function that depends on the number of examples is refused", () => {
  const ramp = (x: np.Array): np.Array => x.mul(np.linspace(0, 1, x.shape[0]!).reshape([-1, 1]));
  expect(() => lower(ramp, [normal(1, [4, 6])], { batch: true })).toThrow(/the batch axis cannot be free/);
  const parity = (x: np.Array): np.Array => (x.shape[0]! % 4 === 3 ? x.mul(2) : np.sin(x));
  expect(() => lower(parity, [normal(1, [4, 6])], { batch: true })).toThrow(/the batch axis cannot be free/);
  const identity = (x: np.Array): np.Array => x;
  expect(() => lower(identity, [normal(1, [4])], { batch: ["images"] })).toThrow(/batch names images/);
});
