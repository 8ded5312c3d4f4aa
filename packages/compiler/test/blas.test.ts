import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { callFrom, WORTH_THREADS } from "../src/blas/call.ts";
import { loadBlas } from "../src/blas/load.ts";
import { sgemmOf, sharesOf } from "../src/blas/sgemm.ts";
import type { Multiply } from "../src/product-form.ts";
import { ownCacheFolder } from "./blas/fixtures.ts";

/** Where a matrix lies: its address in bytes, its strides in elements. */
interface Matrix {
  readonly address: number;
  readonly rowStride: number;
  readonly columnStride: number;
}

afterAll(ownCacheFolder());
const blas = await loadBlas();
const missing = "reason" in blas;
const title = (name: string) => `${name}${missing ? ` (skipped: ${blas.reason})` : ""}`;

/** By which the products that a BLAS can't compute are noticed. */
function counted(): { readonly fallback: Multiply; calls: number } {
  const count = {
    calls: 0,
    fallback() {
      count.calls++;
    },
  };
  return count;
}

/** As programs call it: what the BLAS can't compute goes to our own kernels. */
function on(memory: WebAssembly.Memory, fallback: Multiply = counted().fallback): Multiply {
  if (missing) throw new Error(blas.reason);
  const sgemm = blas.sgemmOn(memory);
  return (...values) => {
    const found = sgemmOf(values.slice(0, 12));
    if (found) sgemm(...(found as Parameters<typeof sgemm>));
    else fallback(...values);
  };
}

/** A product of matrices that lie one behind the other from `start`, in bytes; returns C's rows. */
function product(
  multiply: Multiply,
  memory: WebAssembly.Memory,
  a: readonly number[],
  b: readonly number[],
  [m, n, k]: readonly [number, number, number],
  accumulate = 0,
  start = 0,
): Float32Array {
  new Float32Array(memory.buffer, start, a.length).set(a);
  new Float32Array(memory.buffer, start + 4 * a.length, b.length).set(b);
  const c = start + 4 * (a.length + b.length);
  multiply(m, n, k, start, k, 1, start + 4 * a.length, n, 1, c, n, accumulate, 0, 1);
  return new Float32Array(memory.buffer, c, m * n);
}

const strides = ["rows", "columns", "both", "broadcast"] as const;
type Stride = (typeof strides)[number];

function lay(rows: number, columns: number, kind: Stride, gap: number, address: number): Matrix {
  switch (kind) {
    case "rows":
      return { address, rowStride: columns + gap, columnStride: 1 };
    case "columns":
      return { address, rowStride: 1, columnStride: rows + gap };
    case "both":
      return { address, rowStride: 2 * columns + gap, columnStride: 2 };
    case "broadcast":
      return { address, rowStride: 0, columnStride: 1 };
  }
}

const size = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 9 }) },
  fc.integer({ min: 1, max: 45 }),
);
const shape = fc.record({
  m: size,
  n: size,
  k: size,
  a: fc.constantFrom(...strides),
  b: fc.constantFrom(...strides),
  gaps: fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3)),
  accumulate: fc.constantFrom(0, 1),
});

test.skipIf(missing)(title("products are those of float64, and nothing else is written"), () => {
  const memory = new WebAssembly.Memory({ initial: 4 });
  const all = new Float32Array(memory.buffer);
  for (let i = 0; i < all.length; i++) all[i] = Math.sin(i * i);
  const count = counted();
  const multiply = on(memory, count.fallback);
  fc.assert(
    fc.property(shape, ({ m, n, k, a: kindA, b: kindB, gaps, accumulate }) => {
      const a = lay(m, k, kindA, gaps[0], 0);
      const b = lay(k, n, kindB, gaps[1], 4 * 20_000);
      const c = { address: 4 * 40_000, rowStride: n + gaps[2] };
      const before = all.slice();
      const at = (x: Matrix, i: number, j: number) =>
        before[x.address / 4 + i * x.rowStride + j * x.columnStride]!;
      count.calls = 0;
      const { rowStride: ar, columnStride: ac } = a;
      const { rowStride: br, columnStride: bc } = b;
      multiply(m, n, k, a.address, ar, ac, b.address, br, bc, c.address, c.rowStride, accumulate, 0, 1);

      const plain = (kind: Stride, rows: number, columns: number) =>
        kind === "rows" ||
        kind === "columns" ||
        (kind === "both" && (rows === 1 || columns === 1)) ||
        (kind === "broadcast" && rows === 1);
      const computed = plain(kindA, m, k) && plain(kindB, k, n);
      expect(count.calls).toBe(computed ? 0 : 1);
      for (let i = 0; computed && i < m; i++)
        for (let j = 0; j < n; j++) {
          const place = 40_000 + i * c.rowStride + j;
          let sum = accumulate * before[place]!;
          let size = Math.abs(sum);
          for (let p = 0; p < k; p++) {
            const term = at(a, i, p) * at(b, p, j);
            sum += term;
            size += Math.abs(term);
          }
          // A product's and at most k additions' rounding for each term, in any order; one more for the second order.
          const error = Math.abs(all[place]! - sum);
          if (!(error <= (k + 2) * 2 ** -24 * size)) expect.fail(`(${i}, ${j}) is off by ${error}`);
          before[place] = all[place]!;
        }
      expect(Buffer.from(all.buffer).equals(Buffer.from(before.buffer))).toBe(true);
    }),
    { numRuns: 200, seed: 16 },
  );
});

test.skipIf(missing)(title("large products use the threads, and are right"), () => {
  const [m, n, k] = [131, 150, 141] as const;
  expect(m * n * k).toBeGreaterThan(WORTH_THREADS);
  const memory = new WebAssembly.Memory({ initial: 16 });
  const a = Array.from({ length: m * k }, (_, e) => ((e * 7) % 19) - 9);
  const b = Array.from({ length: k * n }, (_, e) => ((e * 5) % 17) - 8);
  const c = product(on(memory), memory, a, b, [m, n, k]);
  // Whole numbers, so exact.
  for (let i = 0; i < m; i++)
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let p = 0; p < k; p++) sum += a[i * k + p]! * b[p * n + j]!;
      expect(c[i * n + j]).toBe(sum);
    }
});

test.skipIf(missing)(
  title("what isn't finite goes through as IEEE says; a C that is only written is not read"),
  () => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const multiply = on(memory);
    new Float32Array(memory.buffer).fill(Number.NaN);
    expect([...product(multiply, memory, [1, 2, 3, 4], [1, 0, 0, 1], [2, 2, 2])]).toEqual([1, 2, 3, 4]);
    const rows = product(multiply, memory, [1, Number.NaN, 3, 4], [1, 1, 1, 1], [2, 2, 2]);
    expect([...rows]).toEqual([Number.NaN, Number.NaN, 7, 7]);
    const ends = product(multiply, memory, [1, Infinity, 3, 4], [1, 0, 1, -1], [2, 2, 2]);
    expect([...ends]).toEqual([Infinity, -Infinity, 7, -4]);
    expect([...product(multiply, memory, [Infinity], [0], [1, 1, 1])]).toEqual([Number.NaN]);
    new Float32Array(memory.buffer)[2] = Number.NaN;
    expect([...product(multiply, memory, [1], [1], [1, 1, 1], 1)]).toEqual([Number.NaN]);
  },
);

test.skipIf(missing)(title("a memory may grow, and may be shared"), () => {
  for (const shared of [false, true]) {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 600, shared });
    const multiply = on(memory);
    expect([...product(multiply, memory, [2], [3], [1, 1, 1])]).toEqual([6]);
    memory.grow(500);
    expect([...product(multiply, memory, [2], [4], [1, 1, 1])]).toEqual([8]);
    expect([...product(multiply, memory, [2, 1], [4, 5], [1, 1, 2], 0, 400 * 65536)]).toEqual([13]);
  }
});

test.skipIf(missing)(title("addresses beyond 2^31, which WebAssembly hands on as negative numbers"), () => {
  const memory = new WebAssembly.Memory({ initial: 32769 });
  const high = 2 ** 31;
  new Float32Array(memory.buffer, high, 2).set([3, 5]);
  on(memory)(1, 1, 1, high | 0, 1, 1, (high | 0) + 4, 1, 1, (high | 0) + 8, 1, 0, 0, 1);
  expect(new Float32Array(memory.buffer, high, 3)[2]).toBe(15);
});

test("of a BLAS that one thread at a time may call: one of its threads for small products, all for large ones", () => {
  const several: boolean[] = [];
  const memory = new WebAssembly.Memory({ initial: 1 });
  const sgemm = callFrom(
    memory,
    () => {},
    () => 0,
    (large) => several.push(large),
  );
  for (const n of [10, 200]) sgemm(111, 111, n, n, n, 0, n, 0, n, 0, 0, n);
  expect(several).toEqual([false, true]);
});

test("an empty product is none of a BLAS", () => {
  for (const [m, n, k] of [
    [0, 2, 2],
    [2, 0, 2],
    [2, 2, 0],
  ] as const)
    expect(sgemmOf([m, n, k, 64, k, 1, 128, n, 1, 256, n, 0])).toBeUndefined();
});

test("parts of a product are the product", () => {
  fc.assert(
    fc.property(shape, fc.integer({ min: 1, max: 5 }), ({ m, n, k, a, b, gaps }, threads) => {
      const [left, right] = [lay(m, k, a, gaps[0], 0), lay(k, n, b, gaps[1], 4 * 20_000)];
      const { address: x, rowStride: ar, columnStride: ac } = left;
      const { address: y, rowStride: br, columnStride: bc } = right;
      const c = 4 * 40_000;
      const ldc = n + gaps[2];
      const parts = sharesOf([m, n, k, x, ar, ac, y, br, bc, c, ldc, 0], threads);
      expect(parts.length).toBe(threads);
      // Each element of C once, from its row of A and its column of B.
      const seen = new Map<number, readonly number[]>();
      for (const [rows, columns, terms, from, pr, pc, other, qr, qc, to, row] of parts.flat() as number[][])
        for (let i = 0; i < rows!; i++)
          for (let j = 0; j < columns!; j++) {
            const at = to! + 4 * (i * row! + j);
            expect(seen.has(at)).toBe(false);
            seen.set(at, [terms!, from! + 4 * i * pr!, pc!, other! + 4 * j * qc!, qr!]);
          }
      expect(seen.size).toBe(m * n);
      for (let i = 0; i < m; i++)
        for (let j = 0; j < n; j++)
          expect(seen.get(c + 4 * (i * ldc + j))).toEqual([k, x + 4 * i * ar, ac, y + 4 * j * bc, br]);
    }),
    { numRuns: 100, seed: 17 },
  );
});
