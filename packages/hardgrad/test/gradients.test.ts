import "./setup.ts";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as jax from "@jax-js/jax";
import { jit, lax, nn, numpy as np, random, vmap } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import { compiled } from "../src/compiler.ts";
import { gradientAlong } from "../src/gradients.ts";
import {
  audit,
  bernoulli,
  detach,
  grad,
  type Objective,
  reinmax,
  straightThrough,
  straightThroughSigmoid,
  through,
  valueAndGrad,
} from "../src/index.ts";
import { close } from "./close.ts";

/** Six numbers, as a matrix; functions of them that are sums of degree 2 at most, so that differences are exact. */
const at = [1, -2, 3, 0.5, -1, 2];
const x6 = (): np.Array => np.array(at).reshape([2, 3]);
const indices = (...i: number[]): np.Array => np.array(i, { dtype: np.int32 });
const flat = (x: np.Array): np.Array => x.reshape([6]);
const image = (x: np.Array): np.Array => x.reshape([1, 1, 6]);
const kernel = (): np.Array => np.array([1, 2, 3]).reshape([1, 1, 3]);
const kernels = (): np.Array => np.array([1, 2, 3, 2, 1, 0]).reshape([2, 1, 3]);

/** What picks, moves or pads entries. */
const layouts: { readonly [name: string]: (x: np.Array) => np.Array } = {
  identity: (x) => x,
  slice: (x) => x.slice([], [0, 2]),
  "one row": (x) => x.slice(0),
  "one entry": (x) => x.slice(1, 2),
  "slice by an array": (x) => x.slice([], indices(2, 0)),
  split: (x) => np.split(x, 3, 1)[1]!,
  pad: (x) =>
    np
      .pad(x, [
        [1, 1],
        [0, 2],
      ])
      .slice([1, 3], [1, 5]),
  diagonal: (x) => np.diagonal(x.slice([], [0, 2])),
  trace: (x) => np.trace(x.slice([], [1, 3])),
  diag: (x) => np.diag(x.slice(0)).slice([0, 2]),
  flip: (x) => np.flip(x, 1).slice([], [0, 1]),
  roll: (x) => np.roll(x, 1, 1).slice([], [0, 2]),
  concatenate: (x) => np.concatenate([x.ref, x], 1).slice([], [1, 5]),
  "concatenate a literal": (x) => np.concatenate([np.broadcastTo(np.array(3), [2, 1]), x], 1),
  append: (x) => np.append(flat(x), np.array(1)),
  stack: (x) => np.stack([x.ref, x], 0).slice(0),
  "stack scalars": (x) => np.stack([np.sum(x), np.array(2)]),
  hstack: (x) => np.hstack([x, np.ones([2, 1])]).slice([], [2, 4]),
  tile: (x) => np.tile(x, [2, 2]).slice([0, 3], [1, 5]),
  repeat: (x) => np.repeat(x, 2, 1).slice([], [1, 4]),
  transpose: (x) => x.transpose().slice([0, 2]),
  triangle: (x) => np.tril(x),
  where: (x) => np.where(np.array([true, false, true]), x, 0),
  cumsum: (x) => np.cumsum(flat(x)).slice([0, 4]),
  diff: (x) => np.diff(flat(x)),
  take: (x) => np.take(x, indices(2, 0), 1),
  "take, reshaped": (x) => np.take(x, indices(2, 0), 1).reshape([4]),
  "every second": (x) => np.take(flat(x), indices(0, 2, 4), 0),
  "take along": (x) => np.takeAlongAxis(x, indices(2, 0).reshape([1, 2]), 1),
  sort: (x) => np.sort(x, 1).slice([], [0, 2]),
  "sort of a view": (x) => np.sort(x.transpose(), -1),
  "top k": (x) => lax.topK(x, 2)[0]!,
  max: (x) => np.max(x, 1),
  "product with zeros and ones": (x) => np.matmul(x, np.array([1, 0, 0, 1, 0, 0]).reshape([3, 2])),
  "sum of a mask": (x) => np.sum(x.ref).mul(np.sum(np.less(x, 2.5).mul(1))),
  convolve: (x) => np.convolve(flat(x), np.array([1, 2]), "valid"),
  "convolve, full": (x) => np.convolve(flat(x), np.array([1, 2]), "full"),
  "convolve, same, after a sum": (x) => np.convolve(flat(x).add(1), np.array([1, 2, 1]), "same"),
  "convolution, strided": (x) => lax.conv(image(x), kernel(), [2], "VALID"),
  "convolution, padded": (x) => lax.conv(image(x), kernel(), [1], "SAME"),
  "convolution, padded, after a sum": (x) => lax.conv(image(x).add(1), kernel(), [1], "SAME"),
  "convolution, padded and strided, after a sum": (x) => lax.conv(image(x).add(1), kernel(), [2], "SAME"),
  "convolution, two channels": (x) => lax.conv(image(x).add(1), kernels(), [1], "SAME"),
  "convolution, dilated": (x) =>
    lax.convGeneralDilated(image(x).add(1), kernel(), [1], [[2, 2]], { lhsDilation: [2], rhsDilation: [2] }),
  "convolution by x": (x) =>
    lax.conv(
      np.arange(6).astype(np.float32).add(1).reshape([1, 1, 6]),
      image(x).slice([], [], [0, 3]),
      [1],
      "SAME",
    ),
  "transposed convolution": (x) => lax.convTranspose(image(x).add(1), kernel(), [2], "SAME"),
  "sums over windows": (x) => lax.reduceWindow(x.add(1), (w: np.Array) => np.sum(w), [2, 2], [1, 1]),
};
const losses: { readonly [name: string]: (y: np.Array) => np.Array } = {
  sum: (y) => np.sum(y),
  mean: (y) => np.negative(np.mean(y)),
  quadratic: (y) => np.sum(np.square(y.sub(0.3))),
};

/** Central differences, run eagerly; exact for degree 2 up to rounding. */
function differences(f: (x: np.Array) => np.Array): number[] {
  const value = (shift: number, i: number): number =>
    f(np.array(at.map((v, j) => (i === j ? v + shift : v))).reshape([2, 3])).js() as number;
  return at.map((_, i) => (value(0.25, i) - value(-0.25, i)) / 0.5);
}

// Values reach 300, and float32 rounds them by 3e-5; the difference is divided by 1/2.
const rounding = { within: 3e-4 };
const numbers = (x: np.Array): number[] => (x.js() as number[]).flat(9) as unknown as number[];

describe("grad: eager, compiled, mapped and nested are the derivative", () => {
  for (const [layout, move] of Object.entries(layouts))
    test(layout, () => {
      for (const [loss, end] of Object.entries(losses)) {
        const f = (x: np.Array): np.Array => end(move(x));
        const expected = differences(f);
        close(numbers(grad(f)(x6())), expected, rounding);
        const [value, compiled] = jit(valueAndGrad(f))(x6());
        close(numbers(compiled), expected, rounding);
        expect(value.js(), loss).toBeCloseTo(f(x6()).js() as number, 3);
        if (layout.startsWith("sums over")) continue; // jax-js can't map these
        const rows = jit(vmap(grad(f)))(np.stack([x6(), x6()], 0)).js() as number[][][];
        for (const row of rows) close(row.flat(), expected, rounding);
        const inside = jit((x: np.Array) => grad((y: np.Array) => np.sum(grad(f)(y.ref).mul(y)))(x))(x6());
        const twice = grad((y: np.Array) => np.sum(grad(f)(y.ref).mul(y)))(x6());
        close(numbers(inside), numbers(twice), rounding);
      }
    });

  // d E[f] / da by straight-through: p (1 - p) df/db at the sample, here for linear losses, whose df/db is constant.
  test("through a sampled layer", () => {
    for (const [layout, move] of Object.entries(layouts)) {
      if (["sort", "sort of a view", "top k", "max", "sum of a mask"].includes(layout)) continue;
      for (const end of [losses.sum!, losses.mean!]) {
        const slope = at.map((a) => (1 / (1 + Math.exp(-a))) * (1 - 1 / (1 + Math.exp(-a))));
        const expected = differences((x) => end(move(x))).map((g, i) => g * slope[i]!);
        const f = (a: np.Array, key: np.Array): np.Array =>
          end(move(through(bernoulli(a), straightThroughSigmoid(), key)));
        close(numbers(grad(f)(x6(), random.key(3))), expected, rounding);
        const [value, gradient] = jit(valueAndGrad(f))(x6(), random.key(3));
        close(numbers(gradient), expected, rounding);
        expect(value.js(), layout).toBeCloseTo(f(x6(), random.key(3)).js() as number, 3);
      }
    }
  });

  test("linear algebra and random keys made inside", () => {
    const g = (x: np.Array): np.Array => np.matmul(x.ref, x.transpose()).add(np.eye(2));
    for (const f of [
      (x: np.Array) => np.linalg.det(g(x)),
      (x: np.Array) => np.sum(np.linalg.inv(g(x))),
      (x: np.Array) => np.sum(np.linalg.cholesky(g(x))),
      (x: np.Array) => np.sum(random.uniform(random.key(3), [2, 3]).mul(x)),
      (x: np.Array) => nn.softmax(flat(x)).slice(2),
    ])
      close(numbers(jit(grad(f))(x6())), numbers(grad(f)(x6())), { within: 1e-4, relative: 1e-4 });
  });
});

describe("valueAndGrad", () => {
  const f = (x: np.Array, w: np.Array): np.Array => np.sum(x.slice([], [0, 2]).mul(w));

  test("numbers and booleans become arrays, also inside trees, whether differentiated or not", () => {
    const g = (x: np.Array, { by }: { by: np.Array }, on: np.Array): np.Array => {
      expect([by.shape, on.shape]).toEqual([[], []]);
      return np.sum(np.where(on, x.mul(by), 0));
    };
    const call = grad(g) as unknown as (...args: unknown[]) => np.Array;
    expect(call(np.array([1, 2]), { by: 3 }, true).js()).toEqual([3, 3]);
    expect(call(np.array([1, 2]), { by: 3 }, false).js()).toEqual([0, 0]);
    const square = grad((x: np.Array) => np.square(x)) as unknown as (x: number) => np.Array;
    expect(square(3).item()).toBe(6);
  });
  test("argnums: one, or a list, whose gradients come in its order", () => {
    close(numbers(grad(f, { argnums: 1 })(x6(), np.array([1, 1]))), [1.5, -3]);
    const [value, [w, x]] = jit(valueAndGrad(f, { argnums: [1, 0] }))(x6(), np.array([2, 3]));
    close([value.js() as number, ...numbers(w), ...numbers(x)], [-6, 1.5, -3, 2, 3, 0, 2, 3, 0]);
  });

  test("an auxiliary output comes back as it is, whatever it holds", () => {
    const withAux = (x: np.Array) => {
      const best = np.argmax(flat(x.ref));
      const state = {
        best,
        mask: np.less(x.ref, 0),
        roots: np.log(np.maximum(x.ref, 0)),
        name: "a",
        none: null,
        n: 3,
      };
      return [np.sum(x.slice(0)), [state, []]] as [np.Array, [typeof state, never[]]];
    };
    const [[value, [state, empty]], gradient] = valueAndGrad(withAux, { hasAux: true })(x6());
    expect(value.js()).toBe(2);
    // log has an infinite slope at 0: a gradient through the auxiliary output, even times zero, would be NaN.
    close(numbers(gradient), [1, 1, 1, 0, 0, 0]);
    expect([state.best.js(), state.name, state.none, state.n, empty]).toEqual([2, "a", null, 3, []]);
    expect(state.mask.js()).toEqual([
      [false, true, false],
      [false, true, false],
    ]);
    expect(state.best.dtype).toBe("int32");
    const [g, aux] = jit(
      grad((x: np.Array) => [np.sum(np.square(x.ref)), x] as [np.Array, np.Array], { hasAux: true }),
    )(x6());
    close([...numbers(g), ...numbers(aux)], [...at.map((v) => 2 * v), ...at]);
  });

  test("gradients further out flow through the auxiliary output and through what is not differentiated", () => {
    const outer = (w: np.Array): np.Array => {
      const inner = (x: np.Array, v: np.Array): [np.Array, np.Array] => [
        np.sum(x.ref.mul(v.ref)),
        np.sum(np.square(x).mul(v)),
      ];
      const [g, aux] = grad(inner, { hasAux: true })(x6(), w);
      return np.sum(g).add(aux);
    };
    const expected = 6 + at.reduce((s, v) => s + v * v, 0);
    for (const g of [grad(outer), jit(grad(outer))]) close([g(np.array(2)).js() as number], [expected]);
  });

  test("f may not depend on what it is differentiated by", () => {
    const [[value, aux], g] = valueAndGrad((x: np.Array) => [np.array(4), x] as [np.Array, np.Array], {
      hasAux: true,
    })(x6());
    close([value.js() as number, ...numbers(g), ...numbers(aux)], [4, 0, 0, 0, 0, 0, 0, ...at]);
  });

  test("keeps nothing of its arguments", () => {
    const [x, w] = [x6(), np.array([2, 3])];
    for (const run of [valueAndGrad(f), jit(valueAndGrad(f))])
      for (let i = 0; i < 3; i++) jax.tree.dispose(run(x.ref, w.ref) as never);
    expect([x.refCount, w.refCount]).toEqual([1, 1]);
  });

  test("leaves nothing on jax-js's stack of traces, which would keep all that is traced around it", () => {
    let depth = Number.NaN;
    const look = jax.makeJaxpr((x: np.Array) => {
      depth = (x as unknown as { _trace: { main: { level: number } } })._trace.main.level;
      return x;
    });
    const depthAfter = (work: () => unknown): number => {
      work();
      look(np.zeros([1]));
      return depth;
    };
    const before = depthAfter(() => {});
    const square = (x: np.Array): np.Array => np.sum(np.square(x));
    const fails = grad((_: np.Array): np.Array => {
      throw new RangeError("of f");
    });
    expect(before).toBeGreaterThan(0);
    expect(depthAfter(() => grad(square)(x6()))).toBe(before);
    expect(depthAfter(() => jit(grad(square))(x6()))).toBe(before);
    expect(depthAfter(() => jit(grad((x: np.Array) => np.sum(grad(square)(x))))(x6()))).toBe(before);
    expect(depthAfter(() => gradientAlong((x) => np.square(x), np.ones([3]), np.ones([3])))).toBe(before);
    expect(depthAfter(() => expect(() => fails(x6())).toThrow("of f"))).toBe(before);
    expect(depthAfter(() => expect(() => grad(square)("x" as never)).toThrow())).toBe(before);
  });

  test("the default device may change between calls", () => {
    const compiled = jit(grad((x: np.Array) => np.sum(x.slice([], [0, 2]))));
    for (const device of ["wasm", "cpu", "wasm"] as const) {
      jax.defaultDevice(device);
      close(numbers(compiled(x6())), [1, 1, 0, 1, 1, 0]);
    }
  });

  test("what has no gradient is refused in a sentence", () => {
    const eigen = (x: np.Array): np.Array => np.sum(lax.linalg.eigh(np.matmul(x.ref, x.transpose()))[0]!);
    for (const g of [grad(eigen), jit(grad(eigen))])
      expect(() => g(x6())).toThrow(/^grad: jax-js has no gradient of jacobi_eigh.*detach/);
    const half = (x: np.Array): np.Array => np.sum(x.astype(np.float16).astype(np.float32));
    expect(() => valueAndGrad(half)(x6())).toThrow(/^valueAndGrad: jax-js has no gradient of cast/);
    expect(
      grad((x: np.Array) => np.sum(detach(x.ref).astype(np.float16).astype(np.float32)).add(np.sum(x)))(x6())
        .shape,
    ).toEqual([2, 3]);
    try {
      grad(eigen)(x6());
    } catch (error) {
      expect(((error as Error).cause as Error).message).toMatch(/jacobi_eigh/);
    }
    const wrong = grad as unknown as (f: unknown, o?: unknown) => (...args: unknown[]) => unknown;
    expect(() => wrong((x: np.Array) => x)(x6())).toThrow(
      "grad: the function must return one number, not an array of shape [2,3]; take np.mean or np.sum of the losses.",
    );
    expect(() => wrong((x: np.Array) => np.argmax(x))(x6())).toThrow("floating-point number, not int32");
    expect(() => wrong(() => undefined)(x6())).toThrow("It returned undefined");
    expect(() => wrong(async (x: np.Array) => np.sum(x))(x6())).toThrow("must not be async");
    expect(() => wrong((x: np.Array) => np.sum(x), { hasAux: true })(x6())).toThrow(
      "must return [value, aux]",
    );
    expect(() => wrong((x: np.Array) => np.sum(x), { argnums: 1 })(x6())).toThrow(
      "argnums must be whole numbers from 0 to 0",
    );
    expect(() => wrong(3)).toThrow("must be a function");
  });
});

describe("audit", () => {
  const q = () => bernoulli(np.array([0.4, -0.5]));
  const row = async (f: Objective) =>
    (await audit(q(), f, [straightThrough(), reinmax()], { samples: 500 })).gradient;

  test("is right where jax-js's own gradient is not", async () => {
    // d sigmoid(0.4) / da
    close(await row((b) => b.slice([], 0)), [0.2402607, 0]);
    const withOne = (b: np.Array) => np.concatenate([b, np.broadcastTo(np.array(1), [b.shape[0]!, 1])], 1);
    // (b_1 + 2 b_2 + 1)^2 has the differences 1 + 2 (1 + 2 p_2) and 4 + 4 (1 + p_1).
    const [p1, p2] = [0.5986877, 0.3775407];
    close(
      await row((b) => np.square(np.sum(withOne(b).mul(np.array([1, 2, 1])), -1))),
      [p1 * (1 - p1) * (3 + 4 * p2), p2 * (1 - p2) * (8 + 4 * p1)],
      { within: 1e-4 },
    );
  });

  test("refuses an objective that differs once it is compiled", async () => {
    const differs = (b: np.Array) => np.sum((b as unknown) instanceof jax.Array ? b : b.mul(2), -1);
    await expect(row(differs)).rejects.toThrow(/^audit: the value of the objective is .* compiled by jit/);
    const traced = (b: np.Array) => /JaxprTracer/.test(String((b as unknown as { primal?: unknown }).primal));
    const slopes = (b: np.Array) => np.sum(traced(b) ? detach(b) : b, -1);
    await expect(row(slopes)).rejects.toThrow(/^audit: the gradient of the objective is 1 .* and 0 compiled/);
  });
});

test("no page takes a gradient from jax-js", () => {
  const root = join(dirname(fileURLToPath(import.meta.url)), "../../..");
  const pages = readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md") && !name.includes("0003-jax-js-gradients"))
    .map((name) => join(root, "docs", name));
  for (const page of [...pages, join(root, "README.md"), join(root, "CONTRIBUTING.md")])
    expect(readFileSync(page, "utf8"), page).not.toMatch(
      /import \{[^}]*\b(grad|valueAndGrad|vjp)\b[^}]*\} from "@jax-js\/jax"/,
    );
});

/**
 * What is mended in gradients.ts and compiler.ts, as jax-js has it. When one of these fails, jax-js has mended it: take the
 * part of those two files that it names away, its entry in docs/limitations.md, and this test.
 */
describe("jax-js 0.1.25 still", () => {
  const mended = (what: string): string =>
    `jax-js has mended this: remove ${what}, the entry in docs/limitations.md and this test`;

  test("folds pad(broadcast(literal)) in a compiled gradient", () => {
    const f = (x: np.Array): np.Array => np.sum(x.slice([0, 2]));
    expect(
      jax
        .grad(f)(np.array([1, 2, 3]))
        .js(),
    ).toEqual([1, 1, 0]);
    expect(jit(jax.grad(f))(np.array([1, 2, 3])).js(), mended("runTimeOne of gradients.ts")).toEqual([
      1, 1, 1,
    ]);
  });

  test("folds it in concatenate and stack, and loses the type of mask * 1", () => {
    const f = (x: np.Array): np.Array => np.stack([np.sum(x), np.array(2)]);
    expect(jit(f)(np.array([1, 2, 3])).js(), mended("fromScalar of compiler.ts")).toEqual([8, 2]);
    const g = (x: np.Array): np.Array => np.sum(np.less(x, 2.5).mul(1));
    expect(jit(g)(np.array([1, 2, 3])).js(), mended("`converts` of compiler.ts")).toBe(1);
  });

  test("pads a convolution with f(0)", () => {
    const f = (x: np.Array): np.Array =>
      lax.conv(x.add(1).reshape([1, 1, 3]), np.ones([1, 1, 3]), [1], "SAME");
    expect(f(np.array([1, 2, 3])).js()).toEqual([[[5, 9, 7]]]);
    expect(jit(f)(np.array([1, 2, 3])).js(), mended("padsWithin of compiler.ts")).toEqual([[[6, 9, 8]]]);
  });

  const [c, k] = [() => np.array([[1, 2], [3, 4], [5, 6]]), () => np.array([0, 1, 2, 3, 4, 5, 6, 7])]; // biome-ignore format: two matrices
  const outer = (x: np.Array): np.Array => np.sum(x.reshape([3, 2, 1, 1]).mul(k().reshape([1, 2, 4, 1])), -1);

  test("sums over an axis of length 1 from the wrong entries", () => {
    const right = outer(c()).js() as number[][][];
    expect(right[0]).toEqual([[0, 1, 2, 3], [8, 10, 12, 14]]); // biome-ignore format: a matrix
    expect((jit(outer)(c()).js() as number[][][])[0], mended("withoutSum of compiler.ts")).toEqual([
      [0, 1, 2, 3],
      [0, 2, 4, 6],
    ]);
    for (const f of [outer, (x: np.Array) => np.vecdot(np.broadcastTo(x.reshape([3, 2, 1, 1]), [3, 2, 4, 1]), k().reshape([1, 2, 4, 1]))]) // biome-ignore format: two functions
      expect(compiled(f)(c()).js()).toEqual(right);
  });

  test("has a wrong gradient of the gradient of a matrix product, eagerly", () => {
    const [x, w, o] = [random.normal(random.key(1), [3, 2]), random.normal(random.key(2), [2, 4]), random.normal(random.key(3), [4])]; // biome-ignore format: three arrays
    const twice = (f: (y: np.Array, v: np.Array) => np.Array) => (v: np.Array) =>
      np.sum(np.square(jax.grad((y: np.Array) => np.sum(f(y, v.ref)))(x.ref) as np.Array));
    const product = twice((y, v) => np.matmul(y, w.ref).mul(v));
    const byHand = twice((y, v) => np.sum(np.expandDims(y, -1).mul(w.ref), 1).mul(v));
    const [got, want] = [product, byHand].map((f) => jax.grad(f)(o.ref).js() as number[]);
    expect(Math.max(...got!.map((v, i) => Math.abs(v - want![i]!))), mended("relaxed-control-variate.ts: gradientAlong")).toBeGreaterThan(0.1); // biome-ignore format: one thought
    // What replaces it there: forward over backward.
    const g = (v: np.Array) => (y: np.Array) => np.sum(np.square(np.matmul(y, w.ref)).mul(v), -1);
    const at = gradientAlong(g(o.ref), x.ref, np.ones([3, 2]));
    const step = (h: number): np.Array => grad((y: np.Array) => np.sum(g(o.ref)(y)))(x.ref.add(h));
    const difference = step(0.5).sub(step(-0.5)); // exact: the gradient is linear
    close(at.change.reshape([6]).js() as number[], difference.reshape([6]).js() as number[], {
      within: 1e-4,
    });
    for (const y of [at.value, at.gradient]) y.dispose();
  });

  test("does not compile a gradient through take, sort and topK", () => {
    for (const f of [
      (x: np.Array) => np.sum(np.take(x, indices(2, 0))),
      (x: np.Array) => np.sum(np.sort(x)),
      (x: np.Array) => np.sum(lax.topK(x, 2)[0]!),
    ]) {
      expect(jax.grad(f)(np.array([1, 2, 3])).shape).toEqual([3]);
      expect(() => jit(jax.grad(f))(np.array([1, 2, 3])), mended("`routines` of compiler.ts")).toThrow(
        "not imm",
      );
    }
  });

  test("leaves an entry on its stack of traces for each gradient", () => {
    const levels: number[] = [];
    const look = jax.makeJaxpr((x: np.Array) => {
      levels.push((x as unknown as { _trace: { main: { level: number } } })._trace.main.level);
      return x;
    });
    look(np.zeros([1]));
    jax
      .grad((x: np.Array) => np.sum(x))(x6())
      .dispose();
    look(np.zeros([1]));
    expect(levels[1]).toBe(levels[0]! + 1);
  });

  test("leaves tracers in an auxiliary output where f takes a gradient", () => {
    const f = (x: np.Array): [np.Array, np.Array] => {
      const inner = jax.grad((y: np.Array) => np.sum(np.square(y)))(x.ref) as np.Array;
      return [np.sum(inner), np.square(x)];
    };
    const run = (): unknown =>
      (jax.grad(f, { hasAux: true }) as (x: np.Array) => [np.Array, np.Array])(np.array([1, 2]))[1].js();
    expect(run, mended("withoutTangent of gradients.ts")).toThrow("is not a function");
  });
});
