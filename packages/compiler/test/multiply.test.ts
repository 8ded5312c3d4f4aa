import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createMultiply, scratchBytes } from "../src/multiply/index.ts";
import type { Multiply } from "../src/product-form.ts";
import { useRelaxed } from "../src/relaxed.ts";

const threads = 3;
const pages = 160;
const memory = new WebAssembly.Memory({ initial: pages });
const floats = new Float32Array(memory.buffer);
/** The scratch memory comes first; the matrices lie at the end, where reading past the last one traps. */
const operands = scratchBytes(threads);
const kinds = (useRelaxed() ? [false, true] : [false]).map((fused) => ({ fused }));
const created = new Map(
  kinds.map((kind) => [kind, createMultiply(memory, { scratch: 0, ...kind })] as const),
);
type Kind = (typeof kinds)[number];

interface Side {
  readonly rowStride: number;
  readonly columnStride: number;
}
interface Problem {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly a: Side;
  readonly b: Side;
  readonly cRow: number;
  readonly accumulate: boolean;
  readonly seed: number;
}

/** Elements from the first to the last. */
const extent = (rows: number, columns: number, { rowStride, columnStride }: Side): number =>
  rows && columns ? (rows - 1) * rowStride + (columns - 1) * columnStride + 1 : 0;

const layouts = ["rows", "columns", "spread", "row", "column", "one"] as const;
type Layout = (typeof layouts)[number];
function side(rows: number, columns: number, layout: Layout, gap: number): Side {
  const row = { rowStride: columns + gap, columnStride: 1 };
  const column = { rowStride: 1, columnStride: rows + gap };
  const spread = { rowStride: 2 * columns + gap, columnStride: 2 };
  const repeated = { row: { ...row, rowStride: 0 }, column: { ...row, columnStride: 0 } };
  return { rows: row, columns: column, spread, ...repeated, one: { rowStride: 0, columnStride: 0 } }[layout];
}

function random(seed: number): () => number {
  let x = seed >>> 0;
  return () => {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    return x / 2 ** 31 - 1;
  };
}

/** Lays a problem out: C between canaries, then B, then A up to the memory's end, or the other way round. */
function lay(problem: Problem, aLast: boolean) {
  const { m, n, k, a, b, cRow, seed } = problem;
  const sizes = [extent(m, k, a), extent(k, n, b)] as const;
  const end = floats.length;
  const aAt = aLast ? end - sizes[0] : end - sizes[1] - sizes[0];
  const bAt = aLast ? end - sizes[0] - sizes[1] : end - sizes[1];
  const cSize = m && n ? (m - 1) * cRow + n : 0;
  const cAt = Math.min(aAt, bAt) - cSize - 32;
  expect(cAt * 4).toBeGreaterThan(operands);
  const next = random(seed);
  for (let i = cAt - 32; i < end; i++) floats[i] = next();
  return { aAt, bAt, cAt, cSize };
}

type Places = ReturnType<typeof lay>;
function run(multiply: Multiply, p: Problem, { aAt, bAt, cAt }: Places, threads: number): void {
  for (let thread = 0; thread < threads; thread++)
    multiply(
      ...([p.m, p.n, p.k, 4 * aAt, p.a.rowStride, p.a.columnStride] as const),
      ...([4 * bAt, p.b.rowStride, p.b.columnStride, 4 * cAt, p.cRow] as const),
      ...([Number(p.accumulate), thread, threads] as const),
    );
}

/** What C may be, element by element: the product in float64, and how far sums in float32 can be from it. */
function oracle(
  p: Problem,
  { aAt, bAt, cAt }: Places,
): { readonly value: Float64Array; readonly error: Float64Array } {
  const value = new Float64Array(p.m * p.n);
  const error = new Float64Array(p.m * p.n);
  for (let i = 0; i < p.m; i++)
    for (let j = 0; j < p.n; j++) {
      const before = p.accumulate ? floats[cAt + i * p.cRow + j]! : 0;
      let sum = before;
      let size = Math.abs(before);
      for (let t = 0; t < p.k; t++) {
        const x = floats[aAt + i * p.a.rowStride + t * p.a.columnStride]!;
        const y = floats[bAt + t * p.b.rowStride + j * p.b.columnStride]!;
        sum += x * y;
        size += Math.abs(x * y);
      }
      value[i * p.n + j] = sum;
      // Each of k products and k additions rounds by at most 2^-24 of what it gives, which is at most the sum of sizes.
      error[i * p.n + j] = 2 * (p.k + 1) * 2 ** -24 * size;
    }
  return { value, error };
}

function check(p: Problem, aLast: boolean, kind: Kind): void {
  const multiply = created.get(kind)!;
  const places = lay(p, aLast);
  const { cAt, cSize } = places;
  const region = floats.subarray(cAt - 32, cAt + cSize + 32);
  const before = region.slice();
  const expected = oracle(p, places);
  run(multiply, p, places, 1);
  const once = region.slice();
  for (let at = 0; at < region.length; at++) {
    const [i, j] = [Math.floor((at - 32) / p.cRow), (at - 32) % p.cRow];
    const inside = at >= 32 && i < p.m && j < p.n;
    if (!inside) expect(once[at], `canary ${at - 32}`).toBe(before[at]);
    else if (!(Math.abs(once[at]! - expected.value[i * p.n + j]!) <= expected.error[i * p.n + j]!))
      expect.fail(`(${i}, ${j}) is ${once[at]}, not ${expected.value[i * p.n + j]}`);
  }
  for (const many of [2, 3]) {
    region.set(before);
    run(multiply, p, places, many);
    expect(new Int32Array(region.slice().buffer)).toEqual(new Int32Array(once.buffer));
  }
}

const size = (most: number): fc.Arbitrary<number> =>
  fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: most }));
const problems = (m: number, n: number, k: number): fc.Arbitrary<Problem> =>
  fc
    .record({
      ...{ m: size(m), n: size(n), k: size(k) },
      ...{ aLayout: fc.constantFrom(...layouts), bLayout: fc.constantFrom(...layouts) },
      ...{ aGap: fc.nat(3), bGap: fc.nat(3), cGap: fc.nat(3), accumulate: fc.boolean(), seed: fc.nat() },
    })
    .map(({ m, n, k, aLayout, bLayout, aGap, bGap, cGap, accumulate, seed }) => {
      const [a, b] = [side(m, k, aLayout, aGap), side(k, n, bLayout, bGap)];
      return { m, n, k, a, b, cRow: Math.max(1, n + cGap), accumulate, seed };
    });

const plain = { rowStride: 0, columnStride: 1 };
const fixed = (m: number, n: number, k: number, aColumns = false, bColumns = false): Problem => ({
  ...{ m, n, k, cRow: n, accumulate: true, seed: 7 },
  a: side(m, k, aColumns ? "columns" : "rows", 0),
  b: side(k, n, bColumns ? "columns" : "rows", 0),
});

describe.each(kinds)("products, fused $fused", (kind) => {
  test("random small sizes, strides and gaps", () => {
    fc.assert(
      fc.property(problems(40, 40, 40), fc.boolean(), (problem, aLast) => check(problem, aLast, kind)),
      { numRuns: 200 },
    );
  });

  test.each([
    [100, 17, 1100],
    [300, 30, 9],
    [5, 400, 600],
    [130, 130, 130],
  ])("sizes beyond a block: up to %d x %d, sums of up to %d", (m, n, k) => {
    fc.assert(
      fc.property(problems(m, n, k), fc.boolean(), (problem, aLast) => check(problem, aLast, kind)),
      { numRuns: 12 },
    );
  });

  test("several blocks of A's rows", () => {
    check(fixed(340, 9, 400), false, kind);
    check(fixed(340, 49, 400, true, true), true, kind);
  });

  test.each([
    [1, 1, 100],
    [1, 70, 33],
    [2, 70, 33],
    [3, 9, 16],
    [70, 1, 33],
    [70, 1, 1],
    [1, 37, 1],
  ])("%d x %d, sums of %d, all four layouts", (m, n, k) => {
    for (const aColumns of [false, true])
      for (const bColumns of [false, true]) check(fixed(m, n, k, aColumns, bColumns), aColumns, kind);
  });

  test("NaN and Infinity go where they belong, and 0 times them is NaN", () => {
    const multiply = created.get(kind)!;
    for (const [m, n, k] of [
      [13, 11, 20],
      [2, 21, 20],
      [30, 30, 3],
    ] as const)
      for (const bColumns of [false, true]) {
        const problem = { ...fixed(m, n, k, false, bColumns), accumulate: false };
        const places = lay(problem, true);
        floats.fill(0, places.aAt, places.aAt + m * k);
        const { rowStride, columnStride } = problem.b;
        const set = (t: number, j: number, x: number) => {
          floats[places.bAt + t * rowStride + j * columnStride] = x;
        };
        set(1, 3, Number.NaN);
        set(2, 5, Number.POSITIVE_INFINITY);
        run(multiply, problem, places, 1);
        for (let i = 0; i < m; i++)
          for (let j = 0; j < n; j++)
            expect(floats[places.cAt + i * n + j]).toBe(j === 3 || j === 5 ? Number.NaN : 0);
      }
  });

  test("no terms: zeros, or C as it was", () => {
    const multiply = created.get(kind)!;
    for (const accumulate of [false, true]) {
      const problem = { ...fixed(3, 5, 0), a: plain, accumulate };
      const places = lay(problem, true);
      const c = floats.subarray(places.cAt, places.cAt + 15);
      c.fill(2);
      run(multiply, problem, places, 1);
      expect([...c]).toEqual(Array(15).fill(accumulate ? 2 : 0));
    }
  });
});

test("tiles of all heights give the same bits: all rows at once, and one by one", () => {
  for (const [m, n, k] of [
    [100, 61, 700],
    [7, 30, 40],
    [4, 40, 20],
  ] as const)
    for (const kind of kinds) {
      const multiply = created.get(kind)!;
      const problem = { ...fixed(m, n, k), accumulate: false };
      const places = lay(problem, true);
      const { aAt, cAt } = places;
      run(multiply, problem, places, 1);
      const together = floats.slice(cAt, cAt + m * n);
      floats.fill(0, cAt, cAt + m * n);
      for (let i = 0; i < m; i++)
        run(multiply, { ...problem, m: 1 }, { ...places, aAt: aAt + i * k, cAt: cAt + i * n }, 1);
      expect(Buffer.from(together.buffer).equals(Buffer.from(floats.slice(cAt, cAt + m * n).buffer))).toBe(
        true,
      );
    }
});
