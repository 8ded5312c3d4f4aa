import { numpy as np, random } from "@jax-js/jax";
import { catalogue, grad, type Objective, statefulExpectation } from "hardgrad";
import { describe, expect, test } from "vitest";
import { expectClose, runJax } from "../../../../test/onnx-harness.ts";
import { runCompiled } from "../../../compiler/test/run-compiled.ts";
import { structuredLosses } from "../../../hardgrad/test/estimators/structured-losses.ts";
import { makeDistribution, oneOfEach, repeatedLogits, title } from "../../../hardgrad/test/harness.ts";

/** Logarithms of jax-js on wasm are right to 1.2e-5 near 1 only; these divide by a temperature or by differences. */
const amplified = [
  "unordered-set",
  "reinmax-cv",
  "gumbel-softmax",
  "straight-through-gumbel-softmax",
  "decoupled-straight-through",
  "relaxed-subset",
  "gumbel-top-k",
  "neural-sort-top-k",
  "noisy-rectifier",
];
/** Two of them in a row, and a difference of soft losses at temperature 0.5. */
const doubly = ["rebar", "relax"];

/** The same key on jax-js and compiled: samples to the bit, gradients to float32's rounding. */
describe("every estimator compiled, on losses that are linear, sliced, split, padded and quadratic", () => {
  test("every estimator is here", () => expect(oneOfEach.length).toBe(catalogue.length));
  for (const entry of oneOfEach)
    test(title(entry), () => {
      const { estimator, case: c } = entry;
      const axes = Array.from({ length: c.event.length }, (_, i) => -1 - i);
      const digits = np.array(Array.from({ length: 6 }, (_, i) => (c.total + 2) ** i));
      const losses = (f: Objective, logits: np.Array, key: np.Array): np.Array => {
        const start = estimator.init(makeDistribution(c.kind, np.zeros([2, ...c.event])));
        const result = statefulExpectation(makeDistribution(c.kind, logits), f, estimator, key, start);
        for (const array of Object.values(result.state)) array.dispose();
        return result.losses;
      };
      // Digits of a number that names the sample.
      const name: Objective = (x) => {
        const size = c.event.reduce((a, b) => a * b, 1);
        return np.sum(x.mul(digits.ref.slice([0, size]).reshape([...c.event])), axes);
      };
      const all = (logits: np.Array, key: np.Array): np.Array[] => {
        const gradients = structuredLosses.map(({ f }) =>
          grad((a: np.Array) => np.sum(losses((x) => f(x, c.event.length), a, key.ref)))(logits.ref),
        );
        return [losses(name, logits, key), ...gradients];
      };
      const args = (): [np.Array, np.Array] => [repeatedLogits(c, 20), random.key(5)];
      const [samples, ...gradients] = runJax(all, args());
      const [ownSamples, ...ownGradients] = runCompiled(all, args());
      // Soft values, means of several samples with weights, and exact sums round; hard samples do not.
      const exactly = estimator.forward === "hard" && Number.isInteger(samples!.reduce((a, b) => a + b));
      expectClose([ownSamples!], [samples!], exactly ? 0 : 2e-5);
      const tolerance = doubly.includes(entry.id) ? 1e-3 : amplified.includes(entry.id) ? 1e-4 : 2e-5;
      expectClose(ownGradients, gradients, tolerance);
    });
});
