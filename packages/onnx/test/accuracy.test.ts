import { numpy as np } from "@jax-js/jax";
import { expect, test } from "vitest";
import { runJax, runModel } from "../../../test/onnx-harness.ts";
import { lower } from "../src/index.ts";

test("near 1 the logarithm of onnxruntime is right to float32, where that of jax-js on wasm is not", async () => {
  const x = Float32Array.from({ length: 1000 }, (_, i) => 1 - (i + 1) * 2 ** -16);
  const args = (): np.Array[] => [np.array(x)];
  const worst = (y: readonly number[]): number => Math.max(...y.map((v, i) => Math.abs(v - Math.log(x[i]!))));
  const log = (a: np.Array): np.Array => np.log(a);
  // One unit in the last place of a number near 0.015.
  for (const runtime of ["node", "web"] as const)
    expect(worst((await runModel(lower(log, args()), args(), runtime))[0]!)).toBeLessThan(2e-9);
  // If this fails, jax-js has become better, and the tolerances in catalogue.test.ts can go.
  expect(worst(runJax(log, args())[0]!)).toBeGreaterThan(1e-6);
});
