import "../setup.ts";
import { jit, numpy as np, random } from "@jax-js/jax";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  balanceLoss,
  depthRouter,
  expandGates,
  expertCapacity,
  expertChoiceRouter,
  followLoad,
  grad,
  limitCapacity,
  lossFreeRouter,
  reluRouter,
  reluRouterControl,
  reluRouterPenalty,
  routedBlocks,
  routedOverflow,
  routerZLoss,
  sparseMixerRouter,
  startRouterBias,
  topKRouter,
} from "../../src/index.ts";
import { close, numbers } from "../close.ts";
import golden from "./routing-golden.json" with { type: "json" };

const { theta, large } = golden;
const marks = (x: np.Array): number[][] => np.notEqual(x, 0).astype(np.float32).js() as number[][];

describe("capacity", () => {
  test("ceil(T k c / E), where floating point says a little more", () => {
    expect(expertCapacity(256, 8, { k: 2, factor: 1.25 })).toBe(80);
    expect(expertCapacity(100, 11, { factor: 1.1 })).toBe(10);
    expect(expertCapacity(10, 4, { factor: 1 })).toBe(3);
    expect(expertCapacity(10, 4, { factor: 100 })).toBe(10);
    expect(expertCapacity(10, 400, { factor: 0.1 })).toBe(1);
  });
  test.each(["score", "position"] as const)("who keeps a place, by %s", (order) => {
    const { theta: one, large: many } = golden.capacity[order];
    const first = limitCapacity(topKRouter(np.array(theta), { k: 1 }), { capacity: 1, order });
    expect(marks(first.gates)).toEqual(one);
    expect([first.dropped.item(), first.unserved.item()]).toEqual([2, 2]);
    const three = limitCapacity(topKRouter(np.array(large), { k: 3 }), { capacity: 3, order });
    expect(marks(three.gates)).toEqual(many);
    expect(three.dropped.item()).toBe(27 - many.flat().reduce((a, b) => a + b));
    expect(three.unserved.item()).toBe(many.filter((row) => row.every((v) => v === 0)).length);
  });
  test("the numbers of the issue's reference", () => {
    const kept = (order: "score" | "position"): number[] =>
      golden.capacity[order].theta.map((row) => Math.max(...row));
    expect(kept("position")).toEqual([1, 1, 0, 0]);
    expect(kept("score")).toEqual([0, 1, 1, 0]);
  });
  test("no expert has more than its room, kept gates are untouched, what is dropped is counted", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 3 }),
        fc.integer(),
        fc.constantFrom("score" as const, "position" as const),
        (capacity, k, seed, order) => {
          const before = topKRouter(random.normal(random.key(seed), [9, 4]), { k });
          const { gates, dropped } = limitCapacity(before.ref, { capacity, order });
          const loads = numbers(np.sum(np.notEqual(before.ref, 0).astype(np.float32), 0));
          const after = numbers(np.sum(np.notEqual(gates.ref, 0).astype(np.float32), 0));
          expect(after).toEqual(loads.map((n) => Math.min(n, capacity)));
          expect(dropped.item()).toBe(loads.reduce((sum, n) => sum + Math.max(0, n - capacity), 0));
          const [old, now] = [numbers(before), numbers(gates)];
          expect(now.every((v, i) => v === 0 || v === old[i])).toBe(true);
        },
      ),
      { numRuns: 40 },
    );
  });
  test("a first choice is never dropped for a second one", () => {
    // Both want expert 0: the first token as its second choice, with the larger weight of all.
    const gates = np.array([
      [0.49, 0.51],
      [0.3, 0],
    ]);
    expect(marks(limitCapacity(gates, { capacity: 1 }).gates)).toEqual([
      [0, 1],
      [1, 0],
    ]);
  });
  test("a gate that is dropped has no output and no gradient", () => {
    const weights = (): np.Array => random.normal(random.key(3), [3, 2, 4]);
    const layer = (gates: np.Array): np.Array =>
      routedBlocks(np.ones([4, 2]), gates, weights(), np.ones([3, 4]), { capacity: 1 });
    const limit = (gates: np.Array): np.Array => limitCapacity(gates, { capacity: 1 }).gates;
    const start = topKRouter(np.array(theta), { k: 1 });
    const y = layer(limit(start.ref)).js() as number[][];
    expect(y.map((row) => row.some((v) => v !== 0))).toEqual([false, true, true, false]);
    const slope = grad((g: np.Array) => np.sum(layer(limit(g))))(start).js() as number[][];
    expect(slope.map((row) => row.some((v) => v !== 0))).toEqual([false, true, true, false]);
  });
  test("compiled as eagerly; NaN comes last and is not hidden", () => {
    const run = (x: np.Array): np.Array => limitCapacity(topKRouter(x, { k: 2 }), { capacity: 2 }).gates;
    close(numbers(jit(run)(np.array(large))), numbers(run(np.array(large))), { within: 1e-7 });
    const broken = large.map((row, t) => (t === 0 ? row.map(() => Number.NaN) : row));
    const gates = jit(run)(np.array(broken)).js() as number[][];
    expect(gates[0]!.every(Number.isNaN)).toBe(true);
    const alone = run(np.array(large.slice(1))).js() as number[][];
    close(gates.slice(1).flat(), alone.flat(), { within: 1e-7 });
  });
});

describe("routedBlocks computes what a router opens", () => {
  const [tokens, inputs, experts, units] = [9, 3, 5, 4];
  const x = (): np.Array => random.normal(random.key(1), [tokens, inputs]);
  const w = (): np.Array => random.normal(random.key(2), [experts, inputs, units]);
  const b = (): np.Array => random.normal(random.key(4), [experts, units]);
  const dense = (gates: np.Array): np.Array => {
    const wide = w()
      .transpose([1, 0, 2])
      .reshape([inputs, experts * units]);
    return expandGates(gates, units).mul(np.matmul(x(), wide).add(b().reshape([experts * units])));
  };
  const routers: { readonly [name: string]: (logits: np.Array) => np.Array } = {
    "top-k": (a) => topKRouter(a, { k: 2 }),
    "expert choice": (a) => expertChoiceRouter(a, { capacity: 4 }),
    "loss-free": (a) => lossFreeRouter(a, { bias: np.array(golden.bias) }, { k: 2 }),
    "SparseMixer-v2": (a) => sparseMixerRouter(a, random.key(3), { k: 2, jitter: 0.5 }),
    ReLU: reluRouter,
    "top-k with a capacity": (a) => limitCapacity(topKRouter(a, { k: 3 }), { capacity: 4 }).gates,
  };
  test.each(Object.entries(routers))("%s: values and gradients of the masked layer", (_, router) => {
    const capacity = tokens;
    const loss = (layer: (gates: np.Array) => np.Array) => (a: np.Array) => np.sum(np.sin(layer(router(a))));
    const routed = (gates: np.Array): np.Array => routedBlocks(x(), gates, w(), b(), { capacity });
    const a = np.array(large);
    close(numbers(routed(router(a.ref))), numbers(dense(router(a.ref))));
    close(numbers(grad(loss(routed))(a.ref)), numbers(grad(loss(dense))(a)), { within: 2e-5 });
  });
  test("with the capacity of the router there is no overflow", () => {
    const gates = limitCapacity(topKRouter(np.array(large), { k: 3 }), { capacity: 4 }).gates;
    expect(routedOverflow(gates, 4).item()).toBe(0);
    expect(routedOverflow(topKRouter(np.array(large), { k: 3 }), 4).item()).toBeGreaterThan(0);
    expect(routedOverflow(expertChoiceRouter(np.array(large), { capacity: 4 }), 4).item()).toBe(0);
  });
  test("Mixture-of-Depths: the tokens with the largest scores pass, the others keep x", () => {
    const scores = [0.3, -1, 2, 0.5];
    const gates = depthRouter(np.array(scores), { capacity: 2 });
    close(numbers(gates.ref), [0, 0, 2, 0.5]);
    const rows = np.array([
      [1, 2],
      [3, 4],
      [5, 6],
      [7, 8],
    ]);
    const y = rows.ref.add(
      routedBlocks(
        rows,
        gates,
        np.array([
          [
            [1, 0],
            [0, 1],
          ],
        ]),
        np.zeros([1, 2]),
        { capacity: 2 },
      ),
    );
    close(numbers(y), [1, 2, 3, 4, 15, 18, 10.5, 12]);
  });
});

test("refused in one sentence: what does not fit", () => {
  const x = (): np.Array => np.array(large);
  const refused: [() => unknown, string][] = [
    [() => topKRouter(x(), { k: 6 }), "topKRouter: k must be a whole number from 1 to 5, not 6."],
    [
      () => topKRouter(x(), undefined as never),
      "topKRouter: options must be given by name, as in { k: ... }, not as nothing.",
    ],
    [() => topKRouter(x(), 2 as never), "not as a number."],
    [
      () => topKRouter(x(), { k: 2, normalise: true } as never),
      "topKRouter: option normalise is unknown; known: k, normalize.",
    ],
    [
      () => balanceLoss(x(), x(), { mask: np.ones([9]) } as never),
      "balanceLoss: option mask is unknown; known: k, weights.",
    ],
    [() => balanceLoss(x(), x().astype(np.int32)), "balanceLoss: gates must be floating-point, not int32"],
    [
      () => limitCapacity(np.zeros([0, 3]), { capacity: 1 }),
      "limitCapacity: gates of shape [0,3] are empty; leave a batch without tokens out.",
    ],
    [
      () => limitCapacity(np.array([[Number.NaN, 1]]), { capacity: 1 }),
      "limitCapacity: gates must be finite, but entry 0 of 2 is NaN; clip them, or look for the NaN before this line.",
    ],
    [
      () => expertCapacity(256, 8, 2 as never),
      "expertCapacity: options must be given by name, as in { k: ... }, not as a number.",
    ],
    [
      () => lossFreeRouter(x(), { k: 1 } as never, undefined as never),
      "lossFreeRouter: options must be given by name",
    ],
    [() => lossFreeRouter(x(), undefined as never, { k: 1 }), "begin with startRouterBias(5)"],
    [
      () => sparseMixerRouter(x(), { k: 2 } as never),
      "sparseMixerRouter: the key must be a key such as random.key(0), not an object that is no array.",
    ],
    [
      () => topKRouter(x(), { k: 1, normalize: true }),
      "topKRouter: with normalize and k = 1 every gate is 1",
    ],
    [
      () => topKRouter([1] as never, { k: 1 }),
      "topKRouter: logits must be an array of jax-js, not a plain list",
    ],
    [
      () => expertChoiceRouter(x(), { capacity: 10 }),
      "expertChoiceRouter: capacity must be a whole number from 1 to 9",
    ],
    [() => lossFreeRouter(x(), startRouterBias(4), { k: 1 }), "of shape [5], one per expert, not [4]"],
    [() => lossFreeRouter(x(), {}, { k: 1 }), "begin with startRouterBias(5)"],
    [
      () => followLoad(startRouterBias(5), x(), { rate: 0 }),
      "followLoad: the rate must be a number above 0, not 0.",
    ],
    [
      () => sparseMixerRouter(x(), random.key(1), { jitter: -1 }),
      "jitter must be a number from 0 to 10, not -1",
    ],
    [() => reluRouterControl(4, 4), "reluRouterControl: k must be a whole number from 1 to 3, not 4."],
    [
      () => limitCapacity(x(), { capacity: 0 }),
      "limitCapacity: capacity must be a whole number from 1 to 9, not 0.",
    ],
    [
      () => limitCapacity(x(), { capacity: 1, order: "size" as never }),
      'order must be "score" or "position", not size',
    ],
    [() => expertCapacity(9, 5, { factor: 0 }), "expertCapacity: factor must be a number above 0, not 0."],
    [() => depthRouter(x(), { capacity: 1 }), "depthRouter: scores must have shape [tokens], not [9,5]"],
    [() => balanceLoss(x(), np.ones([9, 4])), "gates of shape [9,4] do not fit logits of shape [9,5]"],
    [
      () => routerZLoss(x(), { weights: np.ones([5]) }),
      "routerZLoss: weights must have shape [9], one per token, not [5].",
    ],
    [
      () => routerZLoss(x(), { weights: np.full([9], -1) }),
      "a weight is -1; weights must be finite and 0 or more",
    ],
    [
      () => reluRouterPenalty(x(), { k: 0 }),
      "reluRouterPenalty: k must be a whole number from 1 to 5, not 0.",
    ],
  ];
  for (const [run, sentence] of refused) expect(run).toThrow(sentence);
});
