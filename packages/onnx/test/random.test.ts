import { nn, type numpy as np, random, vmap } from "@jax-js/jax";
import { type Case, normal, testCases, x1 } from "./cases.ts";

const draws: readonly Case[] = [
  ["bits", x1((k: np.Array) => random.bits(k, [3, 5])), () => random.key(7)],
  ["split", x1((k: np.Array) => random.split(k, 3)), () => random.key(7)],
  [
    "keys of keys",
    x1((k: np.Array) => vmap((u: np.Array) => random.uniform(u, [4]))(random.split(k, 3))),
    () => random.key(7),
  ],
  [
    "uniform",
    x1((k: np.Array) => [random.uniform(k.ref, [7]), random.uniform(k, [7], { minval: -2, maxval: 3 })]),
    () => random.key(7),
  ],
  ["normal", x1((k: np.Array) => random.normal(k, [9])), () => random.key(7)],
  [
    "exponential, laplace",
    x1((k: np.Array) => [random.exponential(k.ref, [9]), random.laplace(k, [9])]),
    () => random.key(7),
  ],
  [
    "integers",
    x1((k: np.Array) => random.randint(k, { minval: -3, maxval: 9, shape: [6] })),
    () => random.key(7),
  ],
  [
    "bernoulli, categorical",
    (k: np.Array, x: np.Array) => [
      random.bernoulli(k.ref, nn.sigmoid(x.ref), [3, 5]),
      random.categorical(k, x),
    ],
    () => random.key(7),
    () => normal(1, [3, 5]),
  ],
  ["permutation", x1((k: np.Array) => random.permutation(k, 6)), () => random.key(7)],
  ["a key of its own", x1((x: np.Array) => x.add(random.uniform(random.key(5), [3]))), () => normal(1, [3])],
];

// Their integer operators are those that differ most between runtimes.
testCases({ draws }, { web: true });
