import {
  type Backend,
  type Checkpoint,
  checkRun,
  type Dataset,
  drawnDigits,
  type Experiment,
  type MetricRow,
  type Run,
  type RunConfig,
  resolveSettings,
  startRun,
} from "@hardgrad/experiments";
import { type Checked, holds, type Tell } from "./claim.ts";

/** A small run of an experiment, on drawn digits: two epochs, where it has epochs. */
function smallRun(experiment: Experiment): { readonly config: RunConfig; readonly dataset: Dataset } {
  const drawn = { train: 600, test: 100 };
  const dataset = drawnDigits({ seed: 0, ...drawn });
  const defaults = resolveSettings(experiment.options, {}, dataset);
  const id = experiment.estimator?.(defaults) ?? "straight-through";
  const suited = experiment.recommended(id, "drawn", defaults);
  const epochs = "epochs" in experiment.options ? { epochs: 2 } : {};
  const config = {
    experiment: experiment.name,
    estimator: { id, options: suited.options },
    data: "drawn",
    drawn,
    seed: 0,
    settings: resolveSettings(experiment.options, { ...suited.settings, ...epochs }, dataset),
  };
  return { config, dataset };
}

/** What a run measured, and its parameters after the first report and at the end. */
interface Trained {
  readonly rows: readonly MetricRow[];
  readonly middle: Checkpoint;
  readonly end: Checkpoint;
}

/** From the start or from a checkpoint to the end. */
async function trained(run: Run): Promise<Trained> {
  try {
    const rows = [...(await run.advance())];
    const middle = await run.checkpoint();
    while (run.step < run.totalSteps) rows.push(...(await run.advance()));
    await run.pictures(4);
    return { rows, middle, end: await run.checkpoint() };
  } finally {
    run.dispose();
  }
}

/** Of an experiment: it trains, the same seed gives the same bits, and so does a run that went on from a checkpoint. */
export async function checkExperiment(
  experiment: Experiment,
  backend: Backend,
  tell: Tell,
): Promise<Checked[]> {
  const { config, dataset } = smallRun(experiment);
  const train = async (from?: Checkpoint): Promise<Trained> =>
    trained(await startRun(experiment, config, dataset, backend, from));
  tell("trains", 0, 3);
  let first: Trained | undefined;
  const trains = await holds("trains", async () => {
    checkRun(experiment, config, dataset);
    first = await train();
    const { tag } = experiment.headline;
    const value = first.rows.map((row) => row.values[tag]).findLast((v) => v !== undefined);
    if (value === undefined || !Number.isFinite(value))
      throw new Error(
        `its headline ${tag} must be a number after an epoch, but is ${value}; look at evaluate.`,
      );
    return `2 epochs on 600 drawn digits: ${tag} ${value}.`;
  });
  if (!trains.holds || !first) return [trains];
  const { end, middle } = first;
  const bits = ({ tensors, step }: Checkpoint): string =>
    JSON.stringify([step, Object.entries(tensors).map(([name, t]) => [name, t.shape, [...t.data]])]);
  const endsAlike = async (from: Checkpoint | undefined, otherwise: string): Promise<string> => {
    const again = await train(from);
    if (bits(again.end) !== bits(end)) throw new Error(otherwise);
    return "the same bits.";
  };
  tell("the same seed", 1, 3);
  const same = await holds("same seed", () =>
    endsAlike(
      undefined,
      "two runs with the same seed end at different parameters; take randomness from the key alone.",
    ),
  );
  tell("a checkpoint", 2, 3);
  const resumes = await holds("resumes", () =>
    endsAlike(
      middle,
      "a run that goes on from its checkpoint ends elsewhere; keep nothing between steps but parameters.",
    ),
  );
  tell("done", 3, 3);
  return [trains, same, resumes];
}
