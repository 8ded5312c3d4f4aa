import { numpy as np, random } from "@jax-js/jax";
import { categorical, grad, logSigmoid, sample, softplus } from "hardgrad";
import { expect, test } from "vitest";
import { expectSame, runJax, runModel } from "../../../test/onnx-harness.ts";
import { decodeModel, lower } from "../src/index.ts";

const spread = (): np.Array => np.linspace(-60, 60, 241);

test("hardgrad's softplus is one operator, and small values stay what they are", async () => {
  const lowered = await expectSame(softplus, () => [spread()], { tolerance: 1e-6 });
  expect(decodeModel(lowered.model).graph.node.map((node) => node.opType)).toEqual(["Softplus"]);
  await expectSame(
    (x: np.Array) => grad((a: np.Array) => np.sum(logSigmoid(a)))(x),
    () => [spread()],
  );
});

test("one key draws the same categories on wasm and on onnxruntime, of 2,000 categories in 4,000 draws", async () => {
  // A draw differs where the two largest scores are nearer than rounding, about 1e-6: 0.004 are expected.
  const fn = (logits: np.Array, key: np.Array): np.Array => {
    const hard = sample(categorical(np.broadcastTo(logits, [4000, 2000])), key);
    return np.argmax(hard, -1);
  };
  const args = (): np.Array[] => [random.normal(random.key(1), [2000]), random.key(2)];
  const [wasm] = runJax(fn, args());
  const [native] = await runModel(lower(fn, args(), { random: "outside" }), args());
  expect(wasm!.filter((category, i) => category !== native![i]).length).toBe(0);
});

test("a unit that is nearly never on is on equally rarely on both", async () => {
  // onnxruntime's Sigmoid is off by 1e-7, as much as sigmoid(-16) is: the comparison with noise keeps the exact form.
  const fn = (logits: np.Array, noise: np.Array): np.Array =>
    np.less(noise, np.reciprocal(np.exp(np.negative(logits)).add(1)));
  const operators = decodeModel(lower(fn, [np.full([3], -16), np.full([3], 1e-7)]).model).graph.node;
  expect(operators.map((node) => node.opType)).not.toContain("Sigmoid");
});

test("a mask is an input like any other, and what it forbids is never drawn on onnxruntime", async () => {
  const fn = (logits: np.Array, mask: np.Array, key: np.Array): np.Array =>
    sample(categorical(np.broadcastTo(logits, [500, 4]), { mask }), key);
  const args = (): np.Array[] => [
    np.array([9, 0, 8, 0.5]),
    np.array([false, true, false, true]),
    random.key(4),
  ];
  const [drawn] = await runModel(lower(fn, args(), { random: "outside" }), args());
  expect(drawn).toEqual(runJax(fn, args())[0]);
  const counts = [0, 1, 2, 3].map((c) => drawn!.filter((x, i) => i % 4 === c && x === 1).length);
  expect([counts[0], counts[2]]).toEqual([0, 0]);
  expect(counts[1]! + counts[3]!).toBe(500);
});
