import * as fs from "node:fs";
import { join } from "node:path";
import { type Checkpoint, type Experiment, formOf, resolveSettings } from "@hardgrad/experiments";
import { Failure, UsageError } from "../ask/errors.ts";
import { experimentOf } from "../ask/own.ts";
import { CHECKPOINT, readCheckpoint } from "./checkpoint.ts";
import { epochAt } from "./read.ts";

/** A run in its folder, as far as it was trained. */
export interface SavedRun {
  readonly path: string;
  readonly experiment: Experiment;
  readonly checkpoint: Checkpoint;
  /** How many epochs it has trained, with a fraction; undefined where its metrics do not say. */
  readonly epoch: number | undefined;
  /** `after 20 epochs`, or the steps, where the metrics do not say. */
  readonly age: string;
  /** Whether it has ended. */
  readonly ended: boolean;
}

/**
 * The run in a folder, finished or interrupted. Every command that takes a run asks here whether it is one.
 *
 * @param what the beginning of an error: `cannot draw from`.
 * @param instead the way out, if its checkpoint can't be read.
 * @throws Failure, or a UsageError for a comparison.
 */
export function savedRun(
  path: string,
  what: string,
  instead = "use an older copy, or train the run again",
): SavedRun {
  const refuse = (why: string): Failure => new Failure(`${what} ${path}: ${why}.`);
  if (!fs.existsSync(path)) throw refuse("it does not exist; give the folder of a run");
  if (!fs.statSync(path).isDirectory())
    throw refuse("it is a file; give the folder of the run, not a file in it");
  if (fs.existsSync(join(path, "plan.jsonl")))
    throw new UsageError(
      `${path} has the runs of a sweep or a comparison; give the folder of one of them, or continue with: npx hardgrad work ${path}.`,
    );
  if (!fs.existsSync(join(path, CHECKPOINT)))
    throw refuse(
      `it has no ${CHECKPOINT}; give the folder of one run, which \`hardgrad train\` or \`compare\` made`,
    );
  const read = readCheckpoint(join(path, CHECKPOINT), { what, instead });
  const { config } = read;
  const experiment = experimentOf(config.experiment);
  let checkpoint: Checkpoint;
  try {
    // Options that are younger than the run have their defaults.
    const settings = resolveSettings(experiment.options, config.settings, formOf(config));
    checkpoint = { ...read, config: { ...config, settings } };
  } catch (error) {
    const why = (error as Error).message.replace(/\.$/, "");
    throw refuse(`it was made by an older hardgrad: ${why}; train the run again`);
  }
  const epoch = epochAt(path, checkpoint.step);
  const rounded = epoch !== undefined && Math.round(10 * epoch) / 10;
  return {
    path,
    experiment,
    checkpoint,
    epoch,
    age:
      rounded === false
        ? `after ${checkpoint.step} steps`
        : `after ${rounded} ${rounded === 1 ? "epoch" : "epochs"}`,
    ended: fs.existsSync(join(path, "summary.json")),
  };
}

/** Whether a run was begun in a folder and saved. */
export function hasCheckpoint(path: string): boolean {
  return fs.existsSync(join(path, CHECKPOINT));
}
