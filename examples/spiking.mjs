// A recurrent spiking network that remembers a cue for 70 steps of time. One step is compiled, not a graph of 100.
//   node examples/spiking.mjs [updates]      150 updates learn the task
import { adam } from "@hardgrad/experiments";
import { defaultDevice, init, jit, nn, numpy as np, random, tree } from "@jax-js/jax";
import { fastSigmoid, leakyIntegrateAndFire, logSoftmax, scan } from "hardgrad";

await init("wasm");
defaultDevice("wasm");
const [T, N, B, updates] = [100, 64, 64, Number(process.argv[2] ?? 3)];
const normal = (seed, shape, scale) => random.normal(random.key(seed), shape).mul(scale);
let params = {
  input: normal(1, [3, N], 1),
  recurrent: normal(2, [N, N], 0.5 / Math.sqrt(N)),
  output: normal(3, [N, 2], 1 / Math.sqrt(N)),
};

/** Channel 0 or 1 is lively in steps 5 to 19; channel 2 says from step 90 on that the answer is due. */
function task(seed) {
  const labels = Array.from({ length: B }, (_, i) => i % 2);
  const rate = (t, i, c) => (c === 2 ? Number(t >= 90) : t >= 5 && t < 20 && c === labels[i] ? 0.4 : 0.05);
  const rates = Array.from({ length: T * B * 3 }, (_, k) => rate(Math.floor(k / 3 / B), Math.floor(k / 3) % B, k % 3));
  const drawn = np.less(random.uniform(random.key(seed), [T, B, 3]), np.array(rates).reshape([T, B, 3]));
  return [drawn.astype(np.float32), nn.oneHot(np.array(labels, { dtype: np.int32 }), 2)];
}

// Half of the neurons forget slowly.
const decay = Array.from({ length: N }, (_, i) => (i < N / 2 ? 0.9 : 0.99));
const neuron = leakyIntegrateAndFire({ decay, derivative: fastSigmoid({ k: 10 }) });
const network = scan((p, [u, spikes], x) => {
  const [next, s] = neuron.step(u, np.matmul(x, p.input).add(np.matmul(spikes, p.recurrent)));
  return [[next, s.ref], np.matmul(s, p.output)];
});
const train = network.valueAndGrad((_p, scores, _state, labels) => {
  const answer = np.mean(scores.slice([T - 10, T]), 0);
  return np.negative(np.mean(np.sum(logSoftmax(answer).mul(labels), -1)));
});
const optimizer = adam();
const update = jit(optimizer.update);
let moments = optimizer.init(tree.ref(params));
for (let n = 1; n <= updates; n++) {
  const [loss, gradients] = train(tree.ref(params), [np.zeros([B, N]), np.zeros([B, N])], ...task(100 + n));
  ({ params, state: moments } = update(gradients, moments, params, np.array(0.003)));
  if (n % 10 === 0 || n === updates) console.log(`update ${n}, loss ${loss.item().toFixed(3)}`);
}
