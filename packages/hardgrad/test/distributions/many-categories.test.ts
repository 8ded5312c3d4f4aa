import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { jit, numpy as np, random } from "@jax-js/jax";
import { catalogue, categorical, hardTopK, oneHotOf, sample, statefulExpectation } from "hardgrad";
import { describe, expect, test } from "vitest";
import { grad } from "../../src/index.ts";
import { numbers } from "../close.ts";

/** GPT-2's vocabulary. A float32 for each pair of its tokens takes 10 GB, and wasm has 4. */
const VOCABULARY = 50_257;
const BATCH = 2;

const logits = (): np.Array => random.normal(random.key(1), [BATCH, VOCABULARY]).mul(3);

test("one-hot rows: those of an identity matrix, zeros for an index outside, whole numbers only", () => {
  const rows = oneHotOf(
    np.array(
      [
        [2, 0],
        [3, -1],
      ],
      { dtype: np.int32 },
    ),
    3,
  );
  expect(rows.shape).toEqual([2, 2, 3]);
  expect(numbers(rows)).toEqual([0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
  expect(numbers(oneHotOf(np.array([1, 0], { dtype: np.uint32 }), 2))).toEqual([0, 1, 1, 0]);
  expect(() => oneHotOf(np.array([1.5]), 3)).toThrow(
    /oneHotOf: indices must be int32 or uint32, not float32/,
  );
});

test("a hard sample of a vocabulary: one token each, the same compiled and eager", () => {
  const draw = (a: np.Array, key: np.Array): np.Array => sample(categorical(a), key);
  const compiled = numbers(jit(draw)(logits(), random.key(2)));
  expect(compiled).toEqual(numbers(draw(logits(), random.key(2))));
  for (let row = 0; row < BATCH; row++) {
    const own = compiled.slice(row * VOCABULARY, (row + 1) * VOCABULARY);
    expect(own.filter((x) => x === 1)).toHaveLength(1);
    expect(own.filter((x) => x === 0)).toHaveLength(VOCABULARY - 1);
  }
});

/** Those whose memory grows with the square of the number of categories, by what they are. */
const refused: { readonly [id: string]: RegExp } = {
  exact: /50257 states are more than maxStates 16384/,
  "local-expectation": /50257 categories are more than 4096, and f would be evaluated at each/,
  "measure-valued": /50257 categories are more than 4096, and f would be evaluated at each/,
  "sparsemax-marginal": /50257 joint states are more than 4096/,
  "entmax-marginal": /50257 joint states are more than 4096/,
  "categorical-disarm": /50257 categories are more than 4096, and each is compared with every node/,
  mve: /50257 categories are more than 512, and each brings an unknown of a linear system/,
  "fini-2": /50257 categories are more than 512, and each brings an unknown of a linear system/,
};

describe("the compiled gradient for a vocabulary, or a sentence", () => {
  const weights = (): np.Array => random.normal(random.key(3), [VOCABULARY]);
  const all = catalogue.map(({ create }) => create()).filter((e) => e.supports.includes("categorical"));
  test.each(all.map((estimator) => [estimator.id, estimator] as const))("%s", (id, estimator) => {
    const state = estimator.init(categorical(logits()));
    const loss = (a: np.Array, w: np.Array, key: np.Array): np.Array => {
      const f = (z: np.Array): np.Array => np.square(np.sum(z.mul(w.ref), -1).sub(0.3));
      const result = statefulExpectation(categorical(a), f, estimator, key, refs(state));
      w.dispose();
      for (const array of Object.values(result.state)) array.dispose();
      return np.sum(result.losses);
    };
    const run = (): np.Array => jit(grad(loss))(logits(), weights(), random.key(4));
    const rule = refused[id];
    if (rule) {
      expect(run).toThrow(rule);
      return;
    }
    const gradient = numbers(run());
    expect(gradient).toHaveLength(BATCH * VOCABULARY);
    expect(gradient.every(Number.isFinite)).toBe(true);
    expect(Math.max(...gradient.map(Math.abs))).toBeGreaterThan(1e-4);
  });
});

const refs = (state: { readonly [name: string]: np.Array }): { [name: string]: np.Array } =>
  Object.fromEntries(Object.entries(state).map(([name, x]) => [name, x.ref]));

test("the k largest of a vocabulary, ties by their place, compiled and eager, with a gradient of what they multiply", () => {
  const scores = Float32Array.from({ length: VOCABULARY }, (_, i) => (i * 7919) % 1009);
  const order = Array.from(scores.keys()).sort((i, j) => scores[j]! - scores[i]! || i - j);
  const k = 70; // there are 49 or 50 of each value
  const wanted = new Array(VOCABULARY).fill(0);
  for (const i of order.slice(0, k)) wanted[i] = 1;
  expect(numbers(hardTopK(np.array(scores), k))).toEqual(wanted);
  const compiled = jit((x: np.Array) => hardTopK(x, k));
  expect(numbers(compiled(np.array(scores)))).toEqual(wanted);
  const slope = jit(grad((x: np.Array) => np.sum(hardTopK(x.ref, k).mul(x))));
  expect(numbers(slope(np.array(scores)))).toEqual(wanted);
  scores[5] = Number.NaN;
  expect(numbers(hardTopK(np.array(scores), k)).every(Number.isNaN)).toBe(true);
});

test("no source builds one-hot rows from an identity matrix", () => {
  const packages = fileURLToPath(new URL("../../..", import.meta.url));
  const found = ["hardgrad", "experiments"].flatMap((name) =>
    readdirSync(`${packages}${name}/src`, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .filter((file) =>
        /nn\.oneHot\(|np\.eye\([^)]*\)\.(slice|ref\.slice)/.test(
          readFileSync(`${packages}${name}/src/${file}`, "utf8"),
        ),
      ),
  );
  expect(found).toEqual([]);
});
