import { binary } from "./binary/index.ts";
import { classifier } from "./classifier.ts";
import { continual } from "./continual/index.ts";
import type { Experiment } from "./experiment.ts";
import { gated } from "./gated/index.ts";
import { generator } from "./generator/index.ts";
import { vae } from "./vae.ts";

/** Every experiment, by name. */
export const experiments: readonly Experiment[] = [classifier, vae, generator, continual, gated, binary];

/** @throws RangeError for a name that no experiment has. */
export function findExperiment(name: string): Experiment {
  const found = experiments.find((e) => e.name === name);
  if (found) return found;
  throw new RangeError(`experiment ${name} is unknown; known: ${experiments.map((e) => e.name).join(", ")}.`);
}
