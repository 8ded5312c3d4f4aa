import type { Estimator } from "hardgrad";
import { readSizes } from "../../contract/options.ts";
import { codeCount } from "./codes.ts";
import type { VaeSettings } from "./options.ts";

/** Most codes of a variable: their use is counted. */
const MOST_CODES = 65_536;

/** Refuses settings that have no meaning where nothing is estimated, and ways of coding that do not go together. */
export function checkCodes(estimator: Estimator, settings: VaeSettings): void {
  const { latents, method, dimensions, codebookUpdate, deadBelow } = settings;
  if (estimator.id !== "straight-through")
    throw new RangeError(
      `vae: --latents ${latents} chooses codes without chance, so that an estimator has nothing to do; leave it out (straight-through), and compare methods by a sweep.`,
    );
  if (settings.embedding !== "one-hot")
    throw new RangeError(
      `vae: --embedding ${settings.embedding} is for random variables, and --latents ${latents} gives the decoder its codes; leave it out.`,
    );
  if (settings.temperatureRate > 0 || settings.temperatureEnd > 0)
    throw new RangeError(
      `vae: --latents ${latents} has no temperature to anneal; leave --temperature-rate and --temperature-end out.`,
    );
  if (latents === "fsq") {
    const few = readSizes(settings.levels)!.find((l) => l < 3);
    if (few !== undefined || settings.levels === "none")
      throw new RangeError(
        `vae: --levels ${settings.levels} must be numbers of levels from 3, such as 8-6-5.`,
      );
    if (codeCount(settings) > MOST_CODES)
      throw new RangeError(
        `vae: --levels ${settings.levels} make ${codeCount(settings)} codes, more than ${MOST_CODES}; use fewer.`,
      );
  }
  if (latents !== "vq") return;
  if (method === "rotation" && dimensions < 2)
    throw new RangeError(
      "vae: --method rotation needs --dimensions 2 or more: one number has no direction that could turn.",
    );
  if (codebookUpdate === "moving-average" && (method === "diveq" || method === "simvq"))
    throw new RangeError(
      `vae: the codebook of --method ${method} learns by its gradient; leave --codebook-update moving-average out.`,
    );
  if (method === "simvq" && deadBelow > 0)
    throw new RangeError(
      `vae: --method simvq has no codewords of its own to replace, they are a linear map of frozen ones; use --dead-below 0, not ${deadBelow}.`,
    );
}
