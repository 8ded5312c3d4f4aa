// What the types of the packages say to somebody who installed them.

import { drawnDigits, type Experiment, experiments } from "@hardgrad/experiments";
import { lower } from "@hardgrad/onnx";
import { loadRuntime, type Runtime, writeRuntimeFile } from "@hardgrad/runtime";
import { type Circuit, simplifyCircuit } from "@hardgrad/runtime/circuit";
import { loadThreaded } from "@hardgrad/runtime/threads";
import { numpy as np, random } from "@jax-js/jax";
import { bernoulli, type Estimator, expectation, grad, reinmax, rloo, through } from "hardgrad";
import { checkEstimator, type Finding } from "hardgrad/check";

const estimator: Estimator = rloo({ samples: 4 });
const f = (b: np.Array): np.Array => np.sum(b, -1);
const loss = (a: np.Array): np.Array => np.mean(expectation(bernoulli(a), f, estimator, random.key(0)));
export const gradient: np.Array = grad(loss)(np.zeros([2, 3])) as np.Array;
export const hard: np.Array = through(bernoulli(np.zeros([2, 3])), reinmax(), random.key(1));

export const findings: Promise<readonly Finding[]> = checkEstimator(rloo, { samples: 2000 });

// @ts-expect-error: options are named
rloo({ sample: 4 });

const { model } = lower((x: np.Array) => np.tanh(x), [np.zeros([2])]);
export const bytes: Uint8Array = model;

export const runtime: Promise<Runtime> = loadRuntime(
  writeRuntimeFile({ inputs: 2, layers: [{ kind: "linear", outputs: 1, weight: new Float32Array(2) }] }),
);
export { loadThreaded };
export const circuit: Circuit = simplifyCircuit({
  inputs: 1,
  thresholds: [[0, 127]],
  gates: [],
  classes: [{ wires: [0] }],
});
export const titles: readonly string[] = experiments.map(({ title }: Experiment) => title);
export const labels: ArrayLike<number> = drawnDigits({ seed: 1, train: 2, test: 1 }).train.labels;
