import type { numpy as np } from "@jax-js/jax";
import type { Estimator, OptionsTable, State } from "hardgrad";
import type { Params } from "./optimizers.ts";

export type Settings = { readonly [name: string]: number | string };

/** What a step gets besides parameters: arrays, so that nothing recompiles when they change. */
export interface StepInputs {
  readonly images: np.Array; // [batch, 784], normalised
  readonly labels: np.Array; // [batch, 10], one-hot
  readonly key: np.Array;
  readonly slope: np.Array;
}

/** An experiment: an options table and pure functions. The engine compiles, loops, measures and saves. */
export interface Experiment {
  readonly name: string;
  readonly title: string;
  readonly options: OptionsTable;
  /** Settings that suit an estimator better than the defaults; given flags win over them. */
  recommended(estimator: string): Settings;
  /** Refuses an estimator that can't be used with these settings. */
  check(estimator: Estimator, settings: Settings): void;
  init(key: np.Array, settings: Settings): Params;
  estimatorState(estimator: Estimator, settings: Settings): State;
  /** One loss per example and the class scores of the sample that was drawn last. Consumes everything. */
  losses(
    params: Params,
    inputs: StepInputs,
    estimator: Estimator,
    state: State,
    settings: Settings,
  ): { losses: np.Array; state: State };
  /** Class scores `[batch, 10]` of a hard network: one sample, or thresholded at probability 1/2. */
  scores(
    params: Params,
    inputs: Omit<StepInputs, "labels">,
    hidden: "sample" | "threshold",
    settings: Settings,
  ): np.Array;
  /** The parameters below the hard layer: those whose gradient is estimated. */
  readonly estimated: readonly string[];
  /** Their learning rate is multiplied by this. */
  estimatedRate(settings: Settings): number;
}
