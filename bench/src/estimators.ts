import { classifier, drawnDigits, resolveSettings } from "@hardgrad/experiments";
import { numpy as np } from "@jax-js/jax";
import { bernoulli, catalogue, type Estimator } from "hardgrad";
import { type OwnOptions, timesOf } from "./own.ts";
import type { EstimatorResult } from "./results.ts";
import { configOf } from "./rows/training.ts";
import { ratios } from "./statistics.ts";

const BASE = "straight-through-sigmoid";

/** What is timed on the classifier: estimators, by id and evaluations per example; and a network without any. */
export interface Timed {
  readonly id: string;
  readonly evaluations: number;
}
const NO_ESTIMATOR: Timed = { id: "none (tanh units)", evaluations: 1 };

/** Step time of the classifier with estimators, over that with straight-through. */
export async function timeEstimators(
  device: string,
  timed: readonly Timed[],
  options: OwnOptions,
): Promise<EstimatorResult[]> {
  const configs = timed.map(({ id }) => {
    const none = id === NO_ESTIMATOR.id;
    const estimator = { id: none ? BASE : id, options: {} };
    const settings = { learningRate: 0.01, ...(none ? { unit: "tanh" } : {}) };
    return [id, configOf({ experiment: "classifier", estimator, settings })] as const;
  });
  const times = await timesOf(device, configs, options);
  return timed.map(({ id, evaluations }) => ({
    device,
    estimator: id,
    evaluations,
    ratio: ratios(times.get(id)!, times.get(BASE)!),
  }));
}

/** Estimators with one evaluation per example that the classifier takes, and for comparison two with more and none at all. */
export function timedEstimators(): Timed[] {
  const data = drawnDigits({ train: 1, test: 1 });
  const settings = resolveSettings(classifier.options, {}, data);
  const evaluations = (estimator: Estimator): number => {
    const q = bernoulli(np.zeros([1, 100]));
    try {
      classifier.check(estimator, settings, data);
      return estimator.evaluations(q);
    } catch {
      return Number.POSITIVE_INFINITY;
    } finally {
      q.logits.dispose();
    }
  };
  const all = catalogue.map((entry) => ({ id: entry.id, evaluations: evaluations(entry.create()) }));
  return [
    NO_ESTIMATOR,
    ...all.filter(({ id, evaluations: n }) => n === 1 || id === "disarm" || id === "rloo"),
  ];
}
