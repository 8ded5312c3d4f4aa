import { numpy as np, random, tree } from "@jax-js/jax";
import {
  bernoulli,
  categorical,
  type Estimator,
  gumbelRao,
  reinmax,
  rloo,
  statefulExpectation,
  straightThrough,
  valueAndGrad,
} from "hardgrad";
import { describe, test } from "vitest";
import { expectSame } from "../../../test/onnx-harness.ts";

type Params = { [name: string]: np.Array };

/** Loss, gradient and Adam of a small network with a stochastic layer, as one function. */
function trainingStep(
  estimator: Estimator,
  kind: "bernoulli" | "categorical",
): (
  params: Params,
  m: Params,
  v: Params,
  x: np.Array,
  y: np.Array,
  key: np.Array,
  rate: np.Array,
) => unknown {
  const loss = (p: Params, x: np.Array, y: np.Array, key: np.Array): np.Array => {
    const hidden = np.tanh(np.matmul(x, p.w1!).add(p.b1!));
    const logits = np.matmul(hidden, p.w2!);
    const q = kind === "bernoulli" ? bernoulli(logits) : categorical(logits.reshape([-1, 2, 3]));
    const decode = (z: np.Array): np.Array => {
      const flat = kind === "bernoulli" ? z : z.reshape([...z.shape.slice(0, -2), 6]);
      const out = np.matmul(flat, p.w3!.ref).add(p.b3!.ref);
      return np.sum(np.logaddexp(out.ref, 0).sub(out.mul(y.ref)), -1);
    };
    return np.mean(statefulExpectation(q, decode, estimator, key, {}).losses);
  };
  return (params, m, v, x, y, key, rate) => {
    const [value, g] = valueAndGrad((p: Params) => loss(p, x, y, key))(tree.ref(params));
    const next: { [group: string]: Params } = { params: {}, m: {}, v: {} };
    for (const name of Object.keys(params)) {
      const mean = m[name]!.mul(0.9).add(g[name]!.ref.mul(0.1));
      const square = v[name]!.mul(0.999).add(np.square(g[name]!).mul(0.001));
      next.m![name] = mean.ref;
      next.v![name] = square.ref;
      next.params![name] = params[name]!.sub(mean.div(np.sqrt(square).add(1e-3)).mul(rate.ref));
    }
    return { ...next, loss: value };
  };
}

const shapes: { readonly [name: string]: number[] } = {
  w1: [7, 5],
  b1: [5],
  w2: [5, 6],
  w3: [6, 7],
  b3: [7],
};
const arrays = (fn: (shape: number[], seed: number) => np.Array): Params =>
  Object.fromEntries(Object.entries(shapes).map(([name, shape], i) => [name, fn(shape, i)]));

describe("a whole training step", () => {
  for (const [name, estimator, kind] of [
    ["straight-through", straightThrough(), "bernoulli"],
    ["rloo", rloo({ samples: 4 }), "bernoulli"],
    ["reinmax", reinmax(), "categorical"],
    ["gumbel-rao", gumbelRao({ samples: 5 }), "categorical"],
  ] as const)
    test(`${name}, ${kind}`, async () => {
      const args = (): unknown[] => [
        arrays((shape, seed) => random.normal(random.key(seed), shape)),
        arrays((shape) => np.zeros(shape)),
        arrays((shape) => np.zeros(shape)),
        random.normal(random.key(21), [9, 7]),
        random.uniform(random.key(22), [9, 7]),
        random.key(23),
        np.array(0.01),
      ];
      // Gumbel noise is a logarithm of a logarithm; see accuracy.test.ts.
      await expectSame(trainingStep(estimator, kind) as never, args, {
        tolerance: name === "gumbel-rao" ? 1e-4 : 1e-5,
      });
    });
});
