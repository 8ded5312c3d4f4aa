// What the examples of docstrings take for granted: names that the text around them gives a meaning to.

import * as compiler from "@hardgrad/compiler";
import * as onnx from "@hardgrad/onnx";
import * as runtime from "@hardgrad/runtime";
import * as circuit from "@hardgrad/runtime/circuit";
import * as measure from "@hardgrad/runtime/measure";
import * as threads from "@hardgrad/runtime/threads";
import { blockUntilReady, jit, lax, nn, numpy as np, random } from "@jax-js/jax";
import * as hardgrad from "hardgrad";
import type { Scope } from "./run-example.ts";

const matrix = (rows: number, columns: number, seed = 0): np.Array =>
  random.normal(random.key(seed), [rows, columns]);

/** One loss per example, for one axis of units or categories. */
const f = (x: np.Array): np.Array => np.sum(np.square(x.sub(0.45)), -1);

export const functions = (values: object): Scope =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, () => value]));

/** Arrays and the functions of jax-js, for every package. */
export const arrays: Scope = {
  ...functions({ blockUntilReady, console: { log: () => {}, error: () => {} }, jit, lax, nn, np, random, f }),
  key: () => random.key(3),
  logits: () => matrix(4, 6),
  x: () => matrix(4, 3, 1),
  weights: () => matrix(3, 6, 2),
};

const optimizer: hardgrad.UpdateRule = {
  init: () => ({}),
  update: (gradients, state, params, rate) => ({
    state,
    params: Object.fromEntries(
      Object.entries(params).map(([name, w]) => [name, w.sub(gradients[name]!.mul(rate.ref))]),
    ),
  }),
};

const importance = (): hardgrad.Anchor => ({
  importance: { w: np.ones([3, 6]) },
  values: { w: matrix(3, 6) },
});
const mask = (): np.Array => np.greater(matrix(3, 6, 5), 0).astype(np.float32);

/** For the export `name` of the package hardgrad. */
export function hardgradScope(name: string): Scope {
  // biome-ignore lint/suspicious/noExplicitAny: by name
  const api = hardgrad as any;
  const q = (): hardgrad.Distribution => hardgrad.bernoulli(matrix(4, 6));
  return {
    ...arrays,
    ...functions(hardgrad),
    q,
    logRates: () => matrix(4, 6),
    centres: () => matrix(4, 6),
    scores: () => matrix(4, 6),
    p: () => hardgrad.sigmoid(matrix(4, 6)),
    slope: () => 2,
    embedding: () => matrix(1, 6).reshape([6]),
    used: () => np.array([1, 0, 0, 1, 0, 0]),
    fisher: () => ({ w: np.square(matrix(3, 6, 8)) }),
    omega: () => ({ w: np.zeros([3, 6]) }),
    paramsBefore: () => ({ w: matrix(3, 6, 9) }),
    h: () => hardgrad.sample(q(), random.key(4)),
    before: () => hardgrad.sample(q(), random.key(4)),
    after: () => hardgrad.sample(q(), random.key(5)),
    losses: () => f(matrix(4, 6)),
    w: () => matrix(3, 6),
    estimator: () => hardgrad.nvil(),
    state: () => api[name]().init(q()),
    strength: () => np.array(0.1),
    images: () => matrix(5, 3),
    open: mask,
    masks: () => random.bernoulli(random.key(6), 0.5, [5, 3, 6]).astype(np.float32),
    params: () => ({ w: matrix(3, 6) }),
    gradients: () => ({ w: matrix(3, 6, 7) }),
    rate: () => np.array(0.01),
    optimizer: () => optimizer,
    ...(name.startsWith("mve") && functions({ step: 3, steps: 10 })),
    anchor: importance,
    codebook: () => matrix(16, 3, 10),
    e: () => matrix(4, 3, 11),
    ...(name === "diveq" && { q: () => matrix(4, 3, 12) }),
  };
}

/** For the package onnx. */
export const onnxScope: Scope = { ...arrays, ...functions(onnx) };

/** For the package compiler. */
export const compilerScope: Scope = {
  ...arrays,
  ...functions({ ...compiler, valueAndGrad: hardgrad.valueAndGrad }),
};

/** For the package runtime: a network of one layer, and a file of it. */
export const runtimeScope: Scope = {
  ...functions({ ...runtime, ...measure, ...threads, writeFileSync: () => {} }),
  network: small,
  readFileSync: () => () => runtime.writeRuntimeFile(small()),
};

/** For circuits: the exclusive or of two pixels, and a file of it. */
export const circuitScope: Scope = {
  ...functions({ ...circuit, writeFileSync: () => {} }),
  circuit: exclusive,
  readFileSync: () => () => circuit.writeCircuitFile(exclusive()),
};

function exclusive(): circuit.Circuit {
  return {
    inputs: 2,
    thresholds: [
      [0, 127],
      [1, 127],
    ],
    gates: [[6, 0, 1]],
    classes: [{ wires: [2] }],
  };
}

function small(): runtime.Network {
  return { inputs: 3, layers: [{ kind: "linear", outputs: 2, weight: Float32Array.of(1, 2, 3, 4, 5, 6) }] };
}
