// Your own training step at the engine's speed: forward, gradient and optimizer compiled to one program.
import { compileStep } from "@hardgrad/compiler";
import { adam, crossEntropy, dense, drawnDigits, glorotUniform, splitKey } from "@hardgrad/experiments";
import { defaultDevice, init, numpy as np, random, tree } from "@jax-js/jax";
import { bernoulli, expectation, oneHotOf, rloo, valueAndGrad } from "hardgrad";

await init("wasm");
defaultDevice("wasm");
const { images, labels } = drawnDigits({ train: 3000, test: 10 }).train;
const batch = (/** @type {number} */ n) => ({
  images: { shape: [50, 784], data: images.slice(n * 50 * 784, (n + 1) * 50 * 784) }, // bytes
  labels: Int32Array.from(labels.slice(n * 50, (n + 1) * 50)),
});

const [first, second] = splitKey(random.key(1), 2);
const params = {
  ...{ w1: glorotUniform(first, 784, 100), b1: np.zeros([100]) }, // 100 random bits
  ...{ w2: glorotUniform(second, 100, 10), b2: np.zeros([10]) },
};
const optimizer = adam();
const state = { moments: optimizer.init(tree.ref(params)), params };

const step = await compileStep(
  ({ params, moments }, { images, labels, key, rate }) => {
    const [x, y] = [images.div(255), oneHotOf(labels, 10)];
    const losses = (/** @type {typeof params} */ { w1, b1, w2, b2 }) => {
      const f = (/** @type {np.Array} */ bits) => crossEntropy(dense(bits, w2.ref, b2.ref), y.ref);
      return expectation(bernoulli(dense(x, w1, b1)), f, rloo(), key);
    };
    const [loss, gradients] = valueAndGrad((p) => np.mean(losses(p)))(tree.ref(params));
    const next = optimizer.update(gradients, moments, params, rate);
    return { state: { params: next.params, moments: next.state }, loss };
  },
  { state, inputs: { ...batch(0), key: random.key(0), rate: 0.003 } },
);
for (let n = 0; n < 300; n++) {
  const { loss } = step.run({ ...batch(n % 60), key: random.key(n), rate: 0.003 });
  if (n % 50 === 49) console.log(`step ${n + 1}, loss ${Number(loss).toFixed(3)}`);
}
