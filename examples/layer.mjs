// A hidden layer of stochastic binary neurons learns XOR; replace one line to change the estimator.
import { blockUntilReady, defaultDevice, init, jit, numpy as np, random } from "@jax-js/jax";
import { bernoulli, grad, reinmax, through } from "hardgrad";

await init("wasm");
defaultDevice("wasm");

const corners = np.array([-1, -1, 1, -1, 1, 1, 1, -1, 1, 1, 1, 1]).reshape([4, 3]); // a one for the bias
const x = np.tile(corners, [16, 1]); // [64, 3]
const y = np.tile(np.array([-1, 1, 1, -1]), 16);

/** @type {(w1: np.Array, w2: np.Array, key: np.Array) => np.Array} */
function loss(w1, w2, key) {
  const h = through(bernoulli(np.matmul(x.ref, w1)), reinmax(), key); // [64, 8], exactly 0 or 1
  const prediction = np.sum(h.mul(2).sub(1).mul(w2), -1);
  return np.mean(np.square(prediction.sub(y.ref)));
}

const step = jit((w1, w2, key) => {
  const [g1, g2] = grad(loss, { argnums: [0, 1] })(w1.ref, w2.ref, key.ref);
  return [loss(w1.ref, w2.ref, key), w1.sub(g1.mul(1)), w2.sub(g2.mul(0.05))];
});

let w1 = random.normal(random.key(1), [3, 8]);
let w2 = np.zeros([8]);
for (let i = 0; i <= 1000; i++) {
  const [value, ...next] = step(w1, w2, random.key(i));
  [w1, w2] = await blockUntilReady(next); // or steps wait in a queue until something is read
  if (i % 250 === 0) console.log(`step ${i}: loss ${value.js().toFixed(3)}`);
  else value.dispose();
}
