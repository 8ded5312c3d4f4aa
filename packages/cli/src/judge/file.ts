import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { dirname, join } from "node:path";
import {
  type Backend,
  type Checkpoint,
  type ClassifierPlan,
  checkpointContent,
  type Dataset,
  type HostArrays,
  judgePlan,
  parametersIn,
  plainPlan,
  type RunConfig,
  readerOf,
  type Tensor,
  trainClassifier,
} from "@hardgrad/experiments";
import envPaths from "env-paths";
import { Failure, writeFailure } from "../ask/errors.ts";
import { readCheckpoint, writeCheckpoint } from "../run-folder/checkpoint.ts";
import type { Steps } from "./steps.ts";

/** A classifier that was trained on real images and then frozen. */
export interface Judge {
  readonly parameters: HostArrays;
  /** Of its parameters, in hexadecimal. */
  readonly sha256: string;
  /** On the real test images. */
  readonly accuracy: number;
  /** The same of the classifier that learns from drawn pictures, when it learns from the real ones: what is best to get. */
  readonly plainAccuracy: number;
  readonly file: string;
}

type Data = Pick<RunConfig, "data" | "drawn">;

/** Where the judge of a dataset is kept: where downloads are. */
export function judgePath({ data, drawn }: Data): string {
  const name = drawn ? `${data}-${drawn.train}-${drawn.test}` : data;
  return join(envPaths("hardgrad", { suffix: "" }).cache, "judges", `${name}.safetensors`);
}

/** Reads a judge that was trained before. */
export function readJudge(file: string, { data }: Data): Judge {
  const refuse = (why: string): Failure =>
    new Failure(`${file} can't be the judge: ${why}; delete it or give another --judge.`);
  if (!fs.existsSync(file)) throw refuse("it does not exist");
  const checkpoint = readCheckpoint(file, {
    what: "cannot judge by",
    instead: "delete it, and it is trained anew",
  });
  const { config, tensors, record } = checkpoint;
  if (config.experiment !== "judge") throw refuse(`it is a checkpoint of ${config.experiment}`);
  if (config.data !== data) throw refuse(`it was trained on ${config.data}, and the run on ${data}`);
  return {
    parameters: parametersIn(tensors),
    sha256: digest(parametersIn(tensors)),
    accuracy: record.last["accuracy/test"]!,
    plainAccuracy: record.last["accuracy/plain"]!,
    file,
  };
}

/**
 * Trains the judge of a dataset and keeps it. What was done so far is saved after every epoch: the next call goes on
 * from there.
 */
export async function makeJudge(
  of: Data,
  dataset: Dataset,
  backend: Backend,
  steps: Steps,
  plans: { readonly judge: ClassifierPlan; readonly plain: ClassifierPlan } = {
    judge: judgePlan,
    plain: plainPlan,
  },
  file: string = judgePath(of),
): Promise<Judge> {
  try {
    fs.mkdirSync(dirname(file), { recursive: true });
  } catch (error) {
    throw writeFailure(dirname(file), error);
  }
  const partial = `${file}.part`;
  const checkpointOf = (step: number, state: HostArrays, last: { [tag: string]: number }): Checkpoint => ({
    config: {
      experiment: "judge",
      estimator: { id: "none", options: {} },
      ...of,
      seed: plans.judge.seed,
      settings: { epochs: plans.judge.epochs },
    },
    step,
    tensors: state as { [name: string]: Tensor },
    record: { last, best: {}, epoch: { total: 0, steps: 0 } },
  });
  const training = await trainClassifier(
    dataset.train,
    plans.judge,
    backend,
    begun(partial, plans.judge.epochs),
  );
  while (training.step < training.totalSteps) {
    await training.advance(50);
    if (training.step % training.stepsPerEpoch < 50)
      writeCheckpoint(partial, checkpointOf(training.step, await training.state(), {}));
    await steps.at("training the judge", training.step, training.totalSteps);
  }
  const state = await training.state();
  training.dispose();
  writeCheckpoint(partial, checkpointOf(training.totalSteps, state, {}));
  const parameters = parametersIn(state);
  const reader = readerOf(parameters, backend);
  const accuracy = await reader.accuracy(dataset.test);
  reader.dispose();
  const last = {
    "accuracy/test": accuracy,
    "accuracy/plain": await plainly(dataset, backend, plans.plain, steps),
  };
  const frozen = Object.fromEntries(Object.entries(state).filter(([name]) => name.startsWith("params.")));
  writeCheckpoint(file, checkpointOf(training.totalSteps, frozen, last));
  fs.rmSync(partial, { force: true });
  return readJudge(file, of);
}

/** What a training that was stopped left behind, if it is of this plan and whole. */
function begun(partial: string, epochs: number): { step: number; state: HostArrays } | undefined {
  if (!fs.existsSync(partial)) return undefined;
  try {
    const { config, step, tensors } = readCheckpoint(partial);
    return config.settings.epochs === epochs ? { step, state: tensors } : undefined;
  } catch {
    return undefined; // begin again
  }
}

async function plainly(
  dataset: Dataset,
  backend: Backend,
  plan: ClassifierPlan,
  steps: Steps,
): Promise<number> {
  const training = await trainClassifier(dataset.train, plan, backend);
  while (training.step < training.totalSteps) {
    await training.advance(50);
    await steps.at("learning from real images", training.step, training.totalSteps);
  }
  const reader = readerOf(parametersIn(await training.state()), backend);
  const accuracy = await reader.accuracy(dataset.test);
  reader.dispose();
  training.dispose();
  return accuracy;
}

function digest(parameters: { readonly [name: string]: Tensor }): string {
  const hash = createHash("sha256");
  for (const part of checkpointContent(parameters)) hash.update(part);
  return hash.digest("hex");
}
