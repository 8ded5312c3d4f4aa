// A gate against forgetting: AdamW trains on, and not a bit of the closed weights changes.
import { adamw } from "@hardgrad/experiments";
import { defaultDevice, init, numpy as np } from "@jax-js/jax";
import { certify, checkCertificate, grad, openWeights, protect } from "hardgrad";

await init("wasm");
defaultDevice("wasm");
/** @param {np.Array} w */
const loss = (w) => np.sum(np.square(w.sub(np.array([[-2, 3, -2, 3]]))));
/** @param {np.Array} x */
const plain = (x) => ({ shape: x.shape, data: x.dataSync() });
const used = np.array([1, 1, 0, 0]); // the first task has units 0 and 1, and is finished

const rule = protect(adamw({ weightDecay: 0.1 }), { clip: 1 });
/** @type {import("hardgrad").NamedArrays} */
let params = { w: np.array([[0.5, 0.5, 0.5, 0.5]]) };
let state = rule.init({ w: params.w.ref });
const rate = np.array(0.1);
const evidence = () => {
  const w = { values: plain(params.w.ref), used: plain(used.ref) };
  return { weights: { w }, inputs: plain(np.array([1])) };
};
const certificate = await certify("the first task", evidence());
for (let i = 0; i < 100; i++) {
  const open = { w: openWeights(undefined, used.ref) };
  const gradients = { w: grad(loss)(params.w.ref) };
  ({ params, state } = rule.update(gradients, state, params, rate, open));
}
console.log("weights", params.w.ref.js()); // 0.5, 0.5, -1.97, 2.95
console.log((await checkCertificate(certificate, evidence())).sentence);
