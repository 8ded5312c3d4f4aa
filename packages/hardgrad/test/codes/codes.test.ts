import "../setup.ts";
import { jit, numpy as np, random } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import {
  codebookLoss,
  codebookUse,
  codeVectors,
  commitmentLoss,
  countCodes,
  diveq,
  frozenCodes,
  fsq,
  fsqCodes,
  fsqIndices,
  grad,
  lfq,
  lfqCodes,
  lfqEntropies,
  lfqIndices,
  moveCodebook,
  moveCounts,
  nearestCode,
  replaceDeadCodes,
  rotationTrick,
  simVqCodebook,
  startMovingCodebook,
  straightThroughCode,
} from "../../src/index.ts";
import { close, numbers } from "../close.ts";

const int = (values: readonly number[]): np.Array => np.array([...values], { dtype: np.int32 });
const normal = (seed: number, shape: readonly number[]): np.Array =>
  random.normal(random.key(seed), [...shape]);

describe("finite scalar quantization", () => {
  const every = Array.from({ length: 7 }, (_, i) => i + 2).flatMap((levels) =>
    (levels === 2 ? ["symmetric"] : ["offset", "symmetric"]).map(
      (form) => [levels, form as "offset"] as const,
    ),
  );
  test.each(every)("%i levels, %s: all are reached and no other, exactly, and 0 is +0", (levels, form) => {
    const z = Array.from({ length: 1801 }, (_, i) => [-9 + i / 100]);
    const codes = numbers(fsq(np.array(z), [levels], { form }));
    const found = [...new Set(codes)].sort((a, b) => a - b);
    const half = Math.floor(levels / 2);
    const expected = Array.from({ length: levels }, (_, l) =>
      form === "offset" ? (l - half) / half : (2 * l - levels + 1) / (levels - 1),
    );
    expect(found).toEqual(expected.map(Math.fround));
    expect(codes.some((c) => Object.is(c, -0))).toBe(false);
    expect(codes, "in order").toEqual([...codes].sort((a, b) => a - b));
  });
  test.each(["offset", "symmetric"] as const)("%s: every number leads to a code and back", (form) => {
    const levels = [4, 3, 5];
    const indices = Array.from({ length: 60 }, (_, i) => i);
    const codes = fsqCodes(int(indices), levels, { form });
    expect(new Set((codes.ref.js() as number[][]).map(String)).size).toBe(60);
    expect(numbers(fsqIndices(codes, levels, { form }))).toEqual(indices);
    const z = normal(1, [200, 3]).mul(2);
    const made = fsq(z, levels, { form });
    expect(fsqCodes(fsqIndices(made.ref, levels, { form }), levels, { form }).js()).toEqual(made.js());
  });
  test("the same bits eager, compiled, and from their numbers", () => {
    // A compiler that folds constants may round otherwise.
    for (const form of ["offset", "symmetric"] as const) {
      const levels = [3, 4, 7, 8, 11, 13];
      const z = normal(2, [300, 6]).mul(2);
      const made = fsq(z.ref, levels, { form });
      const back = (x: np.Array): np.Array => fsqCodes(x, levels, { form });
      const indices = fsqIndices(made.ref, levels, { form });
      const same = [jit((x: np.Array) => fsq(x, levels, { form }))(z), back(indices.ref), jit(back)(indices)];
      for (const codes of same) expect(numbers(codes)).toEqual(numbers(made.ref));
    }
  });
  test("the bound of 0 is 0: thresholds are as far on both sides", () => {
    // Of 4 levels: b = h tanh(z + s) - 1/2 is half a level at b = -1/2 and 1/2.
    const h = 1.5 * 1.001;
    const at = (b: number): number => Math.atanh((b + 0.5) / h) - Math.atanh(0.5 / h);
    const z = [at(-0.5) - 1e-4, at(-0.5) + 1e-4, at(0.5) - 1e-4, at(0.5) + 1e-4].map((v) => [v]);
    expect(numbers(fsq(np.array(z), [4]))).toEqual([-0.5, 0, 0, 0.5]);
  });
  test("the largest margin makes no level too many", () => {
    for (const levels of [3, 4, 5]) {
      const margin = (1 / (levels - 1)) * 0.999;
      expect(new Set(numbers(fsq(np.linspace(-20, 20, 999).reshape([999, 1]), [levels], { margin }))).size).toBe(levels); // biome-ignore format: one thought
    }
  });
  test("65536 levels, and many codes: whole numbers stay whole", () => {
    const levels = [65536, 32767];
    const number = 65536 * 32767 - 1;
    const margin = 1e-5;
    const codes = fsqCodes(int([number, 12345678]), levels, { margin });
    expect(numbers(fsqIndices(codes, levels, { margin }))).toEqual([number, 12345678]);
  });
});

describe("lookup-free quantization", () => {
  test("codes and numbers, both forms; the sign of 0 is -", () => {
    expect(numbers(lfq(np.array([0, -0, 1e-30, -3]), { scale: 2 }))).toEqual([-2, -2, 2, -2]);
    for (const spherical of [false, true]) {
      const codes = lfqCodes(int([0, 1, 6, 7]), 3, { scale: 1.5, spherical });
      expect(numbers(lfqIndices(codes.ref))).toEqual([0, 1, 6, 7]);
      close(numbers(np.sum(np.square(codes.ref), -1)), Array(4).fill(1.5 ** 2 * (spherical ? 1 : 3)));
      expect(lfq(codes.ref, { scale: 1.5, spherical }).js()).toEqual(codes.js());
    }
    expect(numbers(lfqIndices(lfqCodes(int([2 ** 30 - 1]), 30)))).toEqual([2 ** 30 - 1]);
  });
  test("spherical: the gradient has no part along x, and a row of zeros has none", () => {
    const x = [[0.3, -2, 0.7], [0, 0, 0]]; // biome-ignore format: a matrix
    const g = grad((a: np.Array) => np.sum(lfq(a, { spherical: true }).mul(np.array([1, 2, -1]))))(
      np.array(x),
    );
    const [first, second] = g.js() as [number[], number[]];
    close([first.reduce((sum, v, i) => sum + v * x[0]![i]!, 0)], [0]);
    expect(Math.hypot(...first)).toBeGreaterThan(0.1);
    expect(second).toEqual([0, 0, 0]);
  });
  test("entropies: none of a batch whose bits are equal, d log 2 of x = 0, no gradient far from 0", () => {
    const of = (x: np.Array): number[] => {
      const { sample, batch } = lfqEntropies(x);
      return [...numbers(sample), ...numbers(batch)];
    };
    for (const value of of(np.array([[2, -3], [1, -1]]))) expect(Math.abs(value)).toBeLessThan(1e-30); // biome-ignore format: a matrix
    close(of(np.zeros([3, 4])), [4 * Math.LN2, 4 * Math.LN2]);
    const loss = (a: np.Array): np.Array => {
      const { sample, batch } = lfqEntropies(a);
      return sample.sub(batch);
    };
    for (const value of numbers(grad(loss)(np.array([[0.5, -0.5]]))))
      expect(Math.abs(value)).toBeLessThan(1e-30);
  });
});

/** Vectors with a zero row, one equal to its codeword, and two opposite ones. */
const e = [[1, 2, -0.5], [0, 0, 0], [0.5, 1.5, 1], [-1, -3, -2], [1e-30, 2e-30, 0], [3, -1, 0.2]]; // biome-ignore format: a matrix
const q = [[0.5, 1.5, 1], [0.5, 1.5, 1], [0.5, 1.5, 1], [0.5, 1.5, 1], [0.5, 1.5, 1], [0, 0, 0]]; // biome-ignore format: a matrix
const through = { straightThroughCode, rotationTrick, diveq };

describe("gradients through a codeword", () => {
  test.each(Object.entries(through))("%s: forward exactly the codeword, backward finite", (_, fn) => {
    expect(fn(np.array(e), np.array(q)).js()).toEqual(np.array(q).js());
    const many = normal(3, [50, 7]).mul(1e-3);
    const far = normal(4, [50, 7]).mul(1e3);
    expect(fn(many, far.ref).js()).toEqual(far.js());
    const g = grad((a: np.Array, b: np.Array) => np.sum(fn(a, b).mul(np.array([1, -1, 2]))), {
      argnums: [0, 1],
    });
    for (const of of g(np.array(e), np.array(q))) expect(numbers(of).every(Number.isFinite)).toBe(true);
  });
  /** Rows of the matrix that takes a cotangent to the gradient. */
  const jacobian = (fn: typeof straightThroughCode, which: 0 | 1, a: number[], b: number[]): number[][] =>
    a.map((_, i) => {
      const pick = np.array(a.map((_, j) => (i === j ? 1 : 0)));
      const both = grad((x: np.Array, y: np.Array) => np.sum(fn(x, y).mul(pick)), { argnums: [0, 1] });
      return numbers(both(np.array(a), np.array(b))[which]!);
    });
  test("the rotation is orthogonal, of determinant 1 but for the reflection, and takes e to q", () => {
    const cases = [0, 1e-4, 2e-3, 0.1, 1, 2, 3].map((turn) => [
      [2 * Math.cos(turn), 2 * Math.sin(turn), 0],
      [-0.5, 0, 0],
    ]);
    for (const [from, to] of cases as [number[], number[]][]) {
      const scale = Math.hypot(...to) / Math.hypot(...from);
      // Row i of the jacobian is the gradient of y_i: R itself, times the ratio of the norms.
      const R = jacobian(rotationTrick, 0, from, to).map((row) => row.map((v) => v / scale));
      const product = R.flatMap((a) => R.map((b) => a.reduce((sum, v, i) => sum + v * b[i]!, 0)));
      // Near the reflection the direction of a sum of 1e-3 is known to 1e-4.
      close(product, [1, 0, 0, 0, 1, 0, 0, 0, 1], { within: 2e-4 });
      const image = R.map((row) => scale * row.reduce((sum, v, i) => sum + v * from[i]!, 0));
      close(image, to, { within: 1e-3 });
      const [a, b, c] = R as [number[], number[], number[]];
      const cross = [
        a[1]! * b[2]! - a[2]! * b[1]!,
        a[2]! * b[0]! - a[0]! * b[2]!,
        a[0]! * b[1]! - a[1]! * b[0]!,
      ];
      const opposite = Math.atan2(from[1]!, from[0]!) < 1e-3;
      close([cross.reduce((sum, v, i) => sum + v * c[i]!, 0)], [opposite ? -1 : 1], { within: 1e-3 });
    }
  });
  test("rotation: e = 0 is straight-through, q = 0 has no gradient, and no size overflows", () => {
    expect(jacobian(rotationTrick, 0, [0, 0], [1, 1])).toEqual([[1, 0], [0, 1]]); // biome-ignore format: a matrix
    expect(jacobian(rotationTrick, 0, [1, 1], [0, 0]).flat().map(Math.abs)).toEqual([0, 0, 0, 0]);
    const quarter = jacobian(rotationTrick, 0, [1e-25, 0], [0, 1e-25]).flat();
    close(quarter, [0, -1, 1, 0]);
    close(jacobian(rotationTrick, 0, [1e25, 0], [0, 1e25]).flat(), quarter);
  });
  test.each([0, 0.3])("the two Jacobians of DiVeQ sum to the identity, noise %d", (sigma) => {
    for (const [i, row] of e.entries()) {
      const noise = normal(i, [3]).mul(sigma);
      const fn = (a: np.Array, b: np.Array): np.Array => diveq(a, b, ...(sigma > 0 ? [noise.ref] : []));
      const [own, other] = [jacobian(fn, 0, row, q[i]!), jacobian(fn, 1, row, q[i]!)];
      close(
        own.flatMap((r, j) => r.map((v, k) => v + other[j]![k]!)),
        [1, 0, 0, 0, 1, 0, 0, 0, 1],
      );
    }
  });
  test("DiVeQ by finite differences, with the direction held", () => {
    const [a, b, g, v] = [[1, 2, -0.5], [0.4, 1.1, 1], [1, -1, 2], [0.1, 0.2, -0.3]]; // biome-ignore format: four vectors
    const unit = (x: number[]): number[] => x.map((c) => c / Math.hypot(...x));
    const u = unit(a.map((c, i) => b[i]! - c + v[i]!));
    const loss = (x: number[], y: number[]): number => {
      const length = Math.hypot(...x.map((c, i) => y[i]! - c));
      return x.reduce((sum, c, i) => sum + g[i]! * (c + length * u[i]!), 0);
    };
    const differences = (f: (x: number[]) => number, x: number[]): number[] =>
      x.map((_, i) => {
        const moved = (by: number): number[] => x.map((c, j) => (i === j ? c + by : c));
        return (f(moved(1e-6)) - f(moved(-1e-6))) / 2e-6;
      });
    const ours = grad((x: np.Array, y: np.Array) => np.sum(diveq(x, y, np.array(v)).mul(np.array(g))), {
      argnums: [0, 1],
    })(np.array(a), np.array(b));
    close(
      numbers(ours[0]!),
      differences((x) => loss(x, b), a),
    );
    close(
      numbers(ours[1]!),
      differences((y) => loss(a, y), b),
    );
  });
  test("with noise the length is kept: y is on the sphere through q", () => {
    const [a, b] = [normal(5, [40, 8]), normal(6, [40, 8])];
    const y = diveq(a.ref, b.ref, normal(7, [40, 8]));
    const length = (x: np.Array): number[] => numbers(np.sqrt(np.sum(np.square(x), -1)));
    close(length(y.ref.sub(a.ref)), length(b.ref.sub(a)));
    expect(Math.max(...length(y.sub(b)))).toBeGreaterThan(0.5);
  });
  test("losses: each has its own side of the gradient", () => {
    const both = (loss: typeof codebookLoss) =>
      grad((a: np.Array, b: np.Array) => np.sum(loss(a, b)), { argnums: [0, 1] })(np.array([1, 2]), np.array([0, 4])).map(numbers); // biome-ignore format: one thought
    expect(both(codebookLoss)).toEqual([[0, 0], [-1, 2]]); // biome-ignore format: two vectors
    expect(both(commitmentLoss)).toEqual([[1, -2], [0, 0]]); // biome-ignore format: two vectors
  });
});

describe("codebooks", () => {
  test("the first of a tie, and far from the origin", () => {
    const at = (rows: number[][], codes: number[][]) => numbers(nearestCode(np.array(rows), np.array(codes)));
    expect(at([[0, 0], [1, 0]], [[1, 0], [-1, 0], [1, 0]])).toEqual([0, 0]); // biome-ignore format: two matrices
    expect(at([[1]], [[5], [0], [2]])).toEqual([1]);
    // Of the expanded square of the distance nothing would be left here.
    expect(
      at(
        [[4096.02, 0]],
        [
          [4096, 0],
          [4096.03, 0],
          [4096.1, 0],
        ],
      ),
    ).toEqual([1]);
    expect(nearestCode(normal(1, [2, 3, 4]), normal(2, [5, 4])).shape).toEqual([2, 3]);
  });
  test("codewords come bit by bit, and their gradient goes to the rows that were chosen", () => {
    const codebook = normal(9, [5, 3]);
    const rows = codebook.ref.js() as number[][];
    expect(codeVectors(codebook.ref, int([4, 0, 4])).js()).toEqual([rows[4], rows[0], rows[4]]);
    const g = grad((c: np.Array) => np.sum(codeVectors(c, int([4, 0, 4])).mul(np.array([1, 2, 3]))))(
      codebook,
    );
    expect(g.js()).toEqual([[1, 2, 3], [0, 0, 0], [0, 0, 0], [0, 0, 0], [2, 4, 6]]); // biome-ignore format: a matrix
  });
  test("dead codes: as many as are below the threshold become vectors of the batch, sum and count with them", () => {
    const start = startMovingCodebook(normal(1, [6, 2]));
    const state = { ...start, count: np.array([0, 1.9, 2, 2.1, 50, 0.5]) };
    const before = { codebook: state.codebook.ref.js(), sum: state.sum.ref.js() } as {
      [name: string]: number[][];
    };
    const batch = normal(2, [3, 4, 2]);
    const vectors = (batch.ref.reshape([12, 2]).js() as number[][]).map(String);
    const { state: next, replaced } = replaceDeadCodes(state, batch, random.key(4), 2);
    expect(numbers(replaced)).toEqual([1, 1, 0, 0, 0, 1]);
    close(numbers(next.count), [2, 2, 2, 2.1, 50, 2]);
    const [codebook, sum] = [next.codebook.js() as number[][], next.sum.js() as number[][]];
    for (const dead of [0, 1, 5]) {
      expect(vectors).toContain(String(codebook[dead]));
      expect(sum[dead]).toEqual(codebook[dead]!.map((v) => 2 * v));
    }
    for (const alive of [2, 3, 4]) {
      expect(codebook[alive]).toEqual(before.codebook![alive]);
      expect(sum[alive]).toEqual(before.sum![alive]);
    }
  });
  test("threshold 0 replaces none; every vector of the batch can be drawn, in equal parts", () => {
    const state = (count: number) => ({ codebook: np.zeros([4000, 1]), count: np.full([4000], count) });
    const batch = np.array([[1], [2], [3], [4]]);
    expect(numbers(np.sum(replaceDeadCodes(state(0), batch.ref, random.key(0), 0).replaced))).toEqual([0]);
    const drawn = numbers(replaceDeadCodes(state(0), batch, random.key(0), 1).state.codebook);
    // 4.5 standard errors of 4000 draws.
    for (const value of [1, 2, 3, 4])
      expect(Math.abs(drawn.filter((v) => v === value).length - 1000)).toBeLessThan(4.5 * Math.sqrt(750));
  });
  test("moving counts are those of the moving codebook", () => {
    const start = startMovingCodebook(normal(1, [4, 2]));
    const counts = moveCounts(start.count.ref, int([1, 1, 3]), 0.7);
    const next = moveCodebook(start, normal(2, [3, 2]), int([1, 1, 3]), { decay: 0.7 });
    expect(numbers(counts)).toEqual(numbers(next.count));
  });
  test("use: K when all codes are used alike, 1 for one code, counts over batches", () => {
    expect(codebookUse(Array(64).fill(7)).perplexity).toBeCloseTo(64, 10);
    expect(codebookUse([0, 12, 0])).toEqual({ share: 1 / 3, perplexity: 1 });
    const counts = countCodes(int([0, 2, 2]), 4).add(countCodes(int([2]), 4));
    expect(numbers(counts)).toEqual([1, 0, 3, 0]);
  });
  test("frozen codes are normal of variance 1/inner", () => {
    const values = numbers(frozenCodes(random.key(1), 500, 40));
    const mean = values.reduce((a, b) => a + b, 0) / 20_000;
    const variance = values.reduce((a, b) => a + b * b, 0) / 20_000;
    // 4.5 standard errors.
    expect(Math.abs(mean)).toBeLessThan(4.5 * Math.sqrt(1 / 40 / 20_000));
    expect(Math.abs(variance * 40 - 1)).toBeLessThan(4.5 * Math.sqrt(2 / 20_000));
    expect(simVqCodebook(frozenCodes(random.key(1), 5, 3), np.ones([2, 3])).shape).toEqual([5, 2]);
  });
});

type Call = (x: np.Array, c: np.Array) => np.Array;
const k = random.key(1);

describe("compiled or not, and NaN", () => {
  const alone =
    (fn: (x: np.Array) => np.Array): Call =>
    (x, c) => {
      c.dispose();
      return fn(x);
    };
  const calls: [string, Call][] = [
    ["fsq", alone((x) => fsq(x, [3, 4, 5]))],
    ["fsq symmetric", alone((x) => fsq(x, [2, 4, 5], { form: "symmetric" }))],
    ["fsqIndices", alone((x) => fsqIndices(fsq(x, [3, 4, 5]), [3, 4, 5]))],
    ["fsqCodes", alone((x) => fsqCodes(fsqIndices(fsq(x, [3, 4, 5]), [3, 4, 5]), [3, 4, 5]))],
    ["lfq", alone((x) => lfq(x))],
    ["lfq spherical", alone((x) => lfq(x, { spherical: true }))],
    ["lfqIndices", alone((x) => lfqIndices(lfq(x)))],
    ["lfqEntropies", alone((x) => np.stack(Object.values(lfqEntropies(x, { inverseTemperature: 1 }))))],
    ["nearestCode", nearestCode],
    ...Object.entries(through).map(([name, fn]): [string, Call] => [
      name,
      (x, c) => fn(x.ref, codeVectors(c.ref, nearestCode(x, c))),
    ]),
    ["moveCodebook", (x, c) => moveCodebook(startMovingCodebook(c.ref), x.ref, nearestCode(x, c)).codebook],
    ["replaceDeadCodes", (x, c) => replaceDeadCodes(startMovingCodebook(c), x, k.ref).state.codebook],
    [
      "simVqCodebook",
      (x, c) => {
        x.dispose();
        return simVqCodebook(c, np.ones([4, 3]));
      },
    ],
  ];
  test.each(calls)("%s: jit = eager, and a gradient under jit", (_, call) => {
    const [x, c] = [normal(11, [6, 3]), normal(12, [8, 3])];
    close(numbers(jit(call)(x.ref, c.ref)), numbers(call(x.ref, c.ref)), { within: 1e-6, relative: 1e-6 });
    const loss = (a: np.Array, b: np.Array): np.Array => np.sum(call(a, b).astype(np.float32));
    const g = grad(loss, { argnums: [0, 1] });
    const [eager, compiled] = [g(x.ref, c.ref), jit(g)(x, c)];
    for (const i of [0, 1])
      close(numbers(compiled[i]!), numbers(eager[i]!), { within: 1e-5, relative: 1e-5 });
  });
  test("NaN stays NaN", () => {
    const x = np.array([Number.NaN, 1, 2]);
    for (const y of [fsq(x.ref, [3, 4, 5]), fsq(x.ref, [3, 4, 5], { form: "symmetric" }), lfq(x.ref)]) {
      const values = numbers(y);
      expect(values[0]).toBeNaN();
      expect(Number.isFinite(values[1])).toBe(true);
    }
    expect(numbers(lfq(x.ref, { spherical: true }))[0]).toBeNaN();
    for (const fn of Object.values(through)) expect(numbers(fn(x.ref, np.array([1, 2, 3])))[0]).toBeNaN();
    const { sample, batch } = lfqEntropies(x.reshape([1, 3]));
    expect([...numbers(sample), ...numbers(batch)]).toEqual([Number.NaN, Number.NaN]);
  });
  test("infinite numbers are large ones", () => {
    const x = np.array([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
    expect(numbers(fsq(x.ref, [3, 4]))).toEqual([1, -1]);
    expect(numbers(lfq(x))).toEqual([1, -1]);
  });
});

describe("what can't work is refused in a sentence", () => {
  const book = (): np.Array => np.zeros([3, 2]);
  const state = () => ({ codebook: book(), count: np.ones([3]) });
  const cases: [RegExp, () => unknown][] = [
    [/^fsq: with 2 levels .* use \{ form: "symmetric" \}, or 3 levels\.$/, () => fsq(np.zeros([2]), [2, 3])],
    [/^fsq: levels must be whole numbers from 3 to 65536, not 2\.5\.$/, () => fsq(np.zeros([1]), [2.5])],
    [/^fsq: levels must be a list such as \[8, 6, 5\], not \[\]\.$/, () => fsq(np.zeros([1]), [])],
    [/^fsq: margin must be below .* 0\.3 is not below 1\/4\.$/, () => fsq(np.zeros([1]), [5], { margin: 0.3 })],
    [/^fsq: the last axis of z .* 2, but the shape is \[3\]\.$/, () => fsq(np.zeros([3]), [4, 4])],
    [/^fsqIndices: levels .* make 4294967296 codes/, () => fsqIndices(np.zeros([2]), [65536, 65536], { margin: 1e-6 })],
    [/^fsqCodes: indices must be int32 or uint32, not float32/, () => fsqCodes(np.zeros([2]), [4])],
    [/^lfq: scale must be a number from 0.001 to 1000, not 0\.$/, () => lfq(np.zeros([2]), { scale: 0 })],
    [/^lfqIndices: the number of dimensions .* 1 to 30, not 31\.$/, () => lfqIndices(np.zeros([31]))],
    [/^lfqCodes: the number of dimensions .* 1 to 30, not 0\.$/, () => lfqCodes(int([1]), 0)],
    [/^lfqEntropies: the number of dimensions .* 1 to 16, not 17\.$/, () => lfqEntropies(np.zeros([2, 17]))],
    [/^lfqEntropies: inverseTemperature must be .* 0.1 to 1000/, () => lfqEntropies(np.zeros([2, 3]), { inverseTemperature: 0 })],
    [/^nearestCode: the last axis of e .* 2, but the shape is \[4,3\]\.$/, () => nearestCode(np.zeros([4, 3]), book())],
    [/^nearestCode: the codebook must have shape .* not \[2\]\.$/, () => nearestCode(np.zeros([2]), np.zeros([2]))],
    [/^codeVectors: indices must be int32/, () => codeVectors(book(), np.zeros([2]))],
    [/^rotationTrick: vectors of one dimension .* use straightThroughCode\.$/, () => rotationTrick(np.zeros([3, 1]), np.zeros([3, 1]))],
    ...[straightThroughCode, rotationTrick, diveq, codebookLoss, commitmentLoss].map((fn): [RegExp, () => unknown] => [
      /: e and q must have one shape \[\.\.\., dimensions\], but have \[3,2\] and \[2\]\.$/,
      () => fn(np.zeros([3, 2]), np.zeros([2])),
    ]),
    [/^moveCodebook: decay must be a number from 0 to 0.9999, not 1\.$/, () => moveCodebook(startMovingCodebook(book()), book(), int([0, 1, 2]), { decay: 1 })],
    [/^moveCodebook: the state has no sum/, () => moveCodebook(state(), book(), int([0, 1, 2]))],
    [/^moveCodebook: vectors of shape \[3,2\] need indices of shape \[3\], not \[2\]\.$/, () => moveCodebook(startMovingCodebook(book()), book(), int([0, 1]))],
    [/^moveCounts: decay must be/, () => moveCounts(np.ones([2]), int([0]), -1)],
    [/^replaceDeadCodes: the threshold must be .* not NaN\.$/, () => replaceDeadCodes(state(), book(), random.key(0), Number.NaN)],
    [/^simVqCodebook: the last axis of the weights/, () => simVqCodebook(book(), np.zeros([2, 5]))],
    [/^frozenCodes: codes must be a whole number from 2 to 65536, not 1\.$/, () => frozenCodes(random.key(0), 1, 3)],
    [/^countCodes: codes must be a whole number/, () => countCodes(int([0]), 1)],
    [/^codebookUse: the count of code 1 is -1; /, () => codebookUse([2, -1])],
    [/^codebookUse: 2 counts sum to 0; /, () => codebookUse([0, 0])],
    [/^nearestCode: e must be an array of jax-js, not a plain list; /, () => nearestCode([[1, 2]] as never, book())],
  ]; // biome-ignore format: a table
  test.each(cases)("%s", (message, call) => {
    expect(call).toThrow(message);
  });
});
