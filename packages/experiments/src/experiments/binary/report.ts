import type { HostArrays } from "../../contract/backend.ts";
import type { Split } from "../../contract/dataset.ts";
import type { EvaluationContext, Metric } from "../../contract/experiment.ts";
import type { Picture } from "../../contract/run.ts";
import { gather, range } from "../../engine/batches.ts";
import { isBinary, LAYERS } from "./network.ts";

export const headline: Metric = {
  tag: "accuracy/test",
  title: "test accuracy",
  unit: "percent",
  better: "higher",
  note: "Accuracy: of the network as it is used, weights and units in -1 and 1, sums normalized by moments of training images.",
};

const BLOCK = 1000;
const MOST_BLOCKS = 10;

/** Moments of every layer's sums over training images, which the network uses in place of a batch's own. */
export async function calibrate({ settings, dataset, call }: EvaluationContext): Promise<HostArrays> {
  if (!isBinary(settings)) return {};
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

export async function evaluate(context: EvaluationContext): Promise<{ [tag: string]: number }> {
  const { test } = context.dataset;
  const { classes } = await context.over("classes", test);
  let right = 0;
  for (let n = 0; n < test.count; n++) if (classes![n] === test.labels[n]) right++;
  const share = right / test.count;
  return {
    "accuracy/test": share,
    "accuracy/test-standard-error": Math.sqrt((share * (1 - share)) / test.count),
  };
}

export async function pictures(context: EvaluationContext, count: number): Promise<readonly Picture[]> {
  const { test } = context.dataset;
  const first: Split = { ...test, count: Math.min(count, test.count) };
  const { classes } = await context.over("classes", first);
  const tiles = Array.from({ length: first.count }, (_, n) => {
    const label = test.labels[n]!;
    const right = classes![n] === label;
    const caption = right ? String(label) : `${classes![n]}, is ${label}`;
    return { pixels: test.images.slice(n * 784, (n + 1) * 784), caption, right };
  });
  return [{ name: "digits", title: "Test images, as the network reads them", columns: 12, tiles }];
}
