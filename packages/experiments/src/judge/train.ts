import { numpy as np } from "@jax-js/jax";
import { type NamedArrays, oneHotOf, valueAndGrad } from "hardgrad";
import type { Backend, HostArrays } from "../contract/backend.ts";
import type { DataForm, ImageShape, Split } from "../contract/dataset.ts";
import { deformAll } from "../data/deform.ts";
import { shuffled } from "../data/index.ts";
import { fromHost, groupOf, named, scalar, toHost } from "../engine/arrays.ts";
import { emptyBatch, gather } from "../engine/batches.ts";
import { keyOf, PURPOSE } from "../engine/keys.ts";
import { trainSteps } from "../engine/steps.ts";
import { adam } from "../nn/adam.ts";
import { crossEntropy } from "../nn/layers.ts";
import { keepAll } from "../nn/named-arrays.ts";
import { initialJudge, judgeScores } from "./network.ts";

/** How a classifier is trained: Adam, the learning rate along a half cosine to 0. */
export interface ClassifierRecipe {
  readonly epochs: number;
  /** Whether every image is turned, scaled, slanted and moved a little, anew each time. */
  readonly deformed: boolean;
  readonly seed: number;
}

/** The judge's own: as good as it gets in minutes. */
export const judgeRecipe: ClassifierRecipe = { epochs: 8, deformed: true, seed: 0 };

/** Of classifiers that tell what a training set is worth: the images as they are, so that nothing is added to them. */
export const plainRecipe: ClassifierRecipe = { epochs: 3, deformed: false, seed: 0 };

const BATCH = 100;
const LEARNING_RATE = 2e-3;
const WARM_UP = 100;

/** A classifier in training. */
export interface ClassifierTraining {
  readonly step: number;
  readonly totalSteps: number;
  readonly stepsPerEpoch: number;
  /** Trains so many steps more, at most to the end; the mean loss over them. */
  advance(steps: number): Promise<number>;
  /** What to go on from: parameters `params.NAME`, and `optimizer.NAME`. */
  state(): Promise<HostArrays>;
  /** Frees its arrays on the device. */
  dispose(): void;
}

/**
 * Starts training the judge's network on labelled images, or continues bit-identically from a state.
 *
 * @param form of the data that they are of.
 * @param from the step and `state()` of a training of the same recipe on the same images.
 * @example
 * const training = await trainClassifier(dataset.train, dataset, judgeRecipe, await useDevice("native"));
 * while (training.step < training.totalSteps) await training.advance(100);
 */
export async function trainClassifier(
  split: Split,
  form: DataForm,
  recipe: ClassifierRecipe,
  backend: Backend,
  from?: { readonly step: number; readonly state: HostArrays },
): Promise<ClassifierTraining> {
  const size = Math.min(BATCH, split.count);
  const stepsPerEpoch = Math.floor(split.count / size);
  const totalSteps = recipe.epochs * stepsPerEpoch;
  const resident = backend.put({
    ...(from?.state ?? (await fresh(recipe.seed, form))),
    "run.total": scalar(0),
  });
  const update = backend.update(stepOf(form));
  const batch = emptyBatch(size, split.size);
  const deformed = new Uint8Array(size * split.size);
  let order: { readonly epoch: number; readonly of: Int32Array } | undefined;
  let now = from?.step ?? 0;

  const inputs = (at: number): HostArrays => {
    const epoch = Math.floor(at / stepsPerEpoch);
    if (order?.epoch !== epoch) order = { epoch, of: shuffled(split.count, recipe.seed, epoch) };
    const start = (at % stepsPerEpoch) * size;
    const { images, labels } = gather(split, order.of.subarray(start, start + size), batch);
    if (recipe.deformed) deformAll(images.data, deformed, form.shape as ImageShape, recipe.seed, at);
    const cosine = (1 + Math.cos((Math.PI * at) / totalSteps)) / 2;
    const rate = LEARNING_RATE * cosine * Math.min(1, (at + 1) / WARM_UP);
    return {
      images: recipe.deformed ? { shape: images.shape, data: deformed } : images,
      labels,
      learningRate: scalar(rate),
    };
  };

  return {
    get step() {
      return now;
    },
    totalSteps,
    stepsPerEpoch,
    async advance(steps) {
      const first = now;
      const end = Math.min(totalSteps, now + steps);
      const total = await trainSteps({ resident, step: update, inputs }, first, end);
      now = end;
      return total / Math.max(1, end - first);
    },
    async state() {
      const { "run.total": _total, ...kept } = await resident.read();
      return kept;
    },
    dispose: () => resident.dispose(),
  };
}

async function fresh(seed: number, form: DataForm): Promise<HostArrays> {
  const params = initialJudge(fromHost(keyOf(seed, PURPOSE.init, 0)), form);
  return toHost(named({ params, optimizer: adam().init(params) }));
}

/** Forward, gradient and Adam in one; adds the mean loss to `run.total`. */
function stepOf({ shape, classes }: DataForm): (resident: NamedArrays, inputs: NamedArrays) => NamedArrays {
  return (resident, { images, labels, learningRate }) => {
    const params = groupOf(resident, "params");
    const y = oneHotOf(labels!.astype(np.int32), classes.length);
    const meanLoss = (p: NamedArrays): np.Array =>
      np.mean(crossEntropy(judgeScores(p, images!, shape as ImageShape), y));
    const [loss, gradients] = valueAndGrad(meanLoss)(keepAll(params));
    const next = adam().update(gradients, groupOf(resident, "optimizer"), params, learningRate!);
    learningRate!.dispose();
    const total = resident["run.total"]!.add(loss);
    return named({ params: next.params, optimizer: next.state, run: { total } });
  };
}
