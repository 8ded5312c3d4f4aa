import "../setup.ts";
import { numpy as np, random } from "@jax-js/jax";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  balancedWires,
  categorical,
  chooseWires,
  detach,
  grad,
  groupCounts,
  growCandidates,
  gumbelSoftmax,
  logicGates,
  logicNetwork,
  logicTable,
  oneHotOf,
  probeWires,
  readWires,
  straightThroughArgmax,
  straightThroughSigmoid,
  thresholdBits,
  through,
  valueAndGrad,
  wireUses,
} from "../../src/index.ts";

const ints = (values: readonly number[], shape: readonly number[]): np.Array =>
  np.array(Int32Array.from(values), { dtype: np.int32 }).reshape([...shape]);
const normal = (seed: number, shape: readonly number[]): np.Array =>
  random.normal(random.key(seed), [...shape]);

test("all 16 functions on all four pairs of bits, and on mixtures of both", () => {
  const a = [0, 0, 1, 1];
  const b = [0, 1, 0, 1];
  const rows = (values: readonly number[]): np.Array =>
    np.array(Array.from({ length: 16 }, () => [...values]));
  const y = logicGates(oneHotOf(np.arange(16).astype(np.int32), 16), rows(a), rows(b)).js() as number[][];
  for (let operation = 0; operation < 16; operation++)
    for (let i = 0; i < 4; i++) expect(y[operation]![i]).toBe((operation >> (3 - i)) & 1);
  // The expected output where the inputs are independent bits of these probabilities.
  const mixed = logicGates(oneHotOf(np.arange(16).astype(np.int32), 16), rows([0.3]), rows([0.8]));
  for (const [operation, [value]] of (mixed.js() as number[][]).entries()) {
    const p = [0.7 * 0.2, 0.7 * 0.8, 0.3 * 0.2, 0.3 * 0.8];
    const wanted = p.reduce((sum, share, i) => sum + share * ((operation >> (3 - i)) & 1), 0);
    expect(value).toBeCloseTo(wanted, 6);
  }
  expect(logicTable).toHaveLength(16);
});

/** The gradient of a scalar function, by central differences of its values. */
function differences(f: (x: np.Array) => np.Array, x: np.Array, step = 1e-2): number[] {
  const values = x.ref.dataSync() as Float32Array;
  return Array.from(values, (_, i) => {
    const at = (by: number): number => {
      const moved = values.slice();
      moved[i]! += by;
      return f(np.array(moved).reshape(x.shape)).item() as number;
    };
    return (at(step) - at(-step)) / (2 * step);
  });
}

function expectGradient(f: (x: np.Array) => np.Array, x: np.Array): void {
  const exact = Array.from(grad(f)(x.ref).dataSync() as Float32Array);
  const near = differences(f, x);
  // Sums of some 50 float32 products, differenced over 0.02: 1e-3 of the largest.
  const scale = Math.max(1, ...near.map(Math.abs));
  expect(exact.length).toBe(near.length);
  for (const [i, value] of exact.entries()) expect(Math.abs(value - near[i]!)).toBeLessThan(2e-3 * scale);
}

describe("gradients are those of finite differences", () => {
  const soft = (x: np.Array): np.Array => np.sum(x.mul(normal(9, x.shape)));
  const candidates = (): np.Array => ints([0, 1, 2, 1, 2, 3, 3, 4, 0, 4, 0, 1, 2, 2, 2, 0, 3, 1], [6, 3]);

  test("of gates: their choice and both inputs", () => {
    const [choice, a, b] = [normal(1, [2, 16]), normal(2, [2, 3]), normal(3, [2, 3])];
    expectGradient((x) => soft(logicGates(x, a.ref, b.ref)), choice.ref);
    expectGradient((x) => soft(logicGates(choice.ref, x, b.ref)), a.ref);
    expectGradient((x) => soft(logicGates(choice.ref, a.ref, x)), b.ref);
  });

  test("of fixed wires, balanced or not", () => {
    const read = [2, 0, 2, 3, 3, 2];
    const f = (x: np.Array): np.Array => soft(readWires(x, ints(read, [6]), wireUses(read, 5)));
    expectGradient(f, normal(4, [5, 5]));
  });

  test("of soft choices of wires: wires and weights", () => {
    const [x, choice] = [normal(5, [5, 5]), normal(6, [6, 3])];
    expectGradient((v) => soft(chooseWires(v, candidates(), choice.ref, false)), x.ref);
    expectGradient((v) => soft(chooseWires(x.ref, candidates(), v, false)), choice.ref);
  });

  test("of hard choices: that of the soft ones at the hard point", () => {
    const x = normal(5, [5, 5]);
    const choice = oneHotOf(ints([0, 2, 1, 1, 0, 2], [6]), 3);
    const curve = (y: np.Array): np.Array => soft(np.square(y));
    for (const hard of [false, true]) {
      const f = (v: np.Array): np.Array => curve(chooseWires(x.ref, candidates(), v, hard));
      const g = (v: np.Array): np.Array => curve(chooseWires(v, candidates(), choice.ref, hard));
      const [byChoice, byWires] = [grad(f)(choice.ref).js(), grad(g)(x.ref).js()];
      expect(byChoice).toEqual(
        grad((v: np.Array) => curve(chooseWires(x.ref, candidates(), v, false)))(choice.ref).js(),
      );
      expect(byWires).toEqual(
        grad((v: np.Array) => curve(chooseWires(v, candidates(), choice.ref, false)))(x.ref).js(),
      );
    }
  });

  test("of the probe: every wire for the inputs of one part", () => {
    const x = normal(5, [5, 4]);
    const inputs = normal(6, [6, 4]);
    const f = (part: number, probe: np.Array): np.Array =>
      np.sum(np.square(inputs.ref.add(probeWires(x.ref, probe, np.array(part), 3))));
    for (const part of [0, 1, 2]) {
      const derivative = grad((p: np.Array) => f(part, p))(np.zeros([2, 5]));
      const g = detach(inputs.ref).mul(2).js() as number[][];
      const rows = x.ref.js() as number[][];
      for (const [i, row] of (derivative.js() as number[][]).entries())
        for (const [wire, value] of row.entries())
          expect(value).toBeCloseTo(
            g[2 * part + i]!.reduce((sum, v, n) => sum + v * rows[wire]![n]!, 0),
            4,
          );
    }
  });
});

test("hard choices are read exactly, and by any estimator the same as the sum over candidates", () => {
  const x = normal(1, [7, 3]);
  const candidates = ints([0, 3, 6, 1, 5, 2, 4, 4, 0, 6, 2, 1], [4, 3]);
  for (const estimator of [straightThroughArgmax(), straightThroughSigmoid(), gumbelSoftmax()]) {
    const choice = through(categorical(normal(2, [4, 3])), estimator, random.key(3));
    const both = [estimator.forward === "hard", false].map((hard) =>
      chooseWires(x.ref, candidates.ref, choice.ref, hard).js(),
    );
    expect(both[0]).toEqual(both[1]);
  }
});

test("wiring is balanced, a gate's wires are different ones, and the inverse lists every read", () => {
  const shape = fc.record({
    wires: fc.integer({ min: 2, max: 40 }),
    gates: fc.integer({ min: 1, max: 90 }),
    candidates: fc.integer({ min: 1, max: 6 }),
    seed: fc.nat(),
  });
  fc.assert(
    fc.property(shape, ({ wires, gates, candidates, seed }) => {
      fc.pre(2 * candidates <= wires);
      const read = balancedWires(random.key(seed), wires, gates, candidates);
      expect(read.shape).toEqual([2, gates, candidates]);
      const flat = read.dataSync() as Int32Array;
      for (let gate = 0; gate < gates; gate++) {
        const own = [0, 1].flatMap((side) =>
          Array.from({ length: candidates }, (_, c) => flat[(side * gates + gate) * candidates + c]!),
        );
        expect(new Set(own).size).toBe(2 * candidates);
      }
      const counts = new Map<number, number>();
      for (const wire of flat) counts.set(wire, (counts.get(wire) ?? 0) + 1);
      if (gates % wires === 0) expect(new Set(counts.values())).toEqual(new Set([(flat.length / wires) | 0]));
      const uses = wireUses(flat, wires).js() as number[][];
      const listed = uses.flatMap((reads, wire) =>
        reads.filter((i) => i < flat.length).map((i) => [i, wire] as const),
      );
      expect(listed.sort((p, q) => p[0] - q[0])).toEqual([...flat].map((wire, i) => [i, wire]));
    }),
    { numRuns: 60, seed: 1 },
  );
  expect(() => balancedWires(random.key(1), 5, 4, 3)).toThrow(
    "a gate reads 6 different wires, but there are 5",
  );
});

test("growth exchanges the least likely candidate of the inputs whose turn it is, where that helps", () => {
  const logits = np.array([
    [0, 0, -2],
    [0, 0, -2],
    [0, 0, -0.2],
    [0, 0, -2],
    [0, 0, -2],
    [0, 0, -2],
  ]);
  const candidates = np.array(Array.from({ length: 6 }, () => [0, 1, 2]));
  const derivative = np.array([
    [0, 0, 0, -1, -3], // its turn: wire 4 comes
    [0, -5, 0, -1, 0], // wire 1 is one of its candidates already
    [0, 0, 0, 0, -1], // its least likely candidate is not far below the mean
  ]);
  const grown = growCandidates(logits.ref, candidates.ref, derivative.ref, np.array(0), 0.3);
  expect(grown.candidates.js()).toEqual([[0, 1, 4], ...Array.from({ length: 5 }, () => [0, 1, 2])]);
  expect(grown.replaced.js()).toEqual([[0, 0, 1], ...Array.from({ length: 5 }, () => [0, 0, 0])]);
  const [first, ...others] = grown.logits.js() as number[][];
  expect(first![2]).toBeCloseTo(-2 / 3, 6);
  expect(others).toEqual((logits.ref.js() as number[][]).slice(1));
  const second = growCandidates(logits.ref, candidates.ref, derivative, np.array(1), 0.3);
  expect((second.candidates.js() as number[][]).map((row) => row[2])).toEqual([2, 2, 2, 4, 2, 4]);
  // Nothing helps: nothing changes.
  const none = growCandidates(logits, candidates, np.ones([3, 5]), np.array(0), 0.3);
  expect(none.replaced.js()).toEqual(Array.from({ length: 6 }, () => [0, 0, 0]));
  [second.logits, second.replaced, none.logits, none.candidates].forEach((x) => void x.dispose());
});

test("bits of pixels, counts of groups, and what does not fit", () => {
  expect(thresholdBits(np.array([[0, 100, 200], [255, 63, 64]]), [63, 191]).js()).toEqual([
    [0, 1],
    [0, 1],
    [1, 0],
    [0, 0],
    [1, 1],
    [1, 0],
  ]); // biome-ignore format: columns are images
  const y = np.array([[1, 0], [1, 1], [0, 0], [0.5, 1]]); // biome-ignore format: rows are gates
  expect(groupCounts(y, 2).js()).toEqual([
    [2, 0.5],
    [1, 1],
  ]);
  expect(() => groupCounts(np.ones([5, 2]), 2)).toThrow("5 gates can't be shared equally among 2 classes");
  expect(() => logicGates(np.ones([5, 15]), np.ones([5, 2]), np.ones([5, 2]))).toThrow("[gates, 16]");
  expect(() => logicGates(np.ones([5, 16]), np.ones([4, 2]), np.ones([5, 2]))).toThrow("[5, batch]");
  const choice = np.ones([2, 2]);
  expect(() => chooseWires(np.ones([4, 1]), ints([0, 1, 2], [3, 1]), choice, true)).toThrow(
    "as the candidates",
  );
  expect(() => growCandidates(np.ones([5, 2]), np.ones([5, 2]), np.ones([2, 4]), np.array(0), 0)).toThrow(
    "no whole number of parts",
  );
});

describe("a network's losses and gradients are those of its layers one after another", () => {
  const batch = 4;
  const read0 = ints([0, 1, 2, 3, 4, 5, 6, 0, 2, 4, 6, 1, 3, 5, 1, 0, 2, 6], [6, 3]);
  const bits = (): np.Array => random.bernoulli(random.key(1), 0.5, [7, batch]).astype(np.float32);
  const objective = (y: np.Array): np.Array => np.square(np.sum(y.mul(normal(8, y.shape)), 0));
  const second = [1, 0, 2, 1, 2, 0, 0, 2];

  for (const estimator of [straightThroughArgmax(), gumbelSoftmax()])
    for (const wiring of ["learned", "fixed"] as const)
      test(`${estimator.id}, the second layer ${wiring}`, () => {
        const hard = estimator.forward === "hard";
        const make = (logits: np.Array, key: number): np.Array =>
          through(categorical(logits), estimator, random.key(key));
        const read1 = (): np.Array => ints(wiring === "fixed" ? second : [...second, ...second.map((i) => (i + 1) % 3)], wiring === "fixed" ? [8, 1] : [8, 2]); // biome-ignore format: one thought
        const parameters = (): { [name: string]: np.Array } => ({
          w0: normal(2, [6, 3]),
          g0: normal(3, [3, 16]),
          w1: normal(4, [8, 2]),
          g1: normal(5, [4, 16]),
          probe: np.zeros([2, 7]),
        });
        const whole = (p: { [name: string]: np.Array }): np.Array => {
          const fixed = { uses: wireUses(second, 3) };
          if (wiring === "fixed") p.w1!.dispose();
          return np.mean(
            logicNetwork(
              bits(),
              [
                { operations: make(p.g0!, 2), read: read0.ref, wires: make(p.w0!, 1), hard },
                { operations: make(p.g1!, 4), read: read1(), hard, ...(wiring === "fixed" ? fixed : { wires: make(p.w1!, 3) }) }, // biome-ignore format: one thought
              ],
              objective,
              { values: p.probe!, part: np.array(1) },
            ),
          );
        };
        const parts = (p: { [name: string]: np.Array }): np.Array => {
          const inputs = chooseWires(bits(), read0.ref, make(p.w0!, 1), hard).add(
            probeWires(bits(), p.probe!, np.array(1), 3),
          );
          const [a0, b0] = np.split(inputs, 2, 0) as [np.Array, np.Array];
          const x = logicGates(make(p.g0!, 2), a0, b0);
          if (wiring === "fixed") p.w1!.dispose();
          const inner =
            wiring === "fixed"
              ? readWires(x, read1().reshape([-1]), wireUses(second, 3))
              : chooseWires(x, read1(), make(p.w1!, 3), hard);
          const [a1, b1] = np.split(inner, 2, 0) as [np.Array, np.Array];
          return np.mean(objective(logicGates(make(p.g1!, 4), a1, b1)));
        };
        const [one, other] = [whole, parts].map((f) => valueAndGrad(f)(parameters()));
        expect(one![0].item()).toBeCloseTo(other![0].item() as number, 5);
        for (const name of ["w0", "g0", "w1", "g1", "probe"]) {
          const [a, b] = [one!, other!].map(([, g]) => Array.from(g[name]!.dataSync() as Float32Array));
          const scale = Math.max(...b!.map(Math.abs));
          if (!(wiring === "fixed" && name === "w1")) expect(scale).toBeGreaterThan(0);
          // Sums of at most 32 products in another order.
          for (const [i, value] of a!.entries())
            expect(Math.abs(value - b![i]!)).toBeLessThanOrEqual(1e-5 * scale);
        }
      });
});
