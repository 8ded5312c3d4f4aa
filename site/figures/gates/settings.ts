import { BLOCK, BLOCKS, type Density } from "./controls.ts";

/** What the course trains, for it and for the code that a visitor copies. */

/** Digits drawn by code: so many to learn from, so many to ask. */
export const digits = { train: 3000, test: 1000 } as const;

const training = { batch: 32, epochs: 5, units: BLOCKS * BLOCK, learningRate: 0.5, validation: 0.1 } as const;

/** What `gated.recommended("noisy-rectifier")` says, with a faster control of the rate: there are few steps. */
const gates = {
  gater: 16,
  block: BLOCK,
  gate: "rectifier",
  gaterRate: 1,
  penalty: "l1",
  strength: 0.001,
  strengthLow: 1e-6,
  strengthHigh: 0.1,
  control: 1.03,
} as const;

/** A network of the experiment `gated` with gates of blocks, or its twin without. */
export const networkOf = ({ share }: Pick<Density, "share">) =>
  share === 1
    ? ({
        estimator: { id: "straight-through", options: {} },
        settings: { network: "dense", ...training },
      } as const)
    : ({
        estimator: { id: "noisy-rectifier", options: { noise: "gaussian", scale: 0.5 } },
        settings: { network: "fast", ...training, ...gates, rate: share },
      } as const);
