import "../setup.ts";
import { jit, numpy as np, random } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import {
  depthRouter,
  expertChoiceRouter,
  grad,
  lossFreeRouter,
  reluRouter,
  sparseMixerInUse,
  sparseMixerRouter,
  startRouterBias,
  topKRouter,
} from "../../src/index.ts";
import { close, numbers } from "../close.ts";
import golden from "./routing-golden.json" with { type: "json" };

const { large, bias } = golden;
const key = (): np.Array => random.key(5);
const routers: { readonly [name: string]: (x: np.Array, key: np.Array) => np.Array } = {
  topK: (x) => topKRouter(x, { k: 2 }),
  normalised: (x) => topKRouter(x, { k: 2, normalize: true }),
  expertChoice: (x) => expertChoiceRouter(x, { capacity: 3 }),
  lossFree: (x) => lossFreeRouter(x, { bias: np.array(bias) }, { k: 2 }),
  sparseMixer: (x, own) => sparseMixerRouter(x, own, { k: 2, jitter: 0.3 }),
  sparseMixerInUse: (x) => sparseMixerInUse(x, { k: 2, jitter: 0.3 }),
  relu: (x) => reluRouter(x),
  depth: (x) => depthRouter(np.sum(x, -1), { capacity: 3 }),
};

describe("every router", () => {
  for (const [name, router] of Object.entries(routers)) {
    test(`${name}: compiled as eagerly, gates and gradients`, () => {
      const w = random.normal(random.key(9), name === "depth" ? [9, 1] : [9, 5]);
      const slope = (x: np.Array, own: np.Array): np.Array =>
        grad((y: np.Array) => np.sum(router(y, own.ref).mul(w.ref)))(x);
      for (const f of [router, slope]) {
        const eager = numbers(f(np.array(large), key()));
        expect(eager.some((v) => v !== 0)).toBe(true);
        close(numbers(jit(f)(np.array(large), key())), eager, { within: 1e-6 });
      }
    });
    test(`${name}: extreme and equal logits give numbers, NaN stays in its row`, () => {
      const extreme = np.array([
        [100, -100, 0],
        [0, 0, 0],
        [1e30, -1e30, 3],
        [-1e30, -1e30, -1e30],
      ]);
      const three =
        name === "lossFree" ? (x: np.Array) => lossFreeRouter(x, startRouterBias(3), { k: 2 }) : router;
      expect(numbers(three(extreme, key())).every(Number.isFinite)).toBe(true);
      const rows = large.map((row, t) => (t === 4 ? [...row.slice(0, 4), Number.NaN] : row));
      expect(() => router(np.array(rows), key())).toThrow(/must be finite, but entry .* is NaN/);
      const gates = jit(router)(np.array(rows), key()).js() as number[][];
      expect(gates[4]!.some(Number.isNaN)).toBe(true);
      expect(
        gates
          .filter((_, t) => t !== 4)
          .flat()
          .every(Number.isFinite),
      ).toBe(true);
    });
    if (name !== "depth")
      test(`${name}: another shape is one sentence`, () => {
        expect(() => router(np.ones([2, 3, 4]), key())).toThrow(
          /Router: logits must have shape \[tokens, experts\]|sparseMixerInUse: logits must have shape \[tokens, experts\]/,
        );
      });
  }
});
