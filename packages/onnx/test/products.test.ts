import { lax, nn, numpy as np, vmap } from "@jax-js/jax";
import { grad } from "hardgrad";
import { type Case, int, ints, normal, testCases, x1, x2 } from "./cases.ts";

const products: readonly Case[] = [
  ["matrix", x2(np.matmul), () => normal(1, [3, 5]), () => normal(2, [5, 4])],
  ["vectors", x2(np.dot), () => normal(1, [5]), () => normal(2, [5])],
  ["matrix and vector", x2(np.matmul), () => normal(1, [3, 5]), () => normal(2, [5])],
  ["batches", x2(np.matmul), () => normal(1, [2, 3, 5]), () => normal(2, [2, 5, 4])],
  ["batches that broadcast", x2(np.matmul), () => normal(1, [2, 1, 3, 5]), () => normal(2, [7, 5, 4])],
  [
    "outer product",
    x2((x, y) => np.matmul(x.reshape([3, 1]), y.reshape([1, 4]))),
    () => normal(1, [3]),
    () => normal(2, [4]),
  ],
  [
    "a broadcast along the sum",
    x2((x, y) => np.matmul(np.broadcastTo(x, [3, 5]), y)),
    () => normal(1, [3, 1]),
    () => normal(2, [5, 4]),
  ],
  ["integers", x2(np.matmul), () => ints(1, [3, 5]), () => ints(2, [5, 4])],
  [
    "conv",
    (x: np.Array, y: np.Array) => lax.conv(x, y, [2, 1], "SAME"),
    () => normal(1, [2, 3, 7, 6]),
    () => normal(2, [4, 3, 3, 2]),
  ],
  [
    "conv, dilated and cropped",
    (x: np.Array, y: np.Array) =>
      lax.convGeneralDilated(
        x,
        y,
        [1, 2],
        [
          [2, 1],
          [-1, 0],
        ],
        { lhsDilation: [2, 1], rhsDilation: [1, 2] },
      ),
    () => normal(1, [2, 3, 5, 6]),
    () => normal(2, [4, 3, 3, 2]),
  ],
  [
    "conv, gradient",
    (x: np.Array, y: np.Array) =>
      grad((p: [np.Array, np.Array]) => np.sum(np.sin(lax.conv(p[0], p[1], [2, 1], "SAME"))))([x, y]),
    () => normal(1, [2, 3, 7, 6]),
    () => normal(2, [4, 3, 3, 2]),
  ],
  [
    "conv under vmap",
    (x: np.Array, y: np.Array) => vmap((u: np.Array, v: np.Array) => lax.conv(u, v, [1], "VALID"))(x, y),
    () => normal(1, [3, 2, 2, 7]),
    () => normal(2, [3, 4, 2, 3]),
  ],
  [
    "pool and its gradient",
    x1((x: np.Array) =>
      grad((u: np.Array) =>
        np.sum(np.square(lax.reduceWindow(u, (w: np.Array) => np.max(w) as never, [3, 2], [2, 2]))),
      )(x),
    ),
    () => normal(1, [2, 7, 6]),
  ],
];

const indexing: readonly Case[] = [
  ["gather rows", (x: np.Array, i: np.Array) => x.slice(i), () => normal(1, [5, 3]), () => int([4, 0, 0])],
  [
    "gather on a later axis",
    (x: np.Array, i: np.Array) => x.slice([], i),
    () => normal(1, [5, 3, 2]),
    () =>
      int([
        [2, 0],
        [1, 1],
      ]),
  ],
  [
    "gather by two indices",
    (x: np.Array, i: np.Array, j: np.Array) => x.slice(i, [], j),
    () => normal(1, [5, 3, 4]),
    () => int([4, 0, 2]),
    () => int([[1], [3]]),
  ],
  [
    "gather under vmap",
    (x: np.Array, i: np.Array) => vmap((u: np.Array, j: np.Array) => u.slice(j))(x, i),
    () => normal(1, [4, 5, 3]),
    () => int([4, 0, 2, 1]),
  ],
  [
    "gather, gradient (scatter)",
    (x: np.Array, i: np.Array) => grad((u: np.Array) => np.sum(np.square(u.slice([], i))))(x),
    () => normal(1, [3, 5]),
    () => int([4, 0, 4]),
  ],
  [
    "take along an axis",
    (x: np.Array, i: np.Array) => np.takeAlongAxis(x, i, 1),
    () => normal(1, [3, 5]),
    () =>
      int([
        [1, 4],
        [0, 0],
        [2, 3],
      ]),
  ],
  ["one-hot", x1((i: np.Array) => nn.oneHot(i, 5)), () => int([4, 0, 2])],
  ["sort", x1((x: np.Array) => [np.sort(x.ref), np.sort(x, 0)]), () => normal(1, [4, 7])],
  [
    "argsort with ties",
    x1((x: np.Array) => [np.argsort(x.ref), np.argsort(x, 0)]),
    () => ints(1, [4, 7], 0, 3),
  ],
  [
    "sort, gradient",
    x1((x: np.Array) => grad((u: np.Array) => np.sum(np.sort(u).mul(np.arange(5))))(x)),
    () => normal(1, [3, 5]),
  ],
  ["top k", x1((x: np.Array) => lax.topK(x, 3)), () => ints(1, [4, 7], 0, 4).astype(np.float32)],
];

testCases({ products, indexing });
