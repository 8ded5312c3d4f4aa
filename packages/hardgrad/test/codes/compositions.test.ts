import "../setup.ts";
import { numpy as np, random } from "@jax-js/jax";
import { expect, test } from "vitest";
import { categorical, codeVectors, grad, nearestCode, reinmax, through } from "../../src/index.ts";
import { close, numbers } from "../close.ts";

/** The compositions of docs/vector-quantization.md, as they stand there. */

const normal = (seed: number, shape: number[]): np.Array => random.normal(random.key(seed), shape);

test("cosine codes: the codeword of the largest cosine", () => {
  const unit = (x: np.Array) => x.ref.div(np.sqrt(np.sum(np.square(x), -1, { keepdims: true })));
  const [e, codebook] = [normal(1, [30, 4]), normal(2, [7, 4]).mul(np.arange(1, 8).reshape([7, 1]))];
  const [vectors, codes] = [e.ref.js() as number[][], codebook.ref.js() as number[][]];
  const cosine = (a: number[], b: number[]) =>
    a.reduce((sum, v, i) => sum + v * b[i]!, 0) / Math.hypot(...a) / Math.hypot(...b);
  const largest = vectors.map((v) => {
    const all = codes.map((c) => cosine(v, c));
    return all.indexOf(Math.max(...all));
  });
  expect(numbers(nearestCode(unit(e.ref), unit(codebook.ref)))).toEqual(largest);
  expect(numbers(nearestCode(e, codebook)), "another choice than by distance").not.toEqual(largest);
});

test("random codes: a codeword forward, and a gradient to encoder and codebook", () => {
  const [d, t, key] = [4, 0.5, random.key(3)];
  const draw = (e: np.Array, codebook: np.Array) => {
    const distances = np.sum(np.square(e.reshape([-1, 1, d]).sub(codebook.ref)), -1);
    return np.matmul(through(categorical(distances.mul(-1 / t)), reinmax(), key.ref), codebook);
  };
  const [e, codebook] = [normal(4, [9, d]), normal(5, [6, d])];
  const rows = draw(e.ref, codebook.ref);
  close(numbers(rows.ref), numbers(codeVectors(codebook.ref, nearestCode(rows, codebook.ref))));
  const slopes = grad((a: np.Array, b: np.Array) => np.sum(np.square(draw(a, b))), { argnums: [0, 1] });
  for (const slope of slopes(e, codebook)) expect(Math.hypot(...numbers(slope))).toBeGreaterThan(0.1);
});
