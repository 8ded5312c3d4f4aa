import type { Experiment } from "../contract/experiment.ts";
import { binary } from "./binary/index.ts";
import { classifier } from "./classifier/index.ts";
import { continual } from "./continual/index.ts";
import { gated } from "./gated/index.ts";
import { generator } from "./generator/index.ts";
import { logic } from "./logic/index.ts";
import { sbn } from "./sbn/index.ts";
import { vae } from "./vae/index.ts";

/** Every experiment, by name. */
export const experiments: readonly Experiment[] = [
  classifier,
  vae,
  generator,
  continual,
  gated,
  binary,
  logic,
  sbn,
];

/**
 * @throws RangeError for a name that no experiment has.
 * @example
 * findExperiment("vae").title;
 */
export function findExperiment(name: string): Experiment {
  const found = experiments.find((e) => e.name === name);
  if (found) return found;
  throw new RangeError(`experiment ${name} is unknown; known: ${experiments.map((e) => e.name).join(", ")}.`);
}
