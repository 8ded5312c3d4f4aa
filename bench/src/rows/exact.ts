import type { Backend } from "@hardgrad/experiments";
import { numpy as np, random } from "@jax-js/jax";
import { bernoulli, exact, expectation, type NamedArrays, valueAndGrad } from "hardgrad";
import type { Tensors } from "../protocol.ts";
import { gradientEntry, normal } from "./gradient.ts";
import { type Row, TOLERANCE } from "./row.ts";

const UNITS = 16;
const HIDDEN = 32;
const names = ["logits", "w1", "b1", "w2", "b2"];

/** `E[(tanh(b w1 + b1) w2 + b2)^2]` over all states b, by the library's own estimator. */
function mean(logits: np.Array, w1: np.Array, b1: np.Array, w2: np.Array, b2: np.Array): np.Array {
  const q = bernoulli(logits.reshape([1, UNITS]));
  const estimator = exact({ maxStates: 2 ** UNITS });
  const f = (b: np.Array): np.Array => {
    const hidden = np.tanh(np.matmul(b, w1).add(b1));
    return np.square(np.matmul(hidden, w2).add(b2));
  };
  return np.sum(expectation(q, f, estimator, random.key(0)));
}

function step(resident: NamedArrays): NamedArrays {
  const parameters = names.map((name) => resident[name]!);
  const [loss, gradients] = valueAndGrad(mean, { argnums: names.map((_, i) => i) })(
    ...(parameters.map((p) => p.ref) as Parameters<typeof mean>),
  ) as unknown as [np.Array, np.Array[]];
  const next: NamedArrays = { total: resident.total!.add(loss) };
  names.forEach((name, i) => {
    next[name] = parameters[i]!;
    next[`gradient.${name}`] = gradients[i]!;
  });
  return next;
}

export const exactRow: Row = {
  id: "exact",
  title: "exact gradient over 2^16 states",
  peers: ["pytorch"],
  tolerance: TOLERANCE,
  inputs: async () => ({
    logits: normal(1, [UNITS], 1),
    w1: normal(2, [UNITS, HIDDEN], 1 / 4),
    b1: normal(3, [HIDDEN], 1 / 4),
    w2: normal(4, [HIDDEN], 1 / 6),
    b2: normal(5, [1], 1),
  }),
  start: async (backend: Backend, tensors: Tensors) => gradientEntry(backend, step, tensors, names, [{}]),
};
