// Two categorical variables per example, each a one-hot choice of three, and a score-function estimator.
import { defaultDevice, init, jit, numpy as np, random } from "@jax-js/jax";
import { categorical, expectation, grad, rloo } from "hardgrad";

await init("wasm");
defaultDevice("wasm");

const cost = np.array([
  [3, 1, 2],
  [0.5, 2, 1],
]); // cost of each choice of each variable
/** @type {import("hardgrad").Objective} */
const f = (z) => np.sum(z.mul(cost.ref), [-2, -1]); // [batch, variables, categories] -> [batch]
/** @param {np.Array} a */
const loss = (a) => np.mean(expectation(categorical(a), f, rloo(), random.key(0)));
const gradient = jit(grad(loss));

let logits = np.zeros([64, 2, 3]);
for (let i = 0; i < 200; i++) logits = logits.ref.sub(gradient(logits).mul(64));
/** @type {number[][]} */
const mean = np.mean(logits, 0).js();
console.log(
  "the choices that became most probable",
  mean.map((row) => row.indexOf(Math.max(...row))),
);
