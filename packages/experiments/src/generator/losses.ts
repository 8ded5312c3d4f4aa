import { nn, numpy as np } from "@jax-js/jax";
import type { Estimator, State } from "hardgrad";
import type { Settings, StepInputs } from "../experiment.ts";
import { crossEntropy, splitKey } from "../layers.ts";
import type { Params } from "../optimizers.ts";
import { classCount, classify, seen } from "./network.ts";
import { continuousTerms, type Terms } from "./style.ts";

/** Labels as one-hot classes. */
export function oneHot(labels: np.Array, settings: Settings): np.Array {
  return nn.oneHot(labels.astype(np.int32), classCount(settings));
}

/** `reconstruction + beta divergence`. */
function weighed({ reconstruction, divergence }: Terms, beta: number): np.Array {
  return reconstruction.add(divergence.mul(beta));
}

/** One loss per example. Consumes everything. */
export function losses(
  params: Params,
  inputs: StepInputs,
  _estimator: Estimator,
  state: State,
  settings: Settings,
): { losses: np.Array; state: State } {
  const x = inputs.images.mul(1 / 255);
  const y = oneHot(inputs.labels, settings);
  const [key] = splitKey(inputs.key, 1) as [np.Array];
  const image = seen(params, x.ref);
  const size = settings.styleSize as number;
  const drawn = weighed(
    continuousTerms(params, { x: x.ref, image, y: y.ref, key, size }),
    settings.beta as number,
  );
  return { losses: drawn.add(crossEntropy(classify(params, x), y)), state };
}
