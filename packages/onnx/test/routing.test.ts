import { numpy as np, random } from "@jax-js/jax";
import {
  depthRouter,
  expertChoiceRouter,
  limitCapacity,
  lossFreeRouter,
  reluRouter,
  routedBlocks,
  routedExperts,
  sparseMixerInUse,
  topKRouter,
} from "hardgrad";
import { describe, test } from "vitest";
import { expectSame } from "../../../test/onnx-harness.ts";

const [tokens, inputs, experts, units] = [12, 6, 5, 4];
const normal = (seed: number, shape: number[]): np.Array => random.normal(random.key(seed), shape);

/** Tokens, weights of the router and of its experts: the gates, and what the open experts make of the tokens. */
const layer =
  (router: (logits: np.Array) => np.Array) =>
  (x: np.Array, w: np.Array, own: np.Array): np.Array[] => {
    const blocks = own.shape[0]!;
    const gates = router(np.matmul(x.ref, w));
    const y = routedBlocks(x, gates.ref, own, np.ones([blocks, units]), { capacity: tokens });
    return [gates, np.sum(y.reshape([tokens, blocks, units]), 1)];
  };
const args = (blocks = experts): np.Array[] => [
  normal(1, [tokens, inputs]),
  normal(2, [inputs, blocks]),
  normal(3, [blocks, inputs, units]),
];

const routers: { readonly [name: string]: (logits: np.Array) => np.Array } = {
  "top-k": (a) => topKRouter(a, { k: 2 }),
  "top-k, normalised": (a) => topKRouter(a, { k: 2, normalize: true }),
  "expert choice": (a) => expertChoiceRouter(a, { capacity: 5 }),
  "loss-free": (a) => lossFreeRouter(a, { bias: np.array([0.1, -0.2, 0.05, 0.3, -0.1]) }, { k: 2 }),
  "SparseMixer-v2": (a) => sparseMixerInUse(a, { k: 2 }),
  ReLU: reluRouter,
  "top-k with a capacity": (a) => limitCapacity(topKRouter(a, { k: 2 }), { capacity: 4 }).gates,
};

describe("every router in use, as an ONNX model and compiled", () => {
  for (const [name, router] of Object.entries(routers))
    test(name, async () => {
      await expectSame(layer(router), () => args());
    });
  test("Mixture-of-Depths", async () => {
    const router = (a: np.Array): np.Array => depthRouter(a.reshape([tokens]), { capacity: 3 });
    await expectSame(layer(router), () => args(1));
  });
  for (const placing of ["products", "scatter"] as const)
    test(`experts of two layers, by ${placing}`, async () => {
      const mixture = (x: np.Array, w: np.Array, own: np.Array): np.Array[] => {
        const { gates, dropped } = limitCapacity(topKRouter(np.matmul(x.ref, w), { k: 2 }), { capacity: 4 });
        const expert = (rows: np.Array) =>
          np.matmul(np.tanh(np.matmul(rows, own.ref)), np.matrixTranspose(own));
        return [routedExperts(x, gates, expert, { capacity: 4, placing }), dropped];
      };
      await expectSame(mixture, () => args());
    });
});
