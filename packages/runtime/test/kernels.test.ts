import fc from "fast-check";
import { expect, test } from "vitest";
import type { GatedLayer, Layer, Network, UnitName } from "../src/layers.ts";
import * as L from "../src/layout.ts";
import type { Path } from "../src/paths.ts";
import { floats, generator } from "./reference.ts";
import { checkNetworkValues, runValues, usualCosts } from "./values.ts";

const units: readonly UnitName[] = [
  "identity",
  "relu",
  "step",
  "sign",
  "tanh",
  "sigmoid",
  "sqrt",
  { id: "step", threshold: 0.3 },
  { id: "ternary", threshold: 0.5 },
  { id: "clip", slope: 0.7, offset: 0.5, low: 0, high: 1 },
  { id: "round", levels: 3 },
];
const unit = fc.constantFrom(...units);
const seed = fc.integer({ min: 1, max: 2 ** 30 });
const batch = fc.oneof(fc.constantFrom(1, 2, 3, 4, 5, 63, 64), fc.integer({ min: 1, max: 64 }));
const density = fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true }));
// Odd sizes, around the panels of 8, the four panels at once, and beyond.
const size = fc.oneof(fc.integer({ min: 1, max: 70 }), fc.constantFrom(127, 128, 129, 257));

/** Numbers of which about this share is not zero. */
const sparse = (length: number, share: number, random: () => number): Float32Array =>
  Float32Array.from({ length }, () => {
    const value = random();
    return (random() + 1) / 2 < share ? value : 0;
  });

test("linear layers: every path within rounding of float64, and all paths the same bits", async () => {
  await fc.assert(
    fc.asyncProperty(
      size,
      size,
      batch,
      density,
      unit,
      fc.boolean(),
      seed,
      async (inputs, outputs, m, share, u, biased, s) => {
        const random = generator(s);
        const network: Network = {
          inputs,
          layers: [
            {
              kind: "linear",
              outputs,
              weight: floats(inputs * outputs, random),
              ...(biased ? { bias: floats(outputs, random) } : {}),
              unit: u,
            },
          ],
        };
        const x = sparse(m * inputs, share, random);
        const dense = await checkNetworkValues(network, x, "dense");
        expect(dense.paths).toEqual(["dense"]);
        for (const path of ["inputs", "auto"] as const)
          expect((await runValues(network, x, path)).output).toEqual(dense.output);
      },
    ),
    { numRuns: 60, seed: 1 },
  );
});

/** A network whose gates are a threshold on chosen inputs, so that the test knows them. */
function gatedNetwork(
  inputs: number,
  outputs: number,
  block: number,
  open: { above: number } | { top: number },
  scaled: boolean,
  u: UnitName,
  random: () => number,
): Network {
  const groups = Math.ceil(outputs / block);
  const choose = new Float32Array(inputs * groups);
  for (let g = 0; g < groups; g++) choose[(g % inputs) * groups + g] = 1;
  const layers: Layer[] = [
    { kind: "linear", outputs: groups, weight: choose },
    { kind: "gate", open, scaled },
    {
      kind: "gated",
      input: 0,
      gates: 2,
      block,
      outputs,
      weight: floats(inputs * outputs, random),
      bias: floats(outputs, random),
      unit: u,
    },
  ];
  return { inputs, layers };
}

test("gated layers: every path within rounding of the masked dense layer, closed blocks exactly 0", async () => {
  await fc.assert(
    fc.asyncProperty(
      size,
      fc.integer({ min: 1, max: 300 }),
      fc.constantFrom(1, 8, 16, 32),
      batch,
      density,
      fc.boolean(),
      unit,
      seed,
      async (inputs, outputs, block, m, share, scaled, u, s) => {
        const random = generator(s);
        const network = gatedNetwork(inputs, outputs, block, { above: 1 - 2 * share }, scaled, u, random);
        const x = sparse(m * inputs, 0.7, random);
        const dense = await checkNetworkValues(network, x, "dense");
        for (const path of ["gates", "inputs", "auto"] as const) {
          // Whole panels add in the same order on every path; gates of single units use rows, added in fours.
          const other = await (block > 1 ? runValues : checkNetworkValues)(network, x, path);
          if (block > 1) expect(other.output.map((v) => v + 0)).toEqual(dense.output.map((v) => v + 0));
          else if (m >= 4) await checkNetworkValues(network, x, path, usualCosts, true);
          if (path !== "auto") expect(other.paths[2]).toBe(block > 1 ? path : "gates");
        }
      },
    ),
    { numRuns: 40, seed: 2 },
  );
});

// Inputs around a piece of a row, units around the sums that are under way at once; and examples around tiles of 4 to 8.
const pieces: readonly (readonly [number, number])[] = [
  ...[L.REACH - 1, L.REACH, L.REACH + 1, L.REACH + 9, 2 * L.REACH + 1].map((n) => [n, 9] as const),
  ...[1023, 1024, 1025, 1028].map((n) => [3, n] as const),
];
for (const [inputs, outputs] of pieces)
  test(`a gate per unit, ${inputs}x${outputs}: right, and an example gives the same bits alone as in any batch`, async () => {
    const random = generator(inputs + outputs);
    for (const share of [0.1, 1]) {
      const network = gatedNetwork(inputs, outputs, 1, { above: 1 - 2 * share }, true, "relu", random);
      const x = floats(64 * inputs, random);
      const alone = Array.from({ length: 64 }, (_, i) => x.subarray(i * inputs, (i + 1) * inputs));
      const wanted = await Promise.all(alone.map((one) => runValues(network, one, "gates")));
      await checkNetworkValues(network, alone[0]!, "gates");
      for (const far of [false, true])
        for (const m of far ? [4, 5, 9, 64] : [2, 9]) {
          const { output } = await runValues(
            network,
            x.subarray(0, m * inputs),
            "gates",
            usualCosts,
            undefined,
            far,
          );
          for (let i = 0; i < m; i++)
            expect(output.subarray(i * outputs, (i + 1) * outputs)).toEqual(wanted[i]!.output);
        }
    }
  });

test("weights that are fetched ahead, as in large layers: every path as in small ones", async () => {
  const random = generator(31);
  const [inputs, outputs] = [1031, 135];
  for (const block of [1, 8, 32]) {
    const network = gatedNetwork(inputs, outputs, block, { above: 0.3 }, false, "relu", random);
    for (const m of [1, 5, 64]) {
      const x = sparse(m * inputs, 0.7, random);
      const dense = await checkNetworkValues(network, x, "dense");
      for (const path of ["gates", "inputs"] as const) {
        const { output } = await checkNetworkValues(network, x, path, usualCosts, true);
        if (block > 1) expect(output.map((v) => v + 0)).toEqual(dense.output.map((v) => v + 0));
      }
    }
  }
});

test("weights of closed gates and of zero inputs are never touched: poison in them changes nothing", async () => {
  const random = generator(12);
  const inputs = 50;
  for (const block of [1, 8, 24])
    for (const m of [1, 6, 64]) {
      const network = gatedNetwork(inputs, 240, block, { above: 0.2 }, false, "identity", random);
      // The same inputs are zero and the same gates closed for all examples, so that some weights are for nobody.
      const live = floats(inputs, random).map((v) => (v > 0 ? 1 : 0));
      const x = Float32Array.from({ length: m * inputs }, (_, i) => live[i % inputs]! * Math.abs(random()));
      for (const path of ["gates", "inputs", "auto"] as const) {
        const clean = await runValues(network, x, path);
        const closed = (j: number): boolean =>
          clean.examples.every((e) => e[2]![Math.floor(j / block)] === 0);
        const skipsInputs = clean.paths[2] === "inputs";
        const gated = network.layers[2] as GatedLayer;
        const poisoned = gated.weight.map((w, at) =>
          closed(at % 240) || (skipsInputs && live[Math.floor(at / 240)] === 0) ? Number.NaN : w,
        );
        expect(poisoned.some(Number.isNaN)).toBe(true);
        expect(clean.paths[2]).not.toBe("dense");
        for (const far of [false, true]) {
          const { output } = await runValues(network, x, path, usualCosts, poisoned, far);
          expect(output).toEqual(clean.output);
        }
      }
    }
});

test("top gates: exactly that many are open, the first of equals", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 90 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.boolean(),
      seed,
      async (n, share, ties, s) => {
        const random = generator(s);
        const top = Math.round(share * n);
        const network: Network = { inputs: n, layers: [{ kind: "gate", open: { top } }] };
        const x = floats(3 * n, random).map((v) => (ties ? Math.round(v * 2) / 2 : v));
        const { examples } = await checkNetworkValues(network, x);
        for (const values of examples) expect(values[1]!.reduce((a, b) => a + b, 0)).toBe(top);
      },
    ),
    { numRuns: 100, seed: 3 },
  );
});

test("units, softmax and argmax over their whole range", async () => {
  const points = Float32Array.from({ length: 4001 }, (_, i) => (i - 2000) / 20);
  const special = Float32Array.from([
    0, -0, 1e-30, -1e-30, 0.5, -0.5, 0.625, -0.625, 1e30, -1e30, 88, -88, 104, -104,
  ]);
  for (const x of [points, special]) {
    for (const u of units)
      await checkNetworkValues({ inputs: x.length, layers: [{ kind: "unit", unit: u }] }, x);
    await checkNetworkValues({ inputs: x.length, layers: [{ kind: "softmax" }] }, x);
    await checkNetworkValues({ inputs: x.length, layers: [{ kind: "argmax" }] }, x);
  }
  const { output } = await runValues(
    { inputs: 3, layers: [{ kind: "argmax" }] },
    Float32Array.of(1, 2, 2, 5, 5, 1),
  );
  expect([...output]).toEqual([1, 0]);
});

test("a layer that reads the same input as its gater, and a gate that multiplies: the whole of a gated network", async () => {
  const random = generator(9);
  const inputs = 37;
  const network: Network = {
    inputs,
    layers: [
      { kind: "linear", outputs: 5, weight: floats(inputs * 5, random), unit: "tanh" },
      { kind: "linear", outputs: 12, weight: floats(60, random), unit: "relu" },
      { kind: "gate", open: { above: 0 }, scaled: true },
      {
        kind: "gated",
        input: 0,
        gates: 3,
        block: 8,
        outputs: 93,
        weight: floats(inputs * 93, random),
        unit: "relu",
      },
      { kind: "linear", outputs: 10, weight: floats(930, random) },
      { kind: "softmax" },
    ],
  };
  const x = floats(inputs * 50, random);
  const results: Float32Array[] = [];
  for (const path of ["dense", "gates", "inputs", "auto"] as Path[])
    results.push((await checkNetworkValues(network, x, path)).output);
  for (const other of results) expect(other).toEqual(results[0]);
});
