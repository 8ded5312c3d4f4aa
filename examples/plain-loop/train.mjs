// A training loop without the engine: npx hardgrad's parts, and jax-js. Writes model.safetensors and model.onnx to a folder.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compileStep } from "@hardgrad/compiler";
import { accuracy, adam, readSafetensors, writeSafetensors } from "@hardgrad/experiments";
import { lower } from "@hardgrad/onnx";
import { defaultDevice, init as initDevice, numpy as np, random, tree } from "@jax-js/jax";
import { valueAndGrad } from "hardgrad";
import { batches, imagesOf, test, train } from "./data.mjs";
import { init, loss, scores } from "./model.mjs";

await initDevice("wasm");
defaultDevice("wasm");
const folder = process.argv[2] ?? ".";
const optimizer = adam();
const [first] = batches(train, 50, 0);
if (!first) throw new RangeError("there are fewer images than one batch holds.");

// Forward, gradient and optimizer are one compiled step. Its state stays in its memory; what changes is an input.
const params = init(random.key(1));
const step = await compileStep(
  ({ params, moments }, { batch, key, rate }) => {
    const [value, gradients] = valueAndGrad((p) => loss(p, batch, key))(tree.ref(params));
    const next = optimizer.update(gradients, moments, params, rate);
    return { state: { params: next.params, moments: next.state }, value };
  },
  {
    state: { moments: optimizer.init(tree.ref(params)), params },
    inputs: { batch: first, key: random.key(0), rate: 0 },
  },
);

for (let epoch = 0, n = 0; epoch < 3; epoch++)
  for (const batch of batches(train, 50, epoch)) {
    const { value } = step.run({ batch, key: random.key(++n), rate: 0.003 });
    if (n % 60 === 0) console.log(`step ${n}, loss ${Number(value).toFixed(3)}`);
  }

// The scores are computed from the parameters where they are.
const rows = Array.from({ length: test.count }, (_, n) => n);
const classes = step.compile(({ params }, { images }) => np.argmax(scores(params, images), -1), {
  images: imagesOf(test, rows),
});
const measure = () =>
  accuracy(/** @type {Int32Array} */ (classes.run({ images: imagesOf(test, rows) })), test);
console.log(`test accuracy ${measure()}`);

// Save, and load again.
const { params: trained, moments } = step.plainState();
const weights = /** @type {Parameters<typeof writeSafetensors>[0]} */ (trained);
writeFileSync(join(folder, "model.safetensors"), writeSafetensors(weights, { format: "pt" }));
const saved = readSafetensors(readFileSync(join(folder, "model.safetensors"))).tensors;
step.setState({ params: saved, moments });
console.log(`loaded: test accuracy ${measure()}`);

// Export for any runtime of ONNX, for any batch.
const { params: final } = step.state();
const { model } = lower((image) => ({ scores: scores(final, image) }), [np.zeros([2, 784])], {
  names: ["image"],
  batch: ["image"],
});
writeFileSync(join(folder, "model.onnx"), model);
console.log(`model.onnx: ${model.length} bytes`);
