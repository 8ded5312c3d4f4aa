import type { Checkpoint } from "@hardgrad/experiments";
import { formatEstimator } from "../ask/estimator.ts";
import { version } from "../version.ts";
import { commandOf } from "./model-card.ts";

/** What a model file says about where it comes from. All values are text, as in ONNX and safetensors. */
export function originOf({ config, step, record }: Checkpoint, epoch: number): { [key: string]: string } {
  return {
    hardgrad: version(),
    experiment: config.experiment,
    estimator: formatEstimator(config.estimator),
    data: config.data,
    seed: String(config.seed),
    step: String(step),
    epoch: String(epoch),
    settings: JSON.stringify(config.settings),
    metrics: JSON.stringify(record.last),
    command: commandOf(config),
    license: "mit",
  };
}
