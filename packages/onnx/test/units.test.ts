import { jit, numpy as np, random } from "@jax-js/jax";
import {
  bernoulli,
  categorical,
  grad,
  leakyIntegrateAndFire,
  learnedRoundings,
  oneHot,
  pseudoDerivatives,
  sample,
  step,
  units,
} from "hardgrad";
import { describe, test } from "vitest";
import { expectSame } from "../../../test/onnx-harness.ts";

const x = (): np.Array => random.normal(random.key(1), [4, 6]).mul(1.5);
const w = (): np.Array => random.normal(random.key(2), [4, 6]);
const both =
  (apply: (a: np.Array) => np.Array) =>
  (a: np.Array, b: np.Array): np.Array[] => [apply(a.ref), grad((u: np.Array) => np.sum(apply(u).mul(b)))(a)];

describe("every hard unit as an ONNX model: value and gradient", () => {
  for (const { id, create } of units)
    test(id, async () => {
      await expectSame(both(create().apply), () => [x(), w()]);
    });
});

describe("learned rounding: value, and gradients to x and to the step", () => {
  for (const { id, create } of learnedRoundings)
    test(id, async () => {
      const { apply } = create();
      const fn = (a: np.Array, b: np.Array, s: np.Array): np.Array[] => [
        apply(a.ref, s.ref),
        ...grad((u: np.Array, v: np.Array) => np.sum(apply(u, v).mul(b)), { argnums: [0, 1] })(a, s),
      ];
      await expectSame(fn, () => [x(), w(), np.array(0.3)]);
    });
});

test("a spiking neuron, one step of time: what a stream is run with", async () => {
  const neuron = leakyIntegrateAndFire({ decay: [0.5, 0.6, 0.7, 0.8, 0.9, 1], reset: "hard" });
  await expectSame(
    (u: np.Array, current: np.Array): np.Array[] => neuron.step(u, current),
    () => [x(), w()],
  );
});

test("NaN stays NaN, and stops nothing", async () => {
  const broken = (): np.Array =>
    np.array([
      [1, Number.NaN, 0],
      [0.5, 2, 1],
    ]);
  // Compiled, because eagerly the logits are checked.
  const fn = jit((a: np.Array, key: np.Array): np.Array[] => [
    sample(bernoulli(a.ref), key.ref),
    sample(categorical(a.ref), key),
    oneHot().apply(a),
  ]);
  await expectSame(fn as never, () => [broken(), random.key(1)]);
});

describe("every pseudo-derivative", () => {
  for (const { id, create } of pseudoDerivatives)
    test(id, async () => {
      // Formulas with a power take jax-js's logarithm, which is right to 1e-5 only; see accuracy.test.ts.
      const tolerance = id === "q-pseudo-spike" ? 1e-4 : 1e-5;
      const unit = step({ derivative: create() });
      await expectSame(both(unit.apply), () => [x(), w()], { tolerance });
    });
});
