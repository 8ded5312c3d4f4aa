import {
  type Checkpoint,
  checkRuntimeFile,
  type FinishedTasks,
  MOST_FLIPPED,
  type RuntimeCheck,
  type TaskModel,
  useDevice,
} from "@hardgrad/experiments";
import { writeRuntimeFile } from "@hardgrad/runtime";
import { Failure } from "../ask/errors.ts";
import type { Flags } from "../ask/flags.ts";
import { datasetOf } from "../data/progress.ts";

/** The networks of a run's finished tasks, each with nothing but its own units. */
export async function modelsOfTasks(
  run: string,
  tasks: FinishedTasks,
  checkpoint: Checkpoint,
  flags: Flags,
): Promise<readonly TaskModel[]> {
  const dataset = await datasetOf(checkpoint.config, flags.quiet === true);
  try {
    return await tasks.models(checkpoint, dataset, await useDevice("wasm"));
  } catch (error) {
    if (error instanceof RangeError) throw new Failure(`cannot export ${run}: ${error.message}`);
    throw error;
  }
}

/** A task's file for `@hardgrad/runtime`, run on the task's test images beside jax-js. */
export async function taskRuntimeFile(
  { name, network, model, parameters, images }: TaskModel,
  { config }: Checkpoint,
  origin: { readonly [key: string]: string },
  check: boolean,
): Promise<{ content: Uint8Array; doc: string; checked?: RuntimeCheck & { data: string } }> {
  const output = "probabilities";
  const content = writeRuntimeFile({ ...network, meta: { part: name, ...origin, output } });
  const doc = `${model.doc} Input: image. Output: ${output}.`;
  if (!check) return { content, doc };
  const checked = await checkRuntimeFile({ bytes: content, like: model, output }, parameters, images);
  if (checked.flipped > MOST_FLIPPED * checked.images)
    throw new Failure(
      `${name} was not written: in the runtime its ${output} differ from jax-js's for ${checked.flipped} of ${checked.images} images; this is a fault of hardgrad, please report it (--no-check writes it all the same).`,
    );
  return { content, doc, checked: { ...checked, data: config.data } };
}
