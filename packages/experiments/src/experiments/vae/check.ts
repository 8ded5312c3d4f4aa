import { numpy as np } from "@jax-js/jax";
import type { Estimator } from "hardgrad";
import { checkAnnealing } from "../../nn/temperature-options.ts";
import { checkCodes } from "./check-codes.ts";
import { areCodes } from "./codes.ts";
import { latentShape, latents } from "./network.ts";
import type { VaeSettings } from "./options.ts";

/** Decoder passes per step above which a batch would not fit in memory: images of 784 floats, several at a time. */
const MOST_PASSES = 50_000;

/** Refuses an estimator that can't be used with these settings. */
export function check(estimator: Estimator, settings: VaeSettings): void {
  if (areCodes(settings)) {
    checkCodes(estimator, settings);
    return;
  }
  const { latents: kind, embedding } = settings;
  if (!estimator.supports.includes(kind as "categorical"))
    throw new RangeError(
      `vae: ${estimator.id} does not support ${kind} latents; use --latents ${kind === "bernoulli" ? "categorical" : "bernoulli"}, or see \`hardgrad list\`.`,
    );
  if (embedding === "learned" && kind === "bernoulli")
    throw new RangeError(
      "vae: --embedding learned is for categorical latents; leave it out for Bernoulli ones.",
    );
  if (settings.temperatureRate > 0 && settings.temperatureEnd > 0)
    throw new RangeError(
      "vae: --temperature-rate and --temperature-end are two ways to anneal; give one of them.",
    );
  const annealed = settings.temperatureRate > 0 || settings.temperatureEnd > 0;
  const temperature = estimator.options.temperature;
  if (annealed && !(temperature?.type === "number" && temperature.schedulable))
    throw new RangeError(
      `vae: ${estimator.id} has no temperature to anneal; leave --temperature-rate and --temperature-end out.`,
    );
  checkAnnealing("vae", estimator, settings);
  const batch = settings.batch;
  const q = latents(np.zeros([1, ...latentShape(settings)]), settings);
  const passes = estimator.evaluations(q) * batch;
  q.logits.dispose();
  if (passes > MOST_PASSES)
    throw new RangeError(
      `vae: ${estimator.id} evaluates ${passes} latent states per step, more than ${MOST_PASSES}; use fewer --variables or a smaller --batch, or another estimator.`,
    );
}
