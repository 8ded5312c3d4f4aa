// A mixture of experts in a loop of your own: top-2 of 4 two-layer experts, capacity, padding, losses, one compiled step.
import { compileStep } from "@hardgrad/compiler";
import { defaultDevice, init, nn, numpy as np, random, tree } from "@jax-js/jax";
import * as hg from "hardgrad";

await init("wasm");
defaultDevice("wasm");
const normal = (/** @type {number} */ n, /** @type {number[]} */ s) => random.normal(random.key(n), s);
const [tokens, d, E, k] = [128, 4, 4, 2]; // [batch, length, d] is reshaped to [batch * length, d]
const weights = Float32Array.from({ length: tokens }, (_, t) => (t % 16 < 14 ? 1 : 0)); // 0: padding
const params = { r: normal(1, [d, E]), w1: normal(2, [E, d, 32]), w2: normal(3, [E, 32, d]).mul(0.1) };
/** @type {(p: any, x: np.Array, weights: np.Array) => any} */
function layer({ r, w1, w2 }, x, weights) {
  const logits = np.matmul(x.ref, r);
  const chosen = hg.topKRouter(logits.ref, { k, normalize: true });
  const balance = hg.balanceLoss(logits.ref, chosen.ref, { k, weights: weights.ref });
  const penalty = balance.mul(0.01).add(hg.routerZLoss(logits, { weights: weights.ref }).mul(0.001));
  const capacity = hg.expertCapacity(tokens, E, { k, factor: 0.9 });
  const { gates, ...lost } = hg.limitCapacity(chosen.ref, { capacity, weights: weights.ref });
  const mlp = (/** @type {np.Array} */ rows) => np.matmul(nn.silu(np.matmul(rows, w1)), w2);
  const y = x.ref.add(hg.routedExperts(x, gates, mlp, { capacity, placing: "scatter" }));
  return { y, penalty, report: { ...lost, load: hg.expertLoad(chosen, { weights }) } };
}
/** @type {(p: any, x: np.Array, w: np.Array) => any} */
const loss = (p, x, w) => {
  const { y, penalty, report } = layer(p, x.ref, w.ref);
  const errors = np.mean(np.square(y.sub(np.sort(x, -1))), -1); // to sort four numbers
  return [np.sum(errors.mul(w.ref)).div(np.sum(w)).add(penalty), report];
};
const step = await compileStep(
  (state, { x, w }) => {
    const [[value, report], slopes] = hg.valueAndGrad(loss, { hasAux: true })(tree.ref(state), x, w);
    return { state: tree.map((p, g) => p.sub(g.mul(0.1)), state, slopes), value, ...report };
  },
  { state: params, inputs: { x: normal(0, [tokens, d]), w: weights } },
);
for (let n = 0; n <= 600; n++) {
  const { load, ...report } = /** @type {any} */ (step.run({ x: normal(n, [tokens, d]), w: weights }));
  if (n % 200 === 0) console.log(`step ${n}`, report, `load ${load}`);
}
