import type { Recommended } from "../../contract/experiment.ts";
import type { VaeSettings } from "./options.ts";

/**
 * Learning rates and temperatures of the 8 x 4 autoencoder (eight categories, four variables), all with Adam: the
 * scripts of ReinMax (Liu et al. 2023) and of ReinMax-Rao (Wang & Bui 2026).
 */
const published: { readonly [estimator: string]: Recommended<VaeSettings> } = {
  reinmax: { settings: { learningRate: 5e-4 }, options: { temperature: 1.3 } },
  "reinmax-rao": { settings: { learningRate: 5e-4 }, options: { temperature: 1, samples: 100 } },
  "straight-through-gumbel-softmax": { settings: { learningRate: 3e-4 }, options: { temperature: 0.5 } },
  "gumbel-rao": { settings: { learningRate: 5e-4 }, options: { temperature: 0.5, samples: 100 } },
  "gapped-straight-through": { settings: { learningRate: 5e-4 }, options: { temperature: 1, gap: 1 } },
  "straight-through-sigmoid": { settings: { learningRate: 1e-3 }, options: {} },
};

export function recommended(estimator: string): Recommended<VaeSettings> {
  return published[estimator] ?? { settings: {}, options: {} };
}
