// A spiking network that remembers a cue for 70 steps of time; one step is compiled, not a graph of 100.
// Channel 0 or 1 is lively in steps 5 to 19; from step 90 on channel 2 asks which. `node spiking.mjs 150` learns it.
import { adam } from "@hardgrad/experiments";
import { defaultDevice, init, jit, numpy as np, random, tree } from "@jax-js/jax";
import { fastSigmoid, leakyIntegrateAndFire, logSoftmax, scan } from "hardgrad";

await init("wasm");
defaultDevice("wasm");
const [T, N, B, updates] = [100, 64, 64, Number(process.argv[2] ?? 3)];
const rates = Float32Array.from({ length: T * B * 3 }, (_, k) => {
  const [time, label, channel] = [Math.floor(k / 3 / B), Math.floor(k / 3) % 2, k % 3];
  return channel === 2 ? Number(time >= 90) : time >= 5 && time < 20 && channel === label ? 0.4 : 0.05;
});
const labels = np.array(Array.from({ length: B }, (_, i) => [1 - (i % 2), i % 2]));
const normal = (/** @type {number} */ seed, /** @type {number[]} */ shape, scale = 1) =>
  random.normal(random.key(seed), shape).mul(scale);

const decay = Array.from({ length: N }, (_, i) => (i < N / 2 ? 0.9 : 0.99)); // half of them forget slowly
const neuron = leakyIntegrateAndFire({ decay, derivative: fastSigmoid({ k: 10 }) });
/** @type {(p: any, state: any, x: np.Array) => any} */
const step = (p, [u, before], x) => {
  const [next, spikes] = neuron.step(u, np.matmul(x, p.input).add(np.matmul(before, p.recurrent)));
  return [[next, spikes.ref], np.matmul(spikes, p.output)];
};
const train = scan(step).valueAndGrad(
  (_, /** @type {any} */ scores, _state, /** @type {np.Array} */ wanted) =>
    np.negative(np.mean(np.sum(logSoftmax(np.mean(scores.slice([90, T]), 0)).mul(wanted), -1))),
);
const [input, recurrent] = [normal(1, [3, N]), normal(2, [N, N], 0.5 / Math.sqrt(N))];
let params = /** @type {any} */ ({ input, recurrent, output: normal(3, [N, 2], 1 / Math.sqrt(N)) });
const optimizer = adam();
const update = jit(optimizer.update);
let moments = optimizer.init(tree.ref(params));
for (let n = 1; n <= updates; n++) {
  const x = np.less(random.uniform(random.key(n), [T, B, 3]), np.array(rates).reshape([T, B, 3]));
  const state = [np.zeros([B, N]), np.zeros([B, N])];
  const [loss, gradients] = train(tree.ref(params), state, x.astype(np.float32), labels.ref);
  ({ params, state: moments } = update(gradients, moments, params, np.array(0.003)));
  if (n % 10 === 0 || n === updates) console.log(`update ${n}, loss ${loss.item().toFixed(3)}`);
}
