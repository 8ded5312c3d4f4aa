import { loadRuntime, type Runtime } from "@hardgrad/runtime";
import type { Backend, HostArray } from "../../contract/backend.ts";
import { type Dataset, exampleAt } from "../../contract/dataset.ts";
import type { Checkpoint } from "../../contract/run.ts";
import { compact } from "./compact.ts";
import type { Learner } from "./learner.ts";
import { learnerAt, learnersOf, meansOf } from "./learner-turns.ts";
import type { ContinualSettings } from "./options.ts";
import type { Values } from "./report.ts";
import { forPlainImages, runtimeNetwork } from "./runtime.ts";
import { type Scorer, scorerOf } from "./scores.ts";
import { imagesOf, outputsOf, type Task } from "./tasks.ts";

const IMAGES = 200;
const REPEATS = 7;

/**
 * Milliseconds per image, one image at a time in the hard runtime on one thread: for each task with nothing but its own
 * units, and for the whole network. The fastest of interleaved passes: what else runs on the machine makes no pass faster. Checked in the same run: both give the class scores
 * that the network gave when it was certified, up to rounding.
 */
export async function timePerImage(learner: Learner, scorer: Scorer): Promise<Values> {
  const values: Values = {};
  for (const task of learner.tasks.list) {
    const number = task.index + 1;
    const { own, whole, difference } = await timeTask(learner, scorer, task);
    // Sums of up to 4000 terms of order 1 in another order.
    if (!(difference < 1e-2))
      throw new Error(`continual: ${task.name} in the hard runtime differs from training by ${difference}.`);
    values[`time/task-${number}`] = own;
    values[`time/whole-${number}`] = whole;
  }
  return values;
}

/**
 * The same for a finished run, from its checkpoint: of several runs one after another on a quiet machine.
 *
 * @param source the checkpoint of a run of `hardgrad train continual`.
 * @throws RangeError for a checkpoint of another experiment.
 * @returns `time/task-1`, `time/whole-1`, ... in milliseconds; nothing for methods without a network for each task.
 * @example
 * const times = await timeTasks(checkpoint, dataset, await useDevice("native"));
 */
export async function timeTasks(
  source: Checkpoint,
  dataset: Dataset,
  backend: Backend,
): Promise<{ readonly [tag: string]: number }> {
  const { experiment } = source.config;
  if (experiment !== "continual")
    throw new RangeError(
      `timeTasks: the checkpoint is of experiment ${experiment}, which has no tasks one after another; give one of \`hardgrad train continual\`.`,
    );
  const checkpoint = source as Checkpoint<ContinualSettings>;
  const learner = await learnerAt(
    learnersOf(checkpoint.config, dataset),
    meansOf(checkpoint, dataset, backend),
    checkpoint,
  );
  const times = learner.method.exact
    ? await timePerImage(learner, scorerOf(backend, learner.sizes.layers.length))
    : {};
  learner.dispose();
  return times;
}

async function timeTask(
  learner: Learner,
  scorer: Scorer,
  task: Task,
): Promise<{ own: number; whole: number; difference: number }> {
  const layers = learner.sizes.layers.length;
  const { test } = learner.tasks.dataset;
  const indices = task.test.subarray(0, IMAGES);
  const network = await learner.network(task);
  const expected = await scorer.scores(network, imagesOf(task, test, indices));
  // As they are: the order of a task's pixels is part of its network.
  const images = Array.from(indices, (i) => Float32Array.from(exampleAt(test, i), (v) => v / 255));
  const runtimes: Runtime[] = [];
  for (const part of [compact(network, layers, outputsOf(task)), network])
    runtimes.push(await loadRuntime(runtimeNetwork(forPlainImages(part, task), layers)));
  const fastest = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  let difference = 0;
  for (let repeat = 0; repeat <= REPEATS; repeat++)
    for (const [r, runtime] of runtimes.entries()) {
      const started = performance.now();
      const scores = images.map((image) => runtime.forward(image));
      const passed = (performance.now() - started) / images.length;
      // The first pass warms up, and is compared.
      if (repeat > 0) fastest[r] = Math.min(fastest[r]!, passed);
      else difference = Math.max(difference, distance(scores, expected, task.firstOutput, r === 0));
    }
  return { own: fastest[0]!, whole: fastest[1]!, difference };
}

/** Largest difference from the expected scores, of which a small network has the columns from `first` only. */
function distance(
  scores: readonly Float32Array[],
  expected: HostArray,
  first: number,
  small: boolean,
): number {
  const width = expected.shape[1]!;
  const from = small ? first : 0;
  let largest = 0;
  for (const [n, row] of scores.entries())
    for (const [c, score] of row.entries())
      largest = Math.max(largest, Math.abs(score - expected.data[n * width + from + c]!));
  return largest;
}
