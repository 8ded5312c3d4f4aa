import type { HostArrays } from "../../contract/backend.ts";
import { partOf } from "../../contract/dataset.ts";
import type { EvaluationContext, Metric } from "../../contract/experiment.ts";
import type { Picture } from "../../contract/run.ts";
import { gather, range } from "../../engine/batches.ts";
import { accuracy, readPictures, testAccuracy } from "../../nn/classify.ts";
import { isNormalized, LAYERS } from "./network.ts";
import type { BinarySettings } from "./options.ts";

export const headline: Metric = {
  tag: "accuracy/test",
  title: "test accuracy",
  unit: "percent",
  better: "higher",
  note: "Accuracy: of the network as it is used, weights and units hard, sums normalized by moments of training images.",
};

const BLOCK = 1000;
const MOST_BLOCKS = 10;

/** Moments of every layer's sums over training images, which the network uses in place of a batch's own. */
export async function calibrate({
  settings,
  dataset,
  call,
}: EvaluationContext<BinarySettings>): Promise<HostArrays> {
  if (!isNormalized(settings)) return {};
  const { train } = dataset;
  const size = Math.min(BLOCK, train.count);
  const blocks = Math.min(MOST_BLOCKS, Math.floor(train.count / size));
  const sums: { [name: string]: { shape: readonly number[]; data: Float32Array } } = {};
  for (let b = 0; b < blocks; b++)
    for (const [name, { shape, data }] of Object.entries(
      await call("moments", gather(train, range(size, b * size))),
    )) {
      sums[name] ??= { shape, data: new Float32Array(data.length) };
      for (let i = 0; i < data.length; i++) sums[name].data[i]! += data[i]! / blocks;
    }
  if (Object.keys(sums).length !== 2 * LAYERS) throw new Error("binary: a layer's moments are missing.");
  return sums;
}

export async function evaluate(
  context: EvaluationContext<BinarySettings>,
): Promise<{ [tag: string]: number }> {
  const { test } = context.dataset;
  const { classes } = await context.over("classes", test);
  return testAccuracy(accuracy(classes!, test), test);
}

export async function pictures(
  context: EvaluationContext<BinarySettings>,
  count: number,
): Promise<readonly Picture[]> {
  const { dataset } = context;
  const first = partOf(dataset.test, 0, Math.min(count, dataset.test.count));
  const { classes } = await context.over("classes", first);
  return readPictures(dataset, first, classes!);
}
