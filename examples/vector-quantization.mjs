// A codebook that follows its vectors: nearest codeword, rotation trick, moving average, dead codes replaced.
import { defaultDevice, init, jit, numpy as np, random } from "@jax-js/jax";
import {
  codebookUse,
  codeVectors,
  commitmentLoss,
  countCodes,
  grad,
  moveCodebook,
  nearestCode,
  replaceDeadCodes,
  rotationTrick,
  startMovingCodebook,
} from "hardgrad";

await init("wasm");
defaultDevice("wasm");

const target = random.normal(random.key(0), [256, 2]);
let state = startMovingCodebook(random.normal(random.key(1), [16, 2]).mul(0.05));
let e = target.ref.mul(0.5); // in place of an encoder: the vectors themselves learn

const step = jit((x, s, wanted, key) => {
  const indices = nearestCode(x.ref, s.codebook.ref);
  const q = codeVectors(s.codebook.ref, indices.ref);
  const loss = (/** @type {np.Array} */ v) => {
    const y = rotationTrick(v.ref, q.ref); // exactly q; its gradient turns back to v
    return np.sum(np.square(y.sub(wanted))).add(np.sum(commitmentLoss(v, q)).mul(0.25));
  };
  const next = x.ref.sub(grad(loss)(x).mul(0.05));
  const moved = moveCodebook(s, next.ref, indices, { decay: 0.8 });
  return [next, replaceDeadCodes(moved, next, key).state];
});
for (let i = 0; i < 60; i++) [e, state] = step(e, state, target.ref, random.key(i + 2));

const chosen = nearestCode(e, state.codebook.ref);
const error = np.mean(np.square(codeVectors(state.codebook, chosen.ref).sub(target))).js();
console.log("mean square error", error.toFixed(4));
console.log("use of the codebook", codebookUse(countCodes(chosen, 16).dataSync()));
