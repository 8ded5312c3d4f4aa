// A network with a layer of hard, stochastic units as an ONNX model; onnxruntime draws the same units by the same key.
import { lower } from "@hardgrad/onnx";
import { defaultDevice, init, numpy as np, random } from "@jax-js/jax";
import { bernoulli, sample } from "hardgrad";
import { InferenceSession, Tensor } from "onnxruntime-node";

await init("wasm");
defaultDevice("wasm");

const w1 = random.normal(random.key(1), [784, 16]).mul(0.1);
const w2 = random.normal(random.key(2), [16, 10]);
/** @type {(image: np.Array, key: np.Array) => { hidden: np.Array, scores: np.Array }} */
const network = (image, key) => {
  const hidden = sample(bernoulli(np.matmul(image, w1.ref)), key); // [batch, 16], exactly 0 or 1
  return { hidden: hidden.ref, scores: np.matmul(hidden, w2.ref) };
};

const examples = [np.zeros([1, 784]), random.key(0)]; // only their types and shapes are read
const { model } = lower(network, examples, { names: ["image", "key"], batch: ["image"] });
const images = random.uniform(random.key(3), [5, 784]);
const session = await InferenceSession.create(model);
const { hidden } = await session.run({
  image: new Tensor("float32", new Float32Array(images.ref.dataSync()), [5, 784]),
  key: new Tensor("uint32", new Uint32Array(random.key(7).dataSync()), [2]),
});
const here = network(images, random.key(7)).hidden.flatten().js();
const differing = hidden.data.filter((h, i) => h !== here[i]).length;
console.log(`${differing} of ${here.length} hidden units differ; the model has ${model.length} bytes`);
