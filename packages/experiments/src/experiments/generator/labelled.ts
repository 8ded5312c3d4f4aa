import type { HostArrays } from "../../contract/backend.ts";
import type { Batch, Dataset, ImageShape, Split } from "../../contract/dataset.ts";
import { DEFORMED, deformAll } from "../../data/deform.ts";
import { shuffled } from "../../data/index.ts";
import { gather } from "../../engine/batches.ts";
import type { GeneratorSettings } from "./options.ts";

/** Epoch numbers of `shuffled` that no epoch of a run has. */
const CHOICE = 0x1abe1;

/** Which training images come with their label: equally many of each digit, the first ones in an order of the seed. */
export function labelledImages(train: Split, classes: number, labels: number, seed: number): Int32Array {
  const most = Math.floor(labels / classes);
  const counts = new Array<number>(classes).fill(0);
  const chosen = shuffled(train.count, seed, CHOICE).filter((n) => counts[train.labels[n]!]!++ < most);
  const short = counts.findIndex((count) => count < most);
  if (short >= 0) {
    const fewest = Math.min(...counts);
    const way =
      fewest > 0
        ? `use --labels ${classes * fewest} or less`
        : `--labels is at least ${classes}, so more data are needed`;
    throw new RangeError(
      `generator: there are ${counts[short]} training images of digit ${short}, fewer than ${most} to be labelled; ${way}.`,
    );
  }
  return chosen;
}

/**
 * The labelled images of each step, `labelled.images` and `labelled.labels`: all, or one batch of them after another;
 * deformed anew, since so few would soon be known by heart.
 */
export function labelledBatches(
  { train, shape, classes }: Dataset,
  settings: GeneratorSettings,
  seed: number,
): (step: number) => HostArrays {
  const chosen = labelledImages(train, classes.length, settings.labels, seed);
  const size = Math.min(chosen.length, settings.batch);
  const stepsPerRound = Math.floor(chosen.length / size);
  const deformed = new Uint8Array(size * train.size);
  let held: { round: number; order: Int32Array; buffers?: Batch } | undefined;
  return (step) => {
    const round = Math.floor(step / stepsPerRound);
    if (held?.round !== round) held = { round, order: shuffled(chosen.length, seed, CHOICE + 1 + round) };
    const from = (step % stepsPerRound) * size;
    const these = held.order.subarray(from, from + size).map((n) => chosen[n]!);
    const { images, labels } = gather(train, these);
    deformAll(images.data, deformed, shape as ImageShape, seed, step, DEFORMED.labelled);
    return { "labelled.images": { shape: images.shape, data: deformed }, "labelled.labels": labels };
  };
}
