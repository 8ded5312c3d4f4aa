// What browser.test.ts calls in the page. It is the built packages that are loaded, without a bundler.
import { classifier, drawnDigits, resolveSettings, startRun, useDevice } from "@hardgrad/experiments";
import { toOnnx } from "@hardgrad/onnx";
import { jit, numpy as np, random } from "@jax-js/jax";
import { bernoulli, expectation, grad, reinmax } from "hardgrad";
import * as ort from "onnxruntime-web/wasm";

/** Descends on the expected distance of eight bits from a pattern, by ReinMax; the loss before and after. */
export async function trainExpectation() {
  await useDevice("wasm");
  const target = np.array([1, 0, 1, 1, 0, 0, 1, 0]);
  const f = (b) => np.sum(np.square(b.sub(target.ref)), -1);
  const loss = (logits, key) => np.mean(expectation(bernoulli(np.tile(logits, [64, 1])), f, reinmax(), key));
  const step = jit((logits, key) => logits.ref.sub(grad(loss)(logits, key).mul(5)));
  const value = jit(loss);
  let logits = np.zeros([8]);
  const before = await value(logits.ref, random.key(0)).data();
  for (let i = 0; i < 20; i++) logits = step(logits, random.key(i));
  const after = await value(logits, random.key(100)).data();
  return { before: before[0], after: after[0] };
}

/** The losses of a short run on a device. */
export async function trainClassifier(device) {
  const backend = await useDevice(device);
  const data = drawnDigits({ train: 400, test: 100 });
  const settings = resolveSettings(classifier.options, { epochs: 2, batch: 20, hidden: 20 }, data);
  const estimator = { id: "reinmax", options: {} };
  const config = { experiment: "classifier", estimator, data: "drawn", seed: 3, settings };
  const run = await startRun(classifier, config, data, backend);
  const losses = [];
  while (run.step < run.totalSteps)
    for (const { values } of await run.advance()) losses.push(values["loss/train"]);
  run.dispose();
  return losses;
}

/** The largest difference between a function in jax-js and its exported model in onnxruntime-web. */
export async function compareExport() {
  await useDevice("wasm");
  ort.env.wasm.numThreads = 1;
  const model = (x, w, b) => {
    const h = np.tanh(np.matmul(x, w).add(b));
    const hard = np.greater(h.ref, 0).astype(np.float32);
    return np.concatenate([np.exp(h), hard], -1);
  };
  const draw = (i, shape) => random.uniform(random.key(i), shape).sub(0.5);
  const args = [draw(1, [5, 7]), draw(2, [7, 4]), draw(3, [4])];
  const bytes = toOnnx(model, ...args.map((x) => x.ref));
  const session = await ort.InferenceSession.create(bytes);
  const feeds = {};
  for (const [i, x] of args.entries())
    feeds[session.inputNames[i]] = new ort.Tensor("float32", await x.ref.data(), x.shape);
  const result = (await session.run(feeds))[session.outputNames[0]];
  const expected = await jit(model)(...args).data();
  const differences = [...expected].map((x, i) => Math.abs(x - result.data[i]));
  return { count: expected.length, shape: [...result.dims], largest: Math.max(...differences) };
}

/** What a page is told of a device that it does not have. */
export async function refused(device) {
  try {
    await useDevice(device);
    return "";
  } catch (error) {
    return error.message;
  }
}

export { compiledStep } from "./step.js";

/** The same in a worker, whose source is given: workers have no import map. */
export function inWorker(source) {
  const worker = new Worker(URL.createObjectURL(new Blob([source], { type: "text/javascript" })), {
    type: "module",
  });
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
  }).finally(() => worker.terminate());
}
