import {
  type Checkpoint,
  drawnDigits,
  type RunConfig,
  resolveSettings,
  type Settings,
  startRun,
  useDevice,
  vae,
} from "../../src/index.ts";

/** A variational autoencoder that trains in a second. */

export const backend = await useDevice("wasm");
export const data = drawnDigits({ train: 600, test: 200 });

/** All settings of the experiment, with these among them. */
export const settingsOf = (given: Settings) => resolveSettings(vae.options, given, data);

/** Trains from the start or from a checkpoint, to the end or to a step. */
export async function train(c: RunConfig, stopAt = Number.POSITIVE_INFINITY, from?: Checkpoint) {
  const run = await startRun(vae, c, data, backend, from);
  const losses: number[] = [];
  while (run.step < Math.min(run.totalSteps, stopAt))
    for (const row of await run.advance()) losses.push(row.values["loss/train"]!);
  const checkpoint = await run.checkpoint();
  const summary = run.summary();
  const pictures = run.step === run.totalSteps ? await run.pictures(6) : [];
  run.dispose();
  return { losses, checkpoint, summary, metrics: summary.metrics, pictures };
}
