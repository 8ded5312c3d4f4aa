import { nn, numpy as np } from "@jax-js/jax";
import { type Case, ints, normal, testCases, words, x1, x2 } from "./cases.ts";

const layout: readonly Case[] = [
  ["transpose", x1((x: np.Array) => np.transpose(x, [2, 0, 1])), () => normal(1, [2, 3, 5])],
  ["reshape", x1((x: np.Array) => x.reshape([5, 6])), () => normal(1, [2, 3, 5])],
  [
    "reshape of a broadcast",
    x1((x: np.Array) => np.broadcastTo(x.reshape([2, 1, 3]), [2, 4, 3]).reshape([8, 3])),
    () => normal(1, [2, 3]),
  ],
  [
    "reshape that keeps a broadcast axis",
    x1((x: np.Array) =>
      np
        .broadcastTo(x.reshape([2, 1, 3]), [2, 4, 3])
        .reshape([2, 4, 1, 3])
        .mul(2),
    ),
    () => normal(1, [2, 3]),
  ],
  ["broadcast", x1((x: np.Array) => np.broadcastTo(x, [4, 2, 3])), () => normal(1, [2, 1])],
  ["flip", x1((x: np.Array) => [np.flip(x.ref, 1), np.flip(x, [0, 2])]), () => normal(1, [2, 3, 5])],
  [
    "slice",
    x1((x: np.Array) => [x.ref.slice([1, 3], 0), x.slice([], [], null, [2])]),
    () => normal(1, [4, 3, 5]),
  ],
  [
    "pad",
    x1((x: np.Array) =>
      np.pad(x, [
        [1, 0],
        [0, 2],
      ]),
    ),
    () => normal(1, [2, 3]),
  ],
  [
    "pad of a broadcast",
    x1((x: np.Array) =>
      np.pad(np.broadcastTo(x, [2, 3]), [
        [1, 0],
        [0, 2],
      ]),
    ),
    () => normal(1, [2, 1]),
  ],
  [
    "concatenate",
    x2((x, y) => np.concatenate([x, y.ref, np.broadcastTo(y.slice([], [0, 1]), [3, 2])], -1)),
    () => normal(1, [3, 2]),
    () => normal(2, [3, 4]),
  ],
  ["concatenate of types", x2((x, y) => np.concatenate([x, y])), () => ints(1, [3]), () => normal(2, [4])],
  [
    "stack, split",
    x1((x: np.Array) => np.split(np.stack([x.ref, x.mul(2)], 1), 2, 0)),
    () => normal(1, [4, 3]),
  ],
  [
    "tile, repeat, roll",
    x1((x: np.Array) => [np.tile(x.ref, [2, 3]), np.repeat(x.ref, 3, 1), np.roll(x, 2, 1)]),
    () => normal(1, [2, 5]),
  ],
  [
    "diag, trace, tril",
    x1((x: np.Array) => [np.diagonal(x.ref), np.trace(x.ref), np.tril(x)]),
    () => normal(1, [4, 4]),
  ],
  ["eye, arange", x1((x: np.Array) => np.eye(4).mul(x).add(np.arange(4))), () => normal(1, [4, 1])],
];

const sums: readonly Case[] = [
  [
    "sum",
    x1((x: np.Array) => [np.sum(x.ref, 1), np.sum(x.ref, [0, 2]), np.sum(x)]),
    () => normal(1, [2, 3, 5]),
  ],
  ["mean, std", x1((x: np.Array) => [np.mean(x.ref, 1), np.std(x, 0)]), () => normal(1, [7, 3])],
  ["prod", x1((x: np.Array) => np.prod(x, [0, 1])), () => normal(1, [2, 3, 5])],
  [
    "min, max",
    x1((x: np.Array) => [np.min(x.ref, -1), np.max(x, [0, 1], { keepdims: true })]),
    () => normal(1, [2, 3, 5]),
  ],
  [
    "sums of integers",
    x1((x: np.Array) => [np.sum(x.ref, 0), np.prod(x.ref, 1), np.max(x.ref, 0), np.min(x)]),
    () => ints(1, [3, 4]),
  ],
  [
    "sums of words",
    x1((x: np.Array) => [np.sum(x.ref, 0), np.max(x.ref, 0), np.min(x, 0)]),
    () => words(1, [3, 4]),
  ],
  [
    "sum of a broadcast",
    x1((x: np.Array) => [
      np.sum(np.broadcastTo(x.ref, [4, 3, 5]), 0),
      np.prod(np.broadcastTo(x.ref, [4, 3, 5]), [0, 1]),
      np.max(np.broadcastTo(x, [4, 3, 5]), 0),
    ]),
    () => normal(1, [3, 1]),
  ],
  [
    "argmax, argmin",
    x1((x: np.Array) => [np.argmax(x.ref, 1), np.argmin(x.ref, 0), np.argmax(x)]),
    () => ints(1, [5, 7]).astype(np.float32),
  ],
  ["cumsum, cumprod", x1((x: np.Array) => [np.cumsum(x.ref, 1), np.cumprod(x, 0)]), () => normal(1, [3, 7])],
  ["cumsum, long", x1((x: np.Array) => np.cumsum(x)), () => normal(1, [600])],
  [
    "logsumexp, softmax",
    x1((x: np.Array) => [nn.logsumexp(x.ref, -1), nn.softmax(x.ref, 0), nn.logSoftmax(x, -1)]),
    () => normal(1, [3, 7]),
  ],
];

testCases({ layout, sums });
