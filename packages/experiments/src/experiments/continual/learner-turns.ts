import type { Backend } from "../../contract/backend.ts";
import type { Dataset } from "../../contract/dataset.ts";
import type { Checkpoint, RunConfig } from "../../contract/run.ts";
import { makeEstimator } from "../../engine/estimator.ts";
import { type Learner, learnerOf, learnerSteps, type Means } from "./learner.ts";
import { methods } from "./methods/index.ts";
import type { ContinualSettings } from "./options.ts";

/** One of the learners of a run: the method itself comes last, so that its network is what the run leaves. */
export interface Cast {
  readonly name: string;
  /** Before the tags of its metrics; nothing for the method itself. */
  readonly prefix: string;
  readonly config: RunConfig<ContinualSettings>;
}

/** Which learner a step of a run belongs to. */
export interface Learners {
  readonly cast: readonly Cast[];
  /** First step of each learner, and the steps of the run. */
  readonly starts: readonly number[];
  readonly totalSteps: number;
  indexAt(step: number): number;
}

export function learnersOf(config: RunConfig<ContinualSettings>, dataset: Dataset): Learners {
  const cast = castOf(config);
  const lengths = cast.map((c) => learnerSteps(c.config, dataset));
  const starts = lengths.map((_, i) => lengths.slice(0, i).reduce((a, b) => a + b, 0));
  return {
    cast,
    starts,
    totalSteps: lengths.reduce((a, b) => a + b),
    indexAt: (step) =>
      Math.max(
        starts.findLastIndex((s) => s < step),
        0,
      ),
  };
}

/** The learner at a step of a run, as a checkpoint has it; without one, at the run's beginning. */
export function learnerAt(
  learners: Learners,
  means: Means,
  from?: Checkpoint<ContinualSettings>,
): Promise<Learner> {
  const index = learners.indexAt(from?.step ?? 0);
  const step = (from?.step ?? 0) - learners.starts[index]!;
  const saved = from && step > 0 ? { arrays: from.tensors, step } : undefined;
  return learnerOf(learners.cast[index]!.config, means, saved);
}

/** What the learner of a checkpoint learned with, on a device. */
export function meansOf(
  { config }: Checkpoint<ContinualSettings>,
  dataset: Dataset,
  backend: Backend,
): Means {
  return { estimator: makeEstimator(config.estimator), dataset, backend };
}

/** The learners that a run shows beside its method, and the method. */
export function castOf(config: RunConfig<ContinualSettings>): readonly Cast[] {
  const { settings } = config;
  const name = settings.method;
  const beside = settings.beside;
  const gated = methods[name].exact && settings.protection === "exact" && name !== "supsup";
  const with_ = (changed: Partial<ContinualSettings>): RunConfig<ContinualSettings> => ({
    ...config,
    settings: { ...settings, ...changed },
  });
  const cast: Cast[] = [];
  if (name !== "finetune" && (beside === "finetune" || beside === "both"))
    cast.push({
      name: "finetune",
      prefix: "finetune/",
      config: with_({ method: "finetune", protection: "none" }),
    });
  if (gated && (beside === "naive" || beside === "both"))
    cast.push({ name: "naive", prefix: "naive/", config: with_({ protection: "gradient" }) });
  return [...cast, { name, prefix: "", config }];
}
