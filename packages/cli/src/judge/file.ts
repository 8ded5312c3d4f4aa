import * as fs from "node:fs";
import { dirname, join } from "node:path";
import {
  type Backend,
  type ClassifierRecipe,
  computerText,
  type Dataset,
  type HostArrays,
  judgeRecipe,
  parametersIn,
  plainRecipe,
  type RunConfig,
  readerOf,
  readSafetensors,
  type Tensor,
  trainClassifier,
  writeSafetensors,
} from "@hardgrad/experiments";
import envPaths from "env-paths";
import { z } from "zod";
import { Failure, writeFailure } from "../ask/errors.ts";
import { writeWhole } from "../disk/files.ts";
import { digestOf } from "../run-folder/checkpoint.ts";
import type { PartsProgress } from "./steps.ts";

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
  /** What trained it. */
  readonly computer?: string;
}

type Data = Pick<RunConfig, "data" | "drawn">;

/** Where the judge of a dataset is kept: where downloads are. */
export function judgePath({ data, drawn }: Data): string {
  const name = drawn ? `${data}-${drawn.train}-${drawn.test}` : data;
  return join(envPaths("hardgrad", { suffix: "" }).cache, "judges", `${name}.safetensors`);
}

const FORMAT = "hardgrad-judge-1";

/** What a judge's file says of it. */
const aboutSchema = z.object({
  data: z.string(),
  drawn: z.object({ train: z.number(), test: z.number() }).exactOptional(),
  epochs: z.number(),
  step: z.number(),
  accuracy: z.object({ test: z.number(), plain: z.number() }).exactOptional(),
  computer: z.string().exactOptional(),
});
type About = z.infer<typeof aboutSchema>;

interface Kept {
  readonly about: About;
  readonly tensors: { readonly [name: string]: Tensor };
}

/** @throws RangeError, a clause, for a file that is none of a judge. */
function read(file: string): Kept {
  const { metadata, tensors } = readSafetensors(fs.readFileSync(file));
  if (metadata.format !== FORMAT) throw new RangeError("it is not the file of a judge");
  if (metadata.sha256 !== digestOf(tensors)) throw new RangeError("it is damaged (its checksum differs)");
  return { about: aboutSchema.parse(JSON.parse(metadata.judge ?? "")), tensors };
}

function write(file: string, about: About, state: HostArrays): void {
  const tensors = state as Kept["tensors"];
  const metadata = { format: FORMAT, judge: JSON.stringify(about), sha256: digestOf(tensors) };
  writeWhole(file, writeSafetensors(tensors, metadata));
}

/** Reads a judge that was trained before. */
export function readJudge(file: string, { data }: Pick<Data, "data">): Judge {
  const refuse = (why: string): Failure =>
    new Failure(`${file} can't be the judge: ${why}; delete it or give another --judge.`);
  if (!fs.existsSync(file)) throw refuse("it does not exist");
  let kept: Kept;
  try {
    kept = read(file);
  } catch (error) {
    throw refuse(error instanceof RangeError ? error.message : "it is damaged");
  }
  const { about, tensors } = kept;
  if (about.data !== data) throw refuse(`it was trained on ${about.data}, and the run on ${data}`);
  if (!about.accuracy) throw refuse("its training has not ended");
  const parameters = parametersIn(tensors);
  const { test, plain } = about.accuracy;
  return {
    parameters,
    sha256: digestOf(parameters),
    accuracy: test,
    plainAccuracy: plain,
    file,
    ...(about.computer === undefined ? {} : { computer: about.computer }),
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
  steps: PartsProgress,
  plans: { readonly judge: ClassifierRecipe; readonly plain: ClassifierRecipe } = {
    judge: judgeRecipe,
    plain: plainRecipe,
  },
  file: string = judgePath(of),
): Promise<Judge> {
  try {
    fs.mkdirSync(dirname(file), { recursive: true });
  } catch (error) {
    throw writeFailure(dirname(file), error);
  }
  const partial = `${file}.part`;
  const { epochs } = plans.judge;
  const about = (step: number): About => ({ ...of, epochs, step, computer: computerText(backend) });
  const training = await trainClassifier(
    dataset.train,
    dataset,
    plans.judge,
    backend,
    begun(partial, epochs),
  );
  while (training.step < training.totalSteps) {
    await training.advance(50);
    if (training.step % training.stepsPerEpoch < 50)
      write(partial, about(training.step), await training.state());
    await steps.at("training the judge", training.step, training.totalSteps);
  }
  const state = await training.state();
  training.dispose();
  write(partial, about(training.totalSteps), state);
  const parameters = parametersIn(state);
  const reader = readerOf(parameters, dataset, backend);
  const test = await reader.accuracy(dataset.test);
  reader.dispose();
  const accuracy = { test, plain: await plainly(dataset, backend, plans.plain, steps) };
  const frozen = Object.fromEntries(Object.entries(state).filter(([name]) => name.startsWith("params.")));
  write(file, { ...about(training.totalSteps), accuracy }, frozen);
  fs.rmSync(partial, { force: true });
  return readJudge(file, of);
}

/** What a training that was stopped left behind, if it is of this plan and whole. */
function begun(partial: string, epochs: number): { step: number; state: HostArrays } | undefined {
  if (!fs.existsSync(partial)) return undefined;
  try {
    const { about, tensors } = read(partial);
    return about.epochs === epochs ? { step: about.step, state: tensors } : undefined;
  } catch {
    return undefined; // begin again
  }
}

async function plainly(
  dataset: Dataset,
  backend: Backend,
  plan: ClassifierRecipe,
  steps: PartsProgress,
): Promise<number> {
  const training = await trainClassifier(dataset.train, dataset, plan, backend);
  while (training.step < training.totalSteps) {
    await training.advance(50);
    await steps.at("learning from real images", training.step, training.totalSteps);
  }
  const reader = readerOf(parametersIn(await training.state()), dataset, backend);
  const accuracy = await reader.accuracy(dataset.test);
  reader.dispose();
  training.dispose();
  return accuracy;
}
