// A training loop without the engine: npx hardgrad's parts, and jax-js. Writes model.safetensors and model.onnx to a folder.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { accuracy, adam, readSafetensors, writeSafetensors } from "@hardgrad/experiments";
import { lower } from "@hardgrad/onnx";
import { defaultDevice, init as initDevice, jit, numpy as np, random } from "@jax-js/jax";
import { valueAndGrad } from "hardgrad";
import { batches, imagesOf, test, train } from "./data.mjs";
import { init, loss, scores } from "./model.mjs";

await initDevice("wasm");
defaultDevice("wasm");
const folder = process.argv[2] ?? ".";
const optimizer = adam();
/** @type {(p: import("./model.mjs").Params) => import("./model.mjs").Params} */
const keep = (p) => Object.fromEntries(Object.entries(p).map(([name, x]) => [name, x.ref]));

// Forward, gradient and optimizer are one compiled step. What changes (the key, the rate) is an argument.
const step = jit((p, state, batch, key, rate) => {
  const [value, gradients] = valueAndGrad((q) => loss(q, batch, key))(keep(p));
  return { value, ...optimizer.update(gradients, state, p, rate) };
});

let params = init(random.key(1));
let state = optimizer.init(params);
for (let epoch = 0, n = 0; epoch < 3; epoch++)
  for (const batch of batches(train, 50, epoch)) {
    const { value, ...next } = step(params, state, batch, random.key(++n), np.array(0.003));
    ({ params, state } = next);
    if (n % 60 === 0)
      console.log(`step ${n}, loss ${(await value.data())[0].toFixed(3)}`); // reading waits: not every step
    else value.dispose();
  }

const rows = Array.from({ length: test.count }, (_, n) => n);
/** @param {import("./model.mjs").Params} p */
const measure = (p) => accuracy(np.argmax(scores(p, imagesOf(test, rows)), -1).js(), test);
console.log(`test accuracy ${measure(params)}`);

// Save, and load again.
/** @type {Record<string, import("@hardgrad/experiments").Tensor>} */
const tensors = {};
for (const [name, x] of Object.entries(params)) tensors[name] = { shape: x.shape, data: await x.ref.data() };
writeFileSync(join(folder, "model.safetensors"), writeSafetensors(tensors, { format: "pt" }));
const saved = readSafetensors(readFileSync(join(folder, "model.safetensors"))).tensors;
const loaded = Object.fromEntries(
  Object.entries(saved).map(([name, { shape, data }]) => [
    name,
    np.array(Float32Array.from(data)).reshape([...shape]),
  ]),
);
console.log(`loaded: test accuracy ${measure(loaded)}`);

// Export for any runtime of ONNX, for any batch.
const { model } = lower((image) => ({ scores: scores(loaded, image) }), [np.zeros([2, 784])], {
  names: ["image"],
  batch: ["image"],
});
writeFileSync(join(folder, "model.onnx"), model);
console.log(`model.onnx: ${model.length} bytes`);
