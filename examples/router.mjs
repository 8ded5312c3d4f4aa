// A mixture of experts: 4 linear experts learn |x| in two dimensions, each where the router sends it. Top-1, capacity by
// score, padding that counts nowhere.
import { defaultDevice, init, jit, numpy as np, random, tree } from "@jax-js/jax";
import { balanceLoss, limitCapacity, routedBlocks, routerZLoss, topKRouter, valueAndGrad } from "hardgrad";

await init("wasm");
defaultDevice("wasm");

const [tokens, experts, capacity] = [64, 4, 40];
const weights = np.less(np.arange(tokens), 60).astype(np.float32); // the last four tokens are padding

/** @type {(params: any, x: np.Array) => [np.Array, any]} */
const loss = ({ router, w, b }, x) => {
  const logits = np.matmul(x.ref, router);
  const chosen = topKRouter(logits.ref, { k: 1 });
  const balance = balanceLoss(logits.ref, chosen.ref, { weights: weights.ref });
  const { gates, dropped } = limitCapacity(chosen, { capacity, weights: weights.ref });
  const y = np.sum(routedBlocks(x.ref, gates, w, b, { capacity }).reshape([tokens, experts, 2]), 1);
  const errors = np.sum(np.square(y.sub(np.abs(x))), -1).mul(weights.ref);
  const total = np.sum(errors).div(60).add(balance.ref.mul(0.01));
  return [total.add(routerZLoss(logits, { weights: weights.ref }).mul(0.001)), { balance, dropped }];
};
const step = jit((/** @type {any} */ params, /** @type {np.Array} */ x) => {
  const [[value, report], slopes] = valueAndGrad(loss, { hasAux: true })(tree.ref(params), x);
  const next = Object.entries(params).map(([name, p]) => [name, p.sub(slopes[name].mul(0.3))]);
  return { params: Object.fromEntries(next), value, ...report };
});

const normal = (/** @type {number} */ seed, /** @type {number[]} */ shape) =>
  random.normal(random.key(seed), shape);
let params = { router: normal(1, [2, experts]), w: normal(2, [experts, 2, 2]), b: np.zeros([experts, 2]) };
for (let i = 0; i <= 600; i++) {
  const { params: next, value, balance, dropped } = step(params, normal(100 + i, [tokens, 2]));
  params = next;
  const said = [value, balance, dropped].map((x) => x.item().toFixed(2));
  if (i % 200 === 0) console.log(`step ${i}: loss ${said[0]}, balance ${said[1]}, dropped ${said[2]}`);
}
