import { numpy as np, random } from "@jax-js/jax";
import { hardSigmoid, sigmoid } from "hardgrad";

/** What the figure of the neuron shows: over [-3, 3], the probability, and one sample `h = 1[z < p]` per point. */
export interface NeuronRow {
  readonly a: number;
  readonly probability: number;
  readonly sample: number;
}

/** On the default device. */
export async function neuronRows(
  { squash, slope, points }: { squash: string; slope: number; points: number },
  seed: number,
): Promise<NeuronRow[]> {
  const a = np.linspace(-3, 3, points);
  const p = (squash === "sigmoid" ? sigmoid : hardSigmoid)(a.ref.mul(slope));
  const h = np.less(random.uniform(random.key(seed), [points]), p.ref).astype(np.float32);
  const [x, probability, sample] = (await Promise.all([a.data(), p.data(), h.data()])) as Float32Array[];
  return Array.from(x!, (v, i) => ({ a: v, probability: probability![i]!, sample: sample![i]! }));
}
