import { numpy as np, random } from "@jax-js/jax";
import { categorical, expectation, grad, hardTopK, oneHot, rloo, sample, unorderedSet } from "hardgrad";
import { describe, expect, test } from "vitest";
import { runJax, runModel } from "../../../test/onnx-harness.ts";
import { lower, type Traceable } from "../src/index.ts";

/** An identity matrix would take 400 MB. */
const CATEGORIES = 10_000;

const loss =
  (estimator: ReturnType<typeof rloo>) =>
  (logits: np.Array, key: np.Array): np.Array => {
    const f = (z: np.Array): np.Array => np.square(np.sum(z.mul(np.arange(CATEGORIES)), -1).mul(1e-3));
    return np.sum(expectation(categorical(logits), f, estimator, key));
  };

const models: { readonly [name: string]: Traceable } = {
  "a hard sample": (logits: np.Array, key: np.Array) => sample(categorical(logits), key),
  "the gradient of rloo": grad(loss(rloo())),
  "the gradient of unorderedSet": grad(loss(unorderedSet())),
  "one-hot argmax": (logits: np.Array, key: np.Array) => {
    key.dispose();
    return oneHot().apply(logits);
  },
  "the three largest": (logits: np.Array, key: np.Array) => {
    key.dispose();
    return hardTopK(logits, 3);
  },
};

describe("ten thousand categories: a small model, the same samples", () => {
  const args = (): np.Array[] => [random.normal(random.key(1), [2, CATEGORIES]), random.key(7)];
  test.each(Object.entries(models))("%s", async (name, fn) => {
    const lowered = lower(fn, args());
    // A few lists as long as the categories.
    expect(lowered.model.length).toBeLessThan(5 * 4 * CATEGORIES);
    const [own] = await runModel(lowered, args());
    const [expected] = runJax(fn, args());
    if (name.startsWith("the gradient")) expect(own).toHaveLength(expected!.length);
    else expect(own).toEqual(expected);
  });
});
