// Polynomial programming (the protocol of the ReinMax repository): min over theta in R^(128 x 2) of
// E mean|z - 0.45|^p, z the first component of 128 one-hot samples; batch 64, Adam 1e-3, 40 epochs of 200 steps.
//   npm run polynomial -- [--p 2] [--estimators rloo,zgr] [--seed 0] [--json FILE]
import "./sentence.mjs";
import { renameSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { adam, useDevice } from "@hardgrad/experiments";
import { jit, numpy as np, random, tree } from "@jax-js/jax";
import { bernoulli, categorical, findEstimator, grad, statefulExpectation } from "hardgrad";

const { values: flags } = parseArgs({
  options: {
    p: { type: "string", default: "1.5,2,3" },
    estimators: { type: "string" },
    seed: { type: "string", default: "0" },
    json: { type: "string" },
  },
});

/** Published protocol, targets of a plain run of it (5 seeds): loss of the last epoch by p. */
const table = {
  exact: { create: ["local-expectation"], rows: 1, target: { 1.5: 0.3021, 2: 0.2027, 3: 0.0913 } },
  rloo: { create: ["rloo", { samples: 64 }], rows: 1, target: { 1.5: 0.3026, 2: 0.2032, 3: 0.0916 } },
  disarm: { create: ["disarm"], rows: 32, binary: true, target: { 1.5: 0.3031, 2: 0.2036, 3: 0.092 } },
  zgr: { create: ["zgr"], rows: 64, target: { 1.5: 0.3054, 2: 0.2038, 3: 0.0916 } },
  "reinmax-1.3": {
    create: ["reinmax", { temperature: 1.3 }],
    rows: 64,
    target: { 1.5: 0.3439, 2: 0.2337, 3: 0.1059 },
  },
  "st-gs-0.5": {
    create: ["straight-through-gumbel-softmax", { temperature: 0.5 }],
    rows: 64,
    target: { 1.5: 0.3499, 2: 0.2431, 3: 0.1148 },
  },
  "st-gs-1": {
    create: ["straight-through-gumbel-softmax", { temperature: 1 }],
    rows: 64,
    target: { 1.5: 0.3513, 2: 0.2458, 3: 0.1189 },
  },
  reinforce: { create: ["reinforce"], rows: 64, target: { 1.5: 0.3514, 2: 0.248, 3: 0.1236 } },
  st: { create: ["straight-through-sigmoid"], rows: 64, target: { 1.5: 0.3522, 2: 0.2475, 3: 0.1213 } },
};
const names = flags.estimators ? flags.estimators.split(",") : Object.keys(table);
for (const name of names)
  if (!table[name]) {
    console.error(`there is no estimator ${name} in this table; known: ${Object.keys(table).join(", ")}.`);
    process.exit(2);
  }

const VARIABLES = 128;
const EPOCHS = 40;
const STEPS = 200;

async function run(name, p, seed) {
  const { create, rows, binary } = table[name];
  const estimator = findEstimator(create[0]).create(create[1]);
  const power = (z) => np.mean(np.exp(np.log(np.abs(z.sub(0.45))).mul(p)), -1);
  const first = np.array([1, 0]);
  const optimizer = adam();
  const step = jit((params, state, key, rate) => {
    const loss = ({ theta }) => {
      const spread = (x) => np.broadcastTo(x.reshape([1, ...x.shape]), [rows, ...x.shape]);
      const difference = binary && np.sum(theta.ref.mul(np.array([1, -1])), -1);
      const q = binary ? bernoulli(spread(difference)) : categorical(spread(theta));
      const f = binary ? power : (x) => power(np.sum(x.mul(first.ref), -1));
      return np.mean(statefulExpectation(q, f, estimator, key, {}).losses);
    };
    const gradients = grad(loss)(tree.ref(params));
    const p0 = np.sum(np.exp(params.theta.ref).mul(first.ref), -1).div(np.sum(np.exp(params.theta.ref), -1));
    const next = optimizer.update(gradients, state, params, rate);
    return [next.params, next.state, p0];
  });
  const keys = random.split(random.key(seed), 2);
  const [init, noise] = np.split(keys, 2, 0).map((k) => k.reshape([2]));
  let params = { theta: random.uniform(init, [VARIABLES, 2]).mul(0.02).sub(0.01) };
  let state = optimizer.init(tree.ref(params));
  const rate = np.array(1e-3);
  let key = noise;
  let total = 0;
  let probability = 0;
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    const [next, mine] = np.split(random.split(key, 2), 2, 0).map((k) => k.reshape([2]));
    key = next;
    const all = np.split(random.split(mine, STEPS), STEPS, 0).map((k) => k.reshape([2]));
    for (const [i, k] of all.entries()) {
      const [moved, then, p0] = step(params, state, k, rate.ref);
      params = moved;
      state = then;
      // The expected loss at the current probabilities: no noise of evaluation.
      if (epoch === EPOCHS - 1) {
        const values = p0.dataSync();
        const mean = values.reduce((a, b) => a + b, 0) / VARIABLES;
        total += (mean * 0.55 ** p + (1 - mean) * 0.45 ** p) / STEPS;
        probability += mean / STEPS;
      } else if (i % 20 === 0) p0.dataSync();
      else p0.dispose();
    }
  }
  step.dispose();
  return { loss: total, probability };
}

await useDevice("wasm");
const results = [];
console.log("estimator     p     loss     target   difference  mean P(z=1)");
for (const p of flags.p.split(",").map(Number))
  for (const name of names) {
    const start = performance.now();
    const { loss, probability } = await run(name, p, Number(flags.seed));
    const target = table[name].target[p] ?? Number.NaN;
    const seconds = (performance.now() - start) / 1000;
    results.push({
      name,
      p,
      loss,
      target,
      probability,
      seed: Number(flags.seed),
      seconds: Math.round(seconds),
    });
    console.log(
      `${name.padEnd(12)} ${String(p).padEnd(4)} ${loss.toFixed(5)}  ${target.toFixed(4)}   ${(loss - target).toFixed(5).padStart(8)}    ${probability.toFixed(4)}   (${seconds.toFixed(0)} s)`,
    );
  }
if (flags.json) {
  const report = {
    device: "wasm",
    node: process.version,
    date: new Date().toISOString().slice(0, 10),
    results,
  };
  writeFileSync(`${flags.json}.tmp`, `${JSON.stringify(report, null, 1)}\n`);
  renameSync(`${flags.json}.tmp`, flags.json);
}
