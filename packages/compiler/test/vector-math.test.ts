import { Builder, hasFused } from "@hardgrad/onnx/graph";
import { expect, test } from "vitest";
import { learnsRelaxed, useRelaxed, works } from "../src/relaxed.ts";
import { load } from "./run-graph.ts";

/** With and without fused multiply-add, where there is one. */
const kinds = useRelaxed() ? [false, true] : [false];

/** A function of four numbers at once on any numbers. */
function compiled(op: string, x: Float32Array, fused: boolean): readonly number[] {
  const b = new Builder();
  const graph = b.graph([b.emit(op, [b.input("x", "float32", [x.length])])]);
  const loaded = load(graph, { fused });
  loaded.write("x", { dtype: "float32", shape: [x.length], data: x as never });
  return loaded.run()[0]!.data;
}

/** Numbers whose bit patterns lie evenly over all of float32, and `count` evenly from low to high. */
function numbersOver(low: number, high: number, count = 50_000): Float32Array {
  const patterns = new Float32Array(
    Uint32Array.from({ length: count }, (_, i) => i * Math.floor(2 ** 32 / count)).buffer,
  );
  const even = Float32Array.from({ length: count }, (_, i) => low + ((high - low) * i) / count);
  return Float32Array.of(...patterns.filter((x) => x >= low && x <= high), ...even);
}

const ulp = (y: number): number => {
  const exponent = Math.max(-126, Math.floor(Math.log2(Math.abs(Math.fround(y)))));
  return 2 ** (exponent - 23);
};

/** By its series, and beyond 3 by its continued fraction: in float64. */
function erf(x: number): number {
  const a = Math.abs(x);
  if (a < 3) {
    let [term, sum] = [a, a];
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
      term *= (-a * a) / n;
      sum += term / (2 * n + 1);
    }
    return Math.sign(x) * (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = a;
  for (let k = 60; k > 0; k--) fraction = a + k / 2 / fraction;
  return Math.sign(x) * (1 - Math.exp(-a * a) / (Math.sqrt(Math.PI) * fraction));
}

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

/**
 * Function, its range, the largest error in units in the last place, and values to the bit. The polynomials are good to
 * half a unit, and each step around them rounds once more; measured: 0.99, 0.75, 4.9, 2.00, 2.52, 2.25, 2.21 and 2.19.
 */
const functions: readonly [
  op: string,
  exact: (x: number) => number,
  range: readonly [number, number],
  ulps: number,
  special: readonly (readonly [x: number, y: number])[],
][] = [
  [
    "Exp",
    Math.exp,
    [-104, 88.7],
    1,
    [
      [0, 1],
      [-0, 1],
      [inf, inf],
      [-inf, 0],
      [nan, nan],
      [89, inf],
      [-104, 0],
    ],
  ],
  [
    "Log",
    Math.log,
    [0, 3.4e38],
    1,
    [
      [1, 0],
      [0, -inf],
      [-0, -inf],
      [inf, inf],
      [-1, nan],
      [-inf, nan],
      [nan, nan],
    ],
  ],
  [
    "Tanh",
    Math.tanh,
    [-3.4e38, 3.4e38],
    6, // A ratio of polynomials: near 1 the roundings of both remain. Three times as fast as by exp.
    [
      [0, 0],
      [-0, -0],
      [inf, 1],
      [-inf, -1],
      [nan, nan],
    ],
  ],
  [
    "Sigmoid",
    (x) => 1 / (1 + Math.exp(-x)),
    [-103, 3.4e38],
    2.5,
    [
      [0, 0.5],
      [inf, 1],
      [-inf, 0],
      [nan, nan],
    ],
  ],
  [
    "Softplus",
    (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
    [-103, 3.4e38],
    3,
    [
      [inf, inf],
      [-inf, 0],
      [nan, nan],
    ],
  ],
  [
    "Erf",
    erf,
    [-3.4e38, 3.4e38],
    2.5,
    [
      [0, 0],
      [-0, -0],
      [inf, 1],
      [-inf, -1],
      [nan, nan],
    ],
  ],
  [
    "Atan",
    Math.atan,
    [-3.4e38, 3.4e38],
    2.5,
    [
      [0, 0],
      [-0, -0],
      [inf, Math.fround(Math.PI / 2)],
      [nan, nan],
    ],
  ],
  [
    "Asin",
    Math.asin,
    [-1, 1],
    2.5,
    [
      [0, 0],
      [-0, -0],
      [1, Math.fround(Math.PI / 2)],
      [1.5, nan],
      [nan, nan],
    ],
  ],
];

test("relaxed SIMD is there in Node 20 too, and computes what it must", () => {
  expect(useRelaxed()).toBe(true);
  expect(works()).toBe(true);
});

test("a flag that does not help is taken back, so that nobody else finds the instructions", () => {
  const flag = process.versions.node.startsWith("20.");
  expect(learnsRelaxed(() => false)).toBe(false);
  expect(hasFused()).toBe(!flag);
  expect(useRelaxed(), "settled before").toBe(true);
  expect(learnsRelaxed(works)).toBe(flag);
  expect(hasFused()).toBe(true);
});

for (const fused of kinds)
  test.each(functions)(
    `%s over all of float32${fused ? ", fused" : ""}`,
    (op, exact, [low, high], ulps, special) => {
      const x = Float32Array.from([
        ...numbersOver(low, high),
        ...numbersOver(Math.max(low, -20), Math.min(high, 20)),
      ]);
      const y = compiled(op, x, fused);
      let worst = { ulps: 0, x: 0 };
      y.forEach((v, i) => {
        const wanted = exact(x[i]!);
        const error = Number.isNaN(v)
          ? inf
          : v === Math.fround(wanted)
            ? 0
            : Math.abs(v - wanted) / ulp(wanted);
        if (error > worst.ulps) worst = { ulps: error, x: x[i]! };
      });
      expect(worst.ulps, `${op}(${worst.x})`).toBeLessThanOrEqual(ulps);
      const found = compiled(
        op,
        Float32Array.from(special, ([a]) => a),
        fused,
      );
      special.forEach(([a, wanted], i) => {
        expect(found[i], `${op}(${a})`).toBe(wanted);
      });
    },
  );

for (const fused of kinds)
  test.each([
    ["Sin", Math.sin],
    ["Cos", Math.cos],
  ] as const)(`%s to some thousands${fused ? ", fused" : ""}`, (op, exact) => {
    const x = Float32Array.from([...numbersOver(-8000, 8000), ...numbersOver(-7, 7)]);
    const worst = compiled(op, x, fused).reduce(
      (most, y, i) => Math.max(most, Math.abs(y - exact(x[i]!))),
      0,
    );
    // Half a unit of a number near 1, and the error of the reduced argument.
    expect(worst).toBeLessThan(2 ** -23);
  });
