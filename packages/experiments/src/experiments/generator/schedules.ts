import type { Moment, Schedules } from "../../contract/experiment.ts";
import { learningRateAt } from "../../nn/schedules.ts";
import { annealedTemperature } from "../../nn/temperature-options.ts";
import type { GeneratorSettings } from "./options.ts";

/** The divergence has a tenth of its weight at first, and all of it after this part of the run. */
const BETA_WARM = 0.1;
/** Reading what was asked for has its weight after this part. */
const ASKING_WARM = 0.5;

export function schedules(moment: Moment, settings: GeneratorSettings): Schedules {
  const { step, totalSteps } = moment;
  const done = step / totalSteps;
  return {
    learningRate: learningRateAt(step, settings.learningRate, {
      warmUpSteps: settings.warmUp,
      totalSteps,
      cosine: settings.schedule === "cosine",
    }),
    beta: settings.beta * Math.min(1, 0.1 + done / BETA_WARM),
    asking: settings.askingWeight * Math.min(1, done / ASKING_WARM),
    ...annealedTemperature(moment, settings),
  };
}
