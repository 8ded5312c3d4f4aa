import {
  type Checkpoint,
  checkRuntimeFile,
  drawnDigits,
  MOST_FLIPPED,
  parametersOf,
  type RuntimeCheck,
  type RuntimeFile,
  runtimeFile,
  type Split,
  useDevice,
} from "@hardgrad/experiments";
import { Failure } from "../ask/errors.ts";
import type { Flags } from "../ask/flags.ts";
import { datasetOf } from "../data/progress.ts";
import { type Narrate, percent, short } from "../print/console.ts";
import type { SavedRun } from "../run-folder/saved-run.ts";

interface Made {
  readonly content: Uint8Array;
  readonly doc: string;
  /** Largest difference from jax-js; null if it was not checked. */
  readonly difference: number | null;
  readonly checked?: RuntimeCheck & { readonly data: string };
}

/** One file for `@hardgrad/runtime`, run on the test images beside jax-js before it is written. */
export async function makeRuntimeFile(
  { experiment, checkpoint }: SavedRun,
  epoch: number,
  origin: { readonly [key: string]: string },
  flags: Flags,
  narrate: Narrate,
): Promise<Made> {
  await useDevice("wasm");
  const parameters = parametersOf(checkpoint);
  const made = ((): RuntimeFile => {
    try {
      return runtimeFile(experiment, parameters, checkpoint.config, epoch, origin);
    } catch (error) {
      throw new Failure((error as Error).message);
    }
  })();
  const doc = `${made.like.doc} Input: image. Output: ${made.output}.`;
  if (flags.check === false) return { content: made.bytes, doc, difference: null };
  const { data, split } = await imagesOf(checkpoint, flags.quiet === true, narrate);
  const result = await checkRuntimeFile(made, parameters, split);
  if (result.flipped > MOST_FLIPPED * result.images)
    throw new Failure(
      `the network was not written: in the runtime its ${made.output} differ from jax-js's for ${result.flipped} of ${result.images} images; this is a fault of hardgrad, please report it (--no-check writes it all the same).`,
    );
  return { content: made.bytes, doc, difference: result.largest, checked: { ...result, data } };
}

/** The run's own test images; or, where they can't be had, drawn digits. */
async function imagesOf(
  { config }: Checkpoint,
  quiet: boolean,
  narrate: Narrate,
): Promise<{ data: string; split: Split }> {
  try {
    return { data: config.data, split: (await datasetOf(config, quiet)).test };
  } catch (error) {
    if (config.form) throw error; // drawn digits have another size
    narrate(`checked on drawn digits instead of ${config.data}: ${(error as Error).message}`);
    return { data: "drawn", split: drawnDigits({ train: 1, test: 1000 }).test };
  }
}

/** What the check found, in a line. */
export function checkedText(check: RuntimeCheck & { readonly data: string }): string {
  const { images, largest, flipped, accuracy, data } = check;
  const flips =
    flipped === 0
      ? ""
      : `, but for ${flipped} of them, where a hard choice is within rounding of its threshold`;
  return `checked against jax-js on ${images} test images of ${data}: largest difference ${short(largest)}${flips}; accuracy of the file ${percent(accuracy.file, 2)}, of jax-js ${percent(accuracy.jax, 2)}`;
}
