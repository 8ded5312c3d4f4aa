// Speed of the audit: the exact gradient by enumeration, and 20,000 estimates.   npm run bench:audit

import "./sentence.mjs";
import { parseArgs } from "node:util";
import { useDevice } from "@hardgrad/experiments";
import { numpy as np } from "@jax-js/jax";
import { audit, bernoulli, exactGradient, reinforce, reinmax, straightThroughSigmoid } from "hardgrad";

parseArgs(); // It has no flags: what is given is refused.
await useDevice("wasm");

/** An objective of two layers on `units` inputs. */
function network(units) {
  const weights = np.array(
    Array.from({ length: units }, (_, i) => Array.from({ length: 8 }, (_, j) => Math.sin(3 * i + j))),
  );
  return (b) => np.sum(np.square(np.tanh(np.matmul(b, weights.ref))), -1);
}

const seconds = (start) => ((performance.now() - start) / 1000).toFixed(2);

for (const units of [16, 20]) {
  const start = performance.now();
  await exactGradient(bernoulli(np.zeros([units])), network(units));
  console.log(`exact gradient, two layers, 2^${units} states: ${seconds(start)} s`);
}
for (const estimator of [reinmax(), straightThroughSigmoid(), reinforce()]) {
  const start = performance.now();
  await audit(bernoulli(np.zeros([10])), network(10), [estimator], { samples: 20_000 });
  console.log(`audit of ${estimator.id}, 10 units, 20,000 estimates, with compilation: ${seconds(start)} s`);
}
