import "../setup.ts";
import { jit, numpy as np } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import {
  balanceLoss,
  depthRouter,
  expertChoiceRouter,
  followLoad,
  grad,
  limitCapacity,
  openShare,
  reluRouterPenalty,
  routerZLoss,
  startRouterBias,
  topKRouter,
} from "../../src/index.ts";
import { close, numbers } from "../close.ts";
import golden from "./routing-golden.json" with { type: "json" };

const { large } = golden;

/** Rows 1, 4 and 8 are padding and hold nonsense. */
const padding = [1, 0, 1, 1, 0, 1, 1, 1, 0];
const real = large.filter((_, t) => padding[t] === 1);
const broken = large.map((row, t) => (padding[t] === 1 ? row : row.map((_, e) => (e % 2 ? Number.NaN : 50))));
const weights = (): np.Array => np.array(padding);
const wanted = (x: np.Array): np.Array => topKRouter(x, { k: 2 });
/** The gates of real rows and, in padding, of one expert. */
const rows = wanted(np.array(real)).js() as number[][];
const paddedRows = padding.map((w, t) =>
  w === 1 ? rows[padding.slice(0, t).filter((v) => v === 1).length]! : [1, 0, 0, 0, Number.NaN],
);
const padded = (): np.Array => np.array(paddedRows);

describe("a token of weight 0 is a row that is not there", () => {
  const onlyReal = (x: np.Array): number[] =>
    (x.js() as number[][]).filter((_, t) => padding[t] === 1).flat();
  const inPadding = (x: np.Array): number[] =>
    (x.js() as number[][]).filter((_, t) => padding[t] === 0).flat();
  const penalties: {
    readonly [name: string]: [with_: (x: np.Array) => np.Array, out: (x: np.Array) => np.Array];
  } = {
    balanceLoss: [
      (x) => balanceLoss(x, padded(), { k: 2, weights: weights() }),
      (x) => balanceLoss(x.ref, wanted(x), { k: 2 }),
    ],
    routerZLoss: [(x) => routerZLoss(x, { weights: weights() }), (x) => routerZLoss(x)],
    reluRouterPenalty: [
      (x) => reluRouterPenalty(np.maximum(x, 0), { weights: weights() }),
      (x) => reluRouterPenalty(np.maximum(x, 0)),
    ],
    openShare: [
      (x) => openShare(np.maximum(x, 0), { weights: weights() }),
      (x) => openShare(np.maximum(x, 0)),
    ],
  };
  test.each(Object.entries(penalties))("%s", (_, [masked, removed]) => {
    close([masked(np.array(broken)).item() as number], [removed(np.array(real)).item() as number]);
    const slope = grad(masked)(np.array(broken));
    close(onlyReal(slope.ref), numbers(grad(removed)(np.array(real))));
    expect(inPadding(slope).every((v) => v === 0)).toBe(true);
    // Compiled, the same.
    close([jit(masked)(np.array(broken)).item() as number], [removed(np.array(real)).item() as number]);
  });
  test("followLoad", () => {
    const own = followLoad(startRouterBias(5), padded(), { weights: weights() });
    close(numbers(own.bias!), numbers(followLoad(startRouterBias(5), wanted(np.array(real))).bias!), {
      within: 1e-9,
    });
  });
  test("expertChoiceRouter, depthRouter, limitCapacity", () => {
    const choice = expertChoiceRouter(np.array(broken), { capacity: 3, weights: weights() });
    close(onlyReal(choice.ref), numbers(expertChoiceRouter(np.array(real), { capacity: 3 })));
    expect(inPadding(choice).every((v) => v === 0)).toBe(true);
    const scores = broken.map((row) => row[1]!);
    const depth = depthRouter(np.array(scores), { capacity: 3, weights: weights() });
    close(onlyReal(depth.ref), numbers(depthRouter(np.array(real.map((row) => row[1]!)), { capacity: 3 })));
    expect(inPadding(depth).every((v) => v === 0)).toBe(true);
    const limited = limitCapacity(padded(), { capacity: 1, weights: weights() });
    const without = limitCapacity(wanted(np.array(real)), { capacity: 1 });
    close(onlyReal(limited.gates.ref), numbers(without.gates));
    expect(inPadding(limited.gates).every((v) => v === 0)).toBe(true);
    expect([limited.dropped.item(), limited.unserved.item()]).toEqual([
      without.dropped.item(),
      without.unserved.item(),
    ]);
  });
  test("more room than there are tokens takes the tokens that there are; nothing but padding is 0", () => {
    const choice = expertChoiceRouter(np.array(broken), { capacity: 9, weights: weights() });
    expect(inPadding(choice).every((v) => v === 0)).toBe(true);
    const none = np.zeros([9]);
    expect(balanceLoss(np.array(broken), padded(), { weights: none.ref }).item()).toBe(0);
    expect(routerZLoss(np.array(broken), { weights: none.ref }).item()).toBe(0);
    expect(openShare(padded(), { weights: none }).item()).toBe(0);
  });
});
