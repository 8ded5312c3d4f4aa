// The gradient of an expectation over three stochastic binary units: exact, and estimated from samples.
import { defaultDevice, init, numpy as np, random } from "@jax-js/jax";
import { bernoulli, exact, expectation, grad, reinforce, rloo, straightThroughSigmoid } from "hardgrad";

await init("wasm");
defaultDevice("wasm");

// One loss per example: [batch, units] -> [batch].
/** @type {import("hardgrad").Objective} */
const f = (b) => np.square(np.sum(b, -1).sub(1.2));
const logits = np.array([0.4, -1, 0.3]);
const batch = np.broadcastTo(logits.ref, [5000, 3]); // 5,000 independent draws of the same problem

console.log("exact", grad((a) => expectation(bernoulli(a), f, exact(), random.key(0)))(logits).js());
for (const estimator of [reinforce(), rloo({ samples: 4 }), straightThroughSigmoid()]) {
  /** @param {np.Array} a */
  const losses = (a) => np.sum(expectation(bernoulli(a), f, estimator, random.key(1)));
  const estimates = grad(losses)(batch.ref); // [5000, 3]: one estimate per row
  const mean = np.mean(estimates.ref, 0).js();
  const deviation = np.std(estimates, 0).js();
  console.log(estimator.id, "mean", mean, "standard deviation", deviation);
}
