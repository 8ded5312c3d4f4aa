// An estimator that learns beside the network (NVIL's baseline): its state is the auxiliary output of the loss.
import { blockUntilReady, defaultDevice, init, jit, numpy as np, random } from "@jax-js/jax";
import { bernoulli, nvil, statefulExpectation, valueAndGrad } from "hardgrad";

await init("wasm");
defaultDevice("wasm");

const estimator = nvil(); // or rebar(), relax(), doubleCv(), rodeo(), adaptiveImle(), reinforceMovingAverage()
const target = np.array([1, 0, 1, 1, 0]);
/** @param {np.Array} w */
const q = (w) => bernoulli(np.broadcastTo(w, [64, 5]));
/** @type {import("hardgrad").Objective} */
const f = (b) => np.sum(np.square(b.sub(target.ref)), -1); // one loss per example

const step = jit((w, state, key) => {
  const loss = valueAndGrad(
    (w) => {
      const result = statefulExpectation(q(w), f, estimator, key, state);
      return [np.mean(result.losses), result.state];
    },
    { hasAux: true },
  );
  const [[value, next], gradient] = loss(w.ref);
  return [w.sub(gradient), next, value];
});

let [w, state] = [np.zeros([5]), estimator.init(q(np.zeros([5])))];
for (let i = 0; i <= 100; i++) {
  let value;
  [w, state, value] = step(w, state, random.key(i));
  await blockUntilReady(w); // without it, steps wait in a queue until something is read
  if (i % 25 === 0) console.log(`step ${i}: loss ${value.js().toFixed(3)}`);
  else value.dispose();
}
