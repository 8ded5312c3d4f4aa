// A running baseline is explicit state: state in, state out.
import { defaultDevice, init, numpy as np, random } from "@jax-js/jax";
import { bernoulli, reinforceMinimumVariance, statefulExpectation } from "hardgrad";

await init("wasm");
defaultDevice("wasm");

const estimator = reinforceMinimumVariance({ decay: 0.9 });
const q = () => bernoulli(np.zeros([100, 3]));
/** @type {import("hardgrad").Objective} */
const f = (b) => np.sum(b.mul(np.array([1, 2, 3])), -1).add(10);

let state = estimator.init(q());
for (let i = 0; i < 50; i++) {
  const result = statefulExpectation(q(), f, estimator, random.key(i), state);
  state = result.state;
  result.losses.dispose();
}
console.log("centre per unit", state.numerator.div(state.denominator).js());
