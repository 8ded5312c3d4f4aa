import type { Recommended } from "../../contract/experiment.ts";
import type { VaeSettings } from "./options.ts";

type Suited = Recommended<VaeSettings>;

/** Learning rate, and temperature where the estimator has one. */
type Published = readonly [rate: number, temperature?: number];

const suited = (settings: Partial<VaeSettings>, [learningRate, temperature]: Published): Suited => ({
  settings: { learningRate, ...settings },
  options: temperature === undefined ? {} : { temperature },
});
const adam = (...given: Published): Suited => suited({}, given);
const radam = (...given: Published): Suited => suited({ optimizer: "radam" }, given);

/** The estimators of the published tables, with the options that are the same at every size. */
const estimators = {
  reinmax: {},
  "reinmax-rao": { samples: 100 },
  "straight-through-gumbel-softmax": {},
  "gumbel-rao": { samples: 100 },
  "gapped-straight-through": { gap: 1 },
  "straight-through-sigmoid": {},
} as const satisfies { readonly [id: string]: Suited["options"] };

/**
 * The scripts of ReinMax (Liu et al. 2023) and of ReinMax-Rao (Wang & Bui 2026), by `categories x variables`, estimators in
 * the order above. The temperatures of straight-through in those scripts are ones that this estimator does not have.
 */
const bySize = {
  "8x4": [adam(5e-4, 1.3), adam(5e-4, 1), adam(3e-4, 0.5), adam(5e-4, 0.5), adam(5e-4, 1), adam(1e-3)],
  "4x24": [radam(5e-4, 1.5), radam(5e-4, 0.7), radam(5e-4, 0.3), radam(5e-4, 0.3), radam(5e-4, 0.5), radam(1e-3)],
  "8x16": [radam(7e-4, 1.5), radam(7e-4, 1), radam(5e-4, 0.5), radam(7e-4, 0.7), radam(7e-4, 0.5), radam(1e-3)],
  "16x12": [radam(7e-4, 1.5), radam(7e-4, 1), radam(7e-4, 0.7), adam(5e-4, 1), radam(7e-4, 0.5), adam(5e-4)],
  "64x8": [radam(5e-4, 1.5), radam(7e-4, 1), radam(7e-4, 0.7), adam(7e-4, 2), radam(7e-4, 0.7), adam(5e-4)],
  // The published learning rate of straight-through, 7e-3, is probably a slip for this one.
  "10x30": [radam(5e-4, 1.3), radam(5e-4, 0.7), radam(5e-4, 0.5), radam(5e-4, 1), radam(5e-4, 0.5), radam(7e-4)],
} as const; // biome-ignore format: a table

/** What the published scripts have for an estimator at the size that is asked for; at other sizes, that of 8 x 4. */
export function recommended(
  estimator: string,
  _data?: string,
  { latents = "categorical", categories, variables }: Partial<VaeSettings> = {},
): Suited {
  const row = Object.keys(estimators).indexOf(estimator);
  if (row < 0) return { settings: {}, options: {} };
  const size = latents === "categorical" ? `${categories}x${variables}` : "8x4";
  const { settings, options } = bySize[size in bySize ? (size as keyof typeof bySize) : "8x4"][row]!;
  return { settings, options: { ...options, ...estimators[estimator as keyof typeof estimators] } };
}
