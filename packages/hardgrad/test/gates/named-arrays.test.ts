import "../setup.ts";
import { numpy as np, tree } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import {
  type Anchor,
  addAnchor,
  capacityPenalty,
  fadeAnchor,
  followThreshold,
  keepClosed,
  largestFree,
  type NamedArrays,
  openGradients,
  pathImportance,
  pathIntegral,
  protect,
  quadraticPenalty,
  scoreMask,
  thresholdOf,
  type UpdateRule,
  union,
} from "../../src/index.ts";

const square = (): np.Array => np.array([[1, 2], [3, 4]]); // biome-ignore format: a matrix
const rule: UpdateRule = {
  init: (params) => ({ "w1.m": np.zeros(params.w1!.shape), count: np.array(0) }),
  update: (g, state, params) => {
    tree.dispose(g);
    return {
      params: Object.fromEntries(Object.entries(params).map(([n, x]) => [n, x.add(1)])),
      state,
    };
  },
};
const update = (open: NamedArrays, gradients: NamedArrays = { w1: np.zeros([2, 2]) }) => {
  const params = { w1: square() };
  return protect(rule).update(gradients, rule.init(params), params, np.array(0.1), open);
};

describe("masks whose name or shape fits nothing", () => {
  test("protect refuses a mask of a name that no parameter has, and says which was meant", () => {
    expect(() => update({ W1: np.zeros([2, 2]) })).toThrow(
      /protect: the mask W1 belongs to no parameter; did you mean w1\?/,
    );
    for (const name of ["w", "w2", "w1.m", "toString"])
      expect(() => update({ [name]: np.zeros([2, 2]) }), name).toThrow(
        /belongs to no parameter; use one of w1/,
      );
    const { params } = update({ w1: np.zeros([2, 2]) });
    expect(params.w1!.js()).toEqual([[1, 2], [3, 4]]); // biome-ignore format: a matrix
  });
  test("of many names it lists the first twelve", () => {
    const many = (count: number): NamedArrays =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`w${i}`, np.ones([1])]));
    const said = (count: number): string => {
      try {
        openGradients(many(count), { v: np.ones([1]) });
        return "";
      } catch (error) {
        return (error as Error).message;
      }
    };
    const twelve = Array.from({ length: 12 }, (_, i) => `w${i}`).join(", ");
    expect(said(12)).toMatch(`use one of ${twelve}.`);
    expect(said(13)).toMatch(`use one of ${twelve}, ....`);
    expect(said(0)).toMatch("use no name.");
  });
  test("so do keepClosed and openGradients", () => {
    const open = (): NamedArrays => ({ Mean: np.array([0, 1]) });
    expect(() => keepClosed({ mean: np.ones([2]) }, { mean: np.zeros([2]) }, open())).toThrow(
      /keepClosed: the mask Mean belongs to no array; did you mean mean\?/,
    );
    expect(() => openGradients({ mean: np.ones([2]) }, open())).toThrow(
      /openGradients: the mask Mean belongs to no gradient/,
    );
  });
  test("a mask of fewer axes does not say whether it means rows or columns", () => {
    const said = /the mask of w1 has shape \[2\], but w1 has \[2,2\]; give it that shape, with 1 for an axis/;
    expect(() => update({ w1: np.array([0, 1]) })).toThrow(said);
    expect(() => keepClosed({ w1: square() }, { w1: square() }, { w1: np.array([0, 1]) })).toThrow(said);
    expect(() => openGradients({ w1: square() }, { w1: np.array([0, 1]) })).toThrow(said);
    expect(() => update({ w1: np.array(0) })).toThrow(/has shape \[\]/);
    expect(update({ w1: np.array([[0], [1]]) }).params.w1!.js()).toEqual([[1, 2], [4, 5]]); // biome-ignore format: a matrix
  });
  test("gradients and values from before of other names or shapes", () => {
    expect(() => update({}, { w1: np.zeros([2]) })).toThrow(
      /gradient w1 has shape \[2\], but must have \[2,2\]/,
    );
    expect(() => update({}, {})).toThrow(/parameter w1 has no gradient/);
    expect(() => update({}, { w1: square(), w2: square() })).toThrow(/gradient w2 belongs to no parameter/);
    expect(() => keepClosed({ a: np.ones([2]) }, { a: np.ones([2]), b: np.ones([2]) }, {})).toThrow(
      /value from before b has no value/,
    );
    expect(() => keepClosed({ a: square() }, { a: np.ones([2]) }, {})).toThrow(/value a has shape \[2,2\]/);
    const forgetful: UpdateRule = { ...rule, update: (_g, state) => ({ params: {}, state }) };
    const params = { w1: square() };
    expect(() =>
      protect(forgetful).update({ w1: square() }, rule.init(params), params, np.array(1), {}),
    ).toThrow(/parameter w1 has no updated parameter/);
  });
});

describe("penalties", () => {
  const anchor = (name: string, importance: np.Array, values: np.Array): Anchor => ({
    importance: { [name]: importance },
    values: { [name]: values },
  });
  test("an importance that merely broadcasts, or of no parameter, is refused", () => {
    const wide = (): NamedArrays => ({ w: square() });
    const two = (): np.Array => np.ones([2]);
    expect(() => quadraticPenalty(wide(), anchor("w", two(), two()))).toThrow(
      /quadraticPenalty: the importance of w has shape \[2\], but must have \[2,2\]/,
    );
    expect(() => quadraticPenalty(wide(), anchor("w", square(), two()))).toThrow(/value w has shape \[2\]/);
    expect(() => quadraticPenalty(wide(), anchor("W", square(), square()))).toThrow(/did you mean w\?/);
    expect(() => quadraticPenalty(wide(), { importance: { w: square() }, values: {} })).toThrow(
      /importance w has no value/,
    );
    expect(quadraticPenalty(wide(), anchor("w", np.ones([2, 2]), np.zeros([2, 2]))).item()).toBe(15);
    expect(quadraticPenalty(wide(), { importance: {}, values: {} }).item()).toBe(0);
  });
  test("anchors and path integrals keep to one set of names and shapes", () => {
    const a = (): Anchor => anchor("w", square(), square());
    const b = (): Anchor => anchor("w", np.ones([2]), np.ones([2]));
    const c = (): Anchor => anchor("v", square(), square());
    for (const merge of [addAnchor, (x: Anchor, y: Anchor) => fadeAnchor(x, y, 1)]) {
      expect(() => merge(a(), b())).toThrow(/importance w has shape \[2\], but must have \[2,2\]/);
      expect(() => merge(a(), c())).toThrow(/importance v belongs to no earlier importance/);
    }
    for (const gamma of [-1, 1.5, Number.NaN])
      expect(() => fadeAnchor(a(), a(), gamma)).toThrow(/gamma must be/);
    const w = (): NamedArrays => ({ w: square() });
    const two = (): NamedArrays => ({ w: np.ones([2]) });
    expect(() => pathIntegral(w(), two(), w(), w())).toThrow(/gradient w has shape \[2\]/);
    expect(() => pathIntegral(w(), w(), two(), w())).toThrow(/before w has shape \[2\]/);
    expect(() => pathIntegral(w(), w(), w(), { v: square() })).toThrow(/after v belongs to no path integral/);
    expect(() => pathImportance(w(), two(), w(), 0.1)).toThrow(/before w has shape \[2\]/);
    expect(() => pathImportance(w(), w(), w(), 0)).toThrow(/damping must be a number above 0, not 0/);
  });
  test("gates, masks and thresholds", () => {
    expect(() => capacityPenalty([np.ones([3])], [np.ones([1])])).toThrow(
      /the gates of layer 1 has shape \[3\]/,
    );
    expect(() => union(np.ones([2, 2]), np.ones([2]))).toThrow(/union: the second mask has shape \[2\]/);
    expect(() => largestFree(square(), np.ones([2]), 0.5)).toThrow(/largestFree: free has shape \[2\]/);
    expect(() => thresholdOf(square(), 0.5, np.ones([2]))).toThrow(/thresholdOf: among has shape \[2\]/);
    expect(() => scoreMask(square(), np.ones([2]))).toThrow(/scoreMask: the threshold has shape \[2\]/);
    expect(() => followThreshold(np.ones([2]), square(), 0.5, np.array(1))).toThrow(/must have \[\]/);
  });
});

describe("thresholds among equal scores", () => {
  const open = (x: number[], share: number, among?: number[]): number => {
    const t = thresholdOf(np.array(x), share, among && np.array(among)).item();
    return x.filter((v, i) => (!among || among[i]! > 0) && Math.fround(v) > t).length;
  };
  test("none for 0, all for 1, and never none where one is wanted", () => {
    for (const x of [
      [2, 2, 2, 2],
      [0, 0, 0, 0],
      [-7, -7, -7, -7],
      [1e30, 1e30, 1e30, 1e30],
      [1e-40, 1e-40, 1e-40, 1e-40],
    ]) {
      expect(open(x, 0)).toBe(0);
      expect(open(x, 0.1)).toBe(0); // 0.4 of an entry: none is meant
      for (const share of [0.2, 0.5, 0.9, 1]) expect(open(x, share), `${x} ${share}`).toBe(4);
    }
    expect(open([1000, 1000.0001, 1000], 1)).toBe(3);
  });
  test("with some equal, at most the wanted share; the largest together where that would be none", () => {
    expect(open([0, 1, 1, 1, 2], 0.4)).toBe(1);
    expect(open([0, 1, 1, 1, 2], 0.8)).toBe(4);
    expect(open([5, 5, 1, 1], 0.25)).toBe(2);
    expect(open([9, 3, 3, 1], 0.34, [0, 1, 1, 1])).toBe(2);
    expect(open([9, 9, -4, -4], 0.5, [0, 0, 1, 1])).toBe(2);
  });
  test("NaN in scores or threshold is seen in the mask", () => {
    const mask = scoreMask(np.array([1, Number.NaN, 3]), np.array(2)).js() as number[];
    expect(mask).toEqual([0, Number.NaN, 1]);
    expect((scoreMask(np.array([1, 3]), np.array(Number.NaN)).js() as number[]).every(Number.isNaN)).toBe(
      true,
    );
  });
});
