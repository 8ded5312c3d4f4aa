import * as fs from "node:fs";
import { join } from "node:path";
import type { Checkpoint } from "@hardgrad/experiments";
import { Failure } from "../ask/errors.ts";
import { readCheckpoint } from "./checkpoint.ts";
import { epochAt } from "./read.ts";

/** A network out of a run folder, and how far it was trained. */
export interface Trained {
  readonly checkpoint: Checkpoint;
  /** `after 20 epochs`, or the steps, where the metrics are not there. */
  readonly age: string;
  /** Whether the run has ended. */
  readonly ended: boolean;
}

/**
 * The last checkpoint of a run, finished or interrupted.
 *
 * @param verb what it is read for, to go on with after "cannot": `draw from`.
 */
export function trainedRun(run: string, verb: string): Trained {
  const refuse = (why: string): Failure => new Failure(`cannot ${verb} ${run}: ${why}.`);
  const made = "which `hardgrad train` or `compare` made";
  if (!fs.existsSync(run)) throw refuse(`it does not exist; give the folder of a run, ${made}`);
  if (!fs.statSync(run).isDirectory())
    throw refuse("it is a file; give the folder of the run, not a file in it");
  if (!fs.existsSync(join(run, "checkpoint.safetensors")))
    throw refuse(`it has no checkpoint.safetensors; give the folder of one run, ${made}`);
  const checkpoint = readCheckpoint(join(run, "checkpoint.safetensors"), {
    what: `cannot ${verb}`,
    instead: "use an older copy, or train the run again",
  });
  const epoch = epochAt(run, checkpoint.step);
  const rounded = epoch !== undefined && Math.round(10 * epoch) / 10;
  return {
    checkpoint,
    age:
      rounded === false
        ? `after ${checkpoint.step} steps`
        : `after ${rounded} ${rounded === 1 ? "epoch" : "epochs"}`,
    ended: fs.existsSync(join(run, "summary.json")),
  };
}
