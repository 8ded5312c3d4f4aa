// A codebook that follows its vectors: nearest codeword, rotation trick, moving average, dead codes replaced.
import { defaultDevice, init, numpy as np, random } from "@jax-js/jax";
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

for (let step = 0; step < 60; step++) {
  const indices = nearestCode(e.ref, state.codebook.ref);
  const q = codeVectors(state.codebook.ref, indices.ref);
  const loss = (x) => {
    const y = rotationTrick(x.ref, q.ref); // exactly q; its gradient turns back to x
    return np.sum(np.square(y.sub(target.ref))).add(np.sum(commitmentLoss(x, q.ref)).mul(0.25));
  };
  e = e.ref.sub(grad(loss)(e.ref).mul(0.05));
  q.dispose();
  const moved = moveCodebook(state, e.ref, indices, { decay: 0.8 });
  state = replaceDeadCodes(moved, e.ref, random.key(step + 2)).state;
}
const chosen = nearestCode(e, state.codebook.ref);
const error = np.mean(np.square(codeVectors(state.codebook, chosen.ref).sub(target))).js();
console.log("mean square error", error.toFixed(4));
console.log("use of the codebook", codebookUse(countCodes(chosen, 16).dataSync()));
