import { numpy as np } from "@jax-js/jax";
import { bernoulli, categorical, type Estimator } from "hardgrad";
import type { Dataset } from "../../contract/dataset.ts";
import { checkAnnealing } from "../../nn/temperature-options.ts";
import { unitShape } from "./network.ts";
import type { SbnSettings } from "./options.ts";

/** Evaluations of the lower half per step above which a batch would not fit in memory. */
const MOST_PASSES = 50_000;

/** Refuses an estimator or data that can't be used with these settings. */
export function check(estimator: Estimator, settings: SbnSettings, { shape }: Dataset): void {
  if ("length" in shape || shape.height % 2 !== 0)
    throw new RangeError(
      `sbn: it predicts the lower half of an image from its upper half, but an example here ${"length" in shape ? "is a vector" : `has ${shape.height} rows`}; use images with an even number of rows.`,
    );
  const kind = settings.latents;
  if (!estimator.supports.includes(kind))
    throw new RangeError(
      `sbn: ${estimator.id} does not support ${kind} units; use --latents ${kind === "bernoulli" ? "categorical" : "bernoulli"}, or see \`hardgrad list\`.`,
    );
  if (estimator.id === "vimco")
    throw new RangeError("sbn: vimco trains a bound of several samples, and a step here has one; use rloo.");
  if (estimator.stateful && estimator.needs !== "values")
    throw new RangeError(
      `sbn: ${estimator.id} keeps state and differentiates the layers above, which two stochastic layers do not allow; use muprop, rloo, nvil or a path estimator.`,
    );
  checkAnnealing("sbn", estimator, settings);
  const shapes = unitShape(settings);
  const zeros = np.zeros([1, ...shapes]);
  const q = kind === "categorical" ? categorical(zeros) : bernoulli(zeros);
  const passes = estimator.evaluations(q) ** 2 * settings.batch;
  q.logits.dispose();
  if (!(passes <= MOST_PASSES))
    throw new RangeError(
      `sbn: ${estimator.id} evaluates the lower half ${passes} times per step (each layer's samples, for each of the other's), more than ${MOST_PASSES}; use fewer samples, fewer --variables or a smaller --batch.`,
    );
}
