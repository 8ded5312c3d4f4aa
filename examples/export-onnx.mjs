// A network with sampled hard units as an ONNX model: for any batch, with its random choices inside.
import { lower } from "@hardgrad/onnx";
import { defaultDevice, init, numpy as np, random } from "@jax-js/jax";
import { bernoulli, sample } from "hardgrad";
import { InferenceSession, Tensor } from "onnxruntime-node";

await init("wasm");
defaultDevice("wasm");

const w1 = random.normal(random.key(1), [4, 8]);
const w2 = random.normal(random.key(2), [8, 3]);
/** @type {(x: np.Array, key: np.Array) => { scores: np.Array, hidden: np.Array }} */
const network = (x, key) => {
  const hidden = sample(bernoulli(np.matmul(x, w1.ref)), key);
  return { scores: np.matmul(hidden.ref, w2.ref), hidden };
};

const examples = [np.zeros([2, 4]), random.key(0)]; // types and shapes are all that counts
const { model } = lower(network, examples, { names: ["x", "key"], batch: ["x"] });

const x = Float32Array.from({ length: 5 * 4 }, (_, i) => Math.sin(i));
const key = Uint32Array.of(2025, 1); // a new one for each call
const session = await InferenceSession.create(model);
const there = await session.run({ x: new Tensor(x, [5, 4]), key: new Tensor("uint32", key, [2]) });
const here = network(np.array(x, { shape: [5, 4] }), np.array(key));
console.log("an ONNX model of", model.length, "bytes");
console.log("onnxruntime", there.hidden.data.slice(0, 8), there.scores.data.slice(0, 3));
console.log("jax-js     ", here.hidden.js()[0], here.scores.js()[0]);
