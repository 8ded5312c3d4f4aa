import { numpy as np, random, tree } from "@jax-js/jax";
import { bernoulli, clampEmbedding, hardGate, type NamedArrays, randomGates } from "hardgrad";
import type { HostArray } from "../../../contract/backend.ts";
import { splitKey } from "../../../nn/layers.ts";
import { compute, rowOf } from "../host.ts";
import { type Method, type Snapshot, stateOf } from "../method.ts";
import { initialWeights, type Sizes, scoresOf, weightedLoss } from "../network.ts";
import { gatedLoss } from "./gated-loss.ts";
import { closeTask, gatedNetwork, layersOf, openArrays, zeroGates } from "./gating.ts";
import { plain } from "./plain.ts";

/** Methods whose tasks open and close units: learned gates (HAT) and fixed random ones (XdG). */

/** Context-dependent gating with fixed random gates. */
export const xdg: Method = {
  ...plain,
  scenarios: ["task"],
  heads: "own",
  infers: "entropy",
  exact: true,
  init: (key, sizes, tasks, settings) => {
    const [weights, ...draws] = splitKey(key, sizes.layers.length + 1);
    const { open, used } = openArrays(sizes);
    const method: NamedArrays = { ...used };
    sizes.layers.forEach((width, i) => {
      method[`gates${i + 1}`] = randomGates(draws[i]!, tasks, width, settings.closed);
      method[`gate${i + 1}`] = np.zeros([width]);
    });
    return { params: initialWeights(weights!, sizes), open, method };
  },
  loss: (params, method, inputs) => {
    inputs.key.dispose();
    inputs.slope.dispose();
    const layers = Object.keys(method).filter((name) => /^gate\d/.test(name)).length;
    const scores = scoresOf(params, inputs.batch.images, layers, (units, layer) =>
      units.mul(method[`gate${layer}`]!.ref),
    );
    tree.dispose(method);
    return { loss: weightedLoss(scores, inputs.batch), state: inputs.estimatorState };
  },
  begin: async (at, _phase, { task, tasks, sizes }) => ({
    state: Object.fromEntries(
      layersOf(sizes).map((l) => [`method.gate${l}`, rowOf(stateOf(at, `method.gates${l}`), task.index)]),
    ),
    memory: task.index === 0 ? zeroGates(sizes, tasks) : {},
  }),
  finish: (at, { task, sizes }) =>
    closeTask(
      at,
      task,
      sizes,
      layersOf(sizes).map((l) => rowOf(stateOf(at, `method.gates${l}`), task.index)),
    ),
  network: async (at, task, _finished, { sizes }) =>
    gatedNetwork(
      at,
      task,
      sizes,
      layersOf(sizes).map((l) => rowOf(stateOf(at, `method.gates${l}`), task.index)),
    ),
};

/** Hard attention to the task: gates learned with the weights. */
export const hat: Method = {
  ...xdg,
  scenarios: ["task", "domain", "class"],
  gated: (name) => /^e\d/.test(name),
  init: (key, sizes) => {
    const { open, used } = openArrays(sizes);
    const params = initialWeights(key, sizes);
    sizes.layers.forEach((width, i) => {
      params[`e${i + 1}`] = np.zeros([width]);
    });
    return { params, open, method: used };
  },
  estimatorState: (estimator, sizes) => {
    const q = bernoulli(np.zeros([1, sizes.layers.reduce((a, b) => a + b)]));
    const state = estimator.init(q);
    q.logits.dispose();
    return state;
  },
  loss: (params, method, inputs) => gatedLoss(params, method, inputs),
  after: ({ gradients, before, params, method, learningRate }) => {
    learningRate.dispose();
    tree.dispose(gradients);
    tree.dispose(before);
    const clamped = Object.entries(params).map(([name, x]) => [
      name,
      /^e\d/.test(name) ? clampEmbedding(x) : x,
    ]);
    return { params: Object.fromEntries(clamped), method };
  },
  begin: async (_at, _phase, { task, tasks, sizes, key }) => {
    const fresh: { [name: string]: HostArray } = {};
    for (const l of layersOf(sizes)) {
      const { e } = await compute({}, () => ({ e: random.normal(key(l), [sizes.layers[l - 1]!]) }));
      fresh[`params.e${l}`] = e!;
    }
    return { state: fresh, memory: task.index === 0 ? zeroGates(sizes, tasks) : {} };
  },
  finish: async (at, { task, sizes }) => closeTask(at, task, sizes, await currentGates(at, sizes)),
  network: async (at, task, finished, { sizes }) => {
    const gates = finished
      ? layersOf(sizes).map((l) => rowOf(stateOf(at, `memory.gate${l}`), task.index))
      : await currentGates(at, sizes);
    return gatedNetwork(at, task, sizes, gates);
  },
};

async function currentGates(at: Snapshot, sizes: Sizes): Promise<HostArray[]> {
  const gates: HostArray[] = [];
  for (const l of layersOf(sizes)) {
    const { gate } = await compute({ e: stateOf(at, `params.e${l}`) }, ({ e }) => ({ gate: hardGate(e!) }));
    gates.push(gate!);
  }
  return gates;
}
