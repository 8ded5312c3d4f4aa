import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { numpy as np, random } from "@jax-js/jax";
import { valueAndGrad } from "hardgrad";
import { expect, onTestFinished, test } from "vitest";
import { compileStep } from "../src/compile-step.ts";

setFlagsFromString("--expose-gc");
const collect: () => void = runInNewContext("gc");

test.each([1, 2])("10,000 steps on %d threads take no memory that one does not", async (threads) => {
  const numbers = (shape: readonly number[]) => ({
    shape,
    data: new Float32Array(shape.reduce((n, d) => n * d, 1)).fill(0.1),
  });
  const step = await compileStep(
    ({ w }, { x, key }) => {
      const noise = random.uniform(key, [16, 8]);
      const loss = (v: np.Array) => np.mean(np.square(np.tanh(np.matmul(x.ref, v)).sub(noise)));
      const [value, gradient] = valueAndGrad(loss)(w.ref);
      return { state: { w: w.sub(gradient.mul(0.1)) }, loss: value };
    },
    {
      state: { w: numbers([32, 8]) },
      inputs: { x: numbers([16, 32]), key: { shape: [2], data: Uint32Array.of(0, 1) } },
    },
    { device: "wasm", threads },
  );
  onTestFinished(() => step.dispose());
  const x = new Float32Array(16 * 32).fill(0.1);
  const losses = new Set<unknown>();
  const used = (steps: number): number => {
    for (let i = 0; i < steps; i++) losses.add(step.run({ x, key: Uint32Array.of(0, i) }).loss);
    losses.clear();
    collect();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  const before = used(1000);
  // 100 bytes a step would be a megabyte.
  expect(used(10_000) - before).toBeLessThan(500_000);
});
