import "../setup.ts";
import { jit, numpy as np, random } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import {
  codeVectors,
  countCodes,
  fsq,
  fsqCodes,
  fsqIndices,
  grad,
  kMeansCodebook,
  lfq,
  lfqCodes,
  lfqEntropies,
  lfqIndices,
  moveCodebook,
  moveCounts,
  nearestCode,
  replaceDeadCodes,
  startMovingCodebook,
} from "../../src/index.ts";
import { close, numbers } from "../close.ts";
import golden from "./golden.json" with { type: "json" };

/** What is no code: numbers out of range, vectors of NaN, padding. None of it may look like a code, or count as one. */

const int = (values: readonly number[]): np.Array => np.array([...values], { dtype: np.int32 });
const { NaN: none } = Number;

describe("an index that names no code", () => {
  const book = (): np.Array => np.array([[1, 2], [3, 4], [5, 6]]); // biome-ignore format: a matrix
  const calls: [string, (x: np.Array) => np.Array, number[], number[][]][] = [
    ["codeVectors", (x) => codeVectors(book(), x), [-1, 2, 3, -7], [[none, none], [5, 6], [none, none], [none, none]]],
    ["fsqCodes", (x) => fsqCodes(x, [5, 3]), [15, 14, -1], [[none, none], [1, 1], [none, none]]],
    ["lfqCodes", (x) => lfqCodes(x, 2), [4, 2, -1], [[none, none], [1, -1], [none, none]]],
  ]; // biome-ignore format: a table
  test.each(calls)("%s: NaN, compiled or not", (_, fn, indices, rows) => {
    expect(numbers(fn(int(indices)))).toEqual(rows.flat());
    expect(numbers(jit(fn)(int(indices)))).toEqual(rows.flat());
  });
  test("no gradient goes to another codeword", () => {
    const g = grad((c: np.Array) => np.sum(codeVectors(c, int([1, 3])).mul(np.array([[1, 1], [1, 1]]))))(book()); // biome-ignore format: a matrix
    expect(numbers(g)).toEqual([0, 0, 1, 1, 0, 0]);
  });
  test("it counts nowhere", () => {
    expect(numbers(countCodes(int([0, -1, 3, 0]), 3))).toEqual([2, 0, 0]);
    const state = () => startMovingCodebook(book());
    const [with_, without] = [
      moveCodebook(state(), np.array([[none, 1], [7, 7]]), int([-1, 1])), // biome-ignore format: a matrix
      moveCodebook(state(), np.array([[7, 7]]), int([1])),
    ];
    for (const name of ["codebook", "count", "sum"] as const)
      expect(numbers(with_[name]!)).toEqual(numbers(without[name]!));
  });
});

describe("NaN has no number", () => {
  const calls: [string, (x: np.Array) => np.Array][] = [
    ["nearestCode", (x) => nearestCode(x, np.array([[0, 0], [1, 1], [9, 9]]))], // biome-ignore format: a matrix
    ["fsqIndices", (x) => fsqIndices(fsq(x, [3, 3]), [3, 3])],
    ["lfqIndices", (x) => lfqIndices(lfq(x))],
  ];
  test.each(calls)("%s: -1, and only there", (_, fn) => {
    const x = () => np.array([[[8, none], [none, none]], [[8, 9], [0, 0]]]); // biome-ignore format: a table
    const found = numbers(fn(x()));
    expect(found.slice(0, 2)).toEqual([-1, -1]);
    expect(found.slice(2)).not.toContain(-1);
    expect(found.slice(2).every((n) => n < 9)).toBe(true);
    expect(numbers(jit(fn)(x()))).toEqual(found);
  });
  test("a codebook with NaN has no nearest codeword", () => {
    expect(numbers(nearestCode(np.array([[1, 1], [5, 5]]), np.array([[0, 0], [none, 1]])))).toEqual([-1, -1]); // biome-ignore format: a matrix
    expect(numbers(nearestCode(np.array([[Infinity, 1]]), np.array([[0, 0], [1, 1]])))).toEqual([0]); // biome-ignore format: a matrix
  });
});

describe("a vector of weight 0 is not there", () => {
  const { start, x, weights, indices, counts, count, codebook } = golden.weighted;
  const broken = () => np.array(x.map((row, i) => (weights[i] === 0 ? [none, 1, Infinity] : row)));
  const w = () => np.array(weights);
  test("counts, moving counts and moving codebook, and weights of any size", () => {
    close(numbers(countCodes(int(indices), 4, { weights: w() })), counts);
    close(numbers(moveCounts(np.ones([4]), int(indices), 0.75, { weights: w() })), count);
    const state = () => ({ codebook: np.array(start), count: np.ones([4]), sum: np.array(start) });
    const step = (e: np.Array) => moveCodebook(state(), e, int(indices), { decay: 0.75, weights: w() });
    for (const moved of [step(broken()), jit(step)(broken())]) {
      close(numbers(moved.count), count);
      close(numbers(moved.codebook), codebook.flat());
    }
  });
  test("dead codes never become padding; where all is padding none is replaced", () => {
    const state = () => ({ codebook: np.zeros([500, 3]), count: np.zeros([500]) });
    const { state: next, replaced } = replaceDeadCodes(state(), broken(), random.key(2), 1, { weights: w() });
    expect(numbers(np.sum(replaced))).toEqual([500]);
    const rows = (next.codebook.js() as number[][]).map(String);
    const real = x.filter((_, i) => weights[i]! > 0).map((row) => String(row.map(Math.fround)));
    expect([...new Set(rows)].sort()).toEqual([...new Set(real)].sort());
    // In equal parts: 4.5 standard errors of 500 draws from 5.
    for (const row of real)
      expect(Math.abs(rows.filter((r) => r === row).length - 100)).toBeLessThan(4.5 * Math.sqrt(80));
    const all = replaceDeadCodes(state(), broken(), random.key(2), 1, { weights: np.zeros([7]) });
    expect(numbers(np.sum(all.replaced))).toEqual([0]);
    expect(numbers(np.sum(np.abs(all.state.codebook)))).toEqual([0]);
  });
  test("the entropies of a lookup-free quantizer, and their gradient", () => {
    const { x: logits, weights: real, sample, batch } = golden.paddedEntropies;
    const rows = () => np.array(logits.map((row, i) => (real[i] ? row : [none, 0, 1])));
    const both = (a: np.Array) => lfqEntropies(a, { inverseTemperature: 3, weights: np.array(real) });
    const found = both(rows());
    close([found.sample.item(), found.batch.item()], [sample, batch]);
    const loss = (a: np.Array, w?: np.Array) => {
      const { sample: own, batch: all } = lfqEntropies(a, {
        inverseTemperature: 3,
        ...(w && { weights: w }),
      });
      return own.sub(all);
    };
    const g = grad((a: np.Array) => loss(a, np.array(real)))(rows()).js() as number[][];
    expect(g.filter((_, i) => !real[i]).flat()).toEqual([0, 0, 0, 0, 0, 0]);
    const kept = grad((a: np.Array) => loss(a))(np.array(logits.filter((_, i) => real[i])));
    close(g.filter((_, i) => real[i]).flat(), numbers(kept));
    const empty = lfqEntropies(rows(), { weights: np.zeros([6]) });
    expect([empty.sample.item(), empty.batch.item()]).toEqual([0, 0]);
  });
});

describe("k-means", () => {
  test.each(golden.kMeans)(
    "$rounds rounds from rows $start",
    ({ vectors, weights, start, rounds, codebook }) => {
      const even = weights.every((v) => v === 1);
      const given = even ? {} : { weights: weights.map((v) => v) };
      const e = () => np.array(vectors.map((row, i) => (weights[i] === 0 ? [none, none] : row)));
      const of = (n: number) =>
        kMeansCodebook(e(), start.length, random.key(4), {
          rounds: n,
          ...(given.weights && { weights: np.array(given.weights) }),
        });
      close(
        numbers(of(0)),
        start.flatMap((i) => vectors[i]!),
      );
      close(numbers(of(rounds)), codebook.flat());
    },
  );
  test("it begins at different vectors, and a codeword that none is nearest to stays", () => {
    const rows = Array.from({ length: 40 }, (_, i) => [i]);
    const first = numbers(kMeansCodebook(np.array(rows), 40, random.key(0), { rounds: 0 }));
    expect([...first].sort((a, b) => a - b)).toEqual(rows.flat());
    expect(first).not.toEqual(rows.flat());
    expect(numbers(kMeansCodebook(np.ones([5, 2]), 3, random.key(0)))).toEqual([1, 1, 1, 1, 1, 1]);
    // Two real vectors for three codes: the third begins at one of them again.
    const few = kMeansCodebook(np.array([[1], [2], [none]]), 3, random.key(0), {
      weights: np.array([1, 1, 0]),
    });
    expect([...new Set(numbers(few))].sort()).toEqual([1, 2]);
  });
  test("compiled or not, [batch, tokens, dimensions], without a gradient", () => {
    const e = random.normal(random.key(1), [3, 5, 4]);
    const fn = (x: np.Array) => kMeansCodebook(x, 4, random.key(9), { rounds: 3 });
    const held = random.key(9);
    const inside = (x: np.Array, key: np.Array) => kMeansCodebook(x, 4, key, { rounds: 3 });
    close(numbers(jit(inside)(e.ref, held)), numbers(fn(e.ref)));
    expect(numbers(grad((x: np.Array) => np.sum(fn(x)))(e)).every((v) => v === 0)).toBe(true);
  });
});

describe("refusals", () => {
  const book = () => np.zeros([4, 3]);
  const key = random.key(1);
  const cases: [RegExp, () => unknown][] = [
    [/^kMeansCodebook: 3 vectors can't begin 4 codes; /, () => kMeansCodebook(np.zeros([3, 2]), 4, key.ref)],
    [/^kMeansCodebook: rounds must be a whole number from 0 to 1000, not -1\.$/, () => kMeansCodebook(book(), 2, key.ref, { rounds: -1 })],
    [/^countCodes: weights must have shape \[2\], one per vector, not \[3\]\.$/, () => countCodes(int([0, 1]), 4, { weights: np.ones([3]) })],
    [/^moveCodebook: a weight is -1; /, () => moveCodebook(startMovingCodebook(book()), np.zeros([1, 3]), int([0]), { weights: np.array([-1]) })],
    [/^moveCodebook: the state must hold count of shape \[4\], one per code, not \[3\]; /, () => moveCodebook({ codebook: book(), count: np.ones([3]), sum: book() }, np.zeros([1, 3]), int([0]))],
    [/^moveCounts: the counts must have shape \[codes\], not a plain list; /, () => moveCounts([1, 1] as never, int([0]))],
    [/^replaceDeadCodes: the state must hold count of shape \[4\], one per code, not nothing; /, () => replaceDeadCodes({ codebook: book() } as never, np.zeros([1, 3]), key.ref)],
    [/^replaceDeadCodes: the state must hold sum of shape \[4,3\], as the codebook, not \[4\]; /, () => replaceDeadCodes({ codebook: book(), count: np.ones([4]), sum: np.ones([4]) }, np.zeros([1, 3]), key.ref)],
    [/^replaceDeadCodes: e of shape \[0,3\] holds no vectors; /, () => replaceDeadCodes(startMovingCodebook(book()), np.zeros([0, 3]), key.ref)],
    [/^lfqEntropies: x of shape \[0,3\] is empty/, () => lfqEntropies(np.zeros([0, 3]))],
  ]; // biome-ignore format: a table
  test.each(cases)("%s", (message, call) => {
    expect(call).toThrow(message);
  });
});
