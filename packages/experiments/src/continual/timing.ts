import type { Arrays, Backend, HostArray } from "../engine/backend.ts";
import { compact } from "./compact.ts";
import type { Learner } from "./learner.ts";
import { scoresOf, type TaskNetwork } from "./network.ts";
import type { Values } from "./report.ts";
import { imagesOf, outputsOf } from "./tasks.ts";

const IMAGES = 1000;
const REPEATS = 5;

/**
 * Milliseconds per image for each task with only its own units computed, and for the whole network; medians of interleaved
 * runs. Checked in the same run: both give the same class scores, up to the order of sums.
 */
export async function timePerImage(learner: Learner, backend: Backend): Promise<Values> {
  const layers = learner.sizes.layers.length;
  const { tasks } = learner;
  const values: Values = {};
  for (const task of tasks.list) {
    const images = imagesOf(task, tasks.dataset.test, task.test.subarray(0, IMAGES));
    const whole = await learner.network(task);
    const own = compact(whole, layers, outputsOf(task));
    const [small, large] = await interleaved(backend, layers, [own, whole], images);
    const difference = distance(small!.scores, large!.scores, task.firstOutput);
    // Sums of up to 4000 terms of order 1 in another order.
    if (!(difference < 1e-2))
      throw new Error(
        `continual: the small network of ${task.name} differs from the whole one by ${difference}.`,
      );
    values[`time/task-${task.index + 1}`] = small!.milliseconds;
    values[`time/whole-${task.index + 1}`] = large!.milliseconds;
  }
  return values;
}

async function interleaved(
  backend: Backend,
  layers: number,
  networks: readonly TaskNetwork[],
  images: HostArray,
): Promise<{ scores: HostArray; milliseconds: number }[]> {
  const runs = networks.map((network) => ({
    resident: backend.put(network),
    // One program each: their shapes differ.
    ask: backend.evaluate((arrays: Arrays, inputs: Arrays) => ({
      scores: scoresOf(arrays, inputs.images!, layers),
    })),
    scores: images,
    times: [] as number[],
  }));
  for (let repeat = 0; repeat <= REPEATS; repeat++)
    for (const run of runs) {
      const started = performance.now();
      run.scores = (await run.ask(run.resident, { images })).scores!;
      // The first one compiles.
      if (repeat > 0) run.times.push((performance.now() - started) / images.shape[0]!);
    }
  return runs.map(({ resident, scores, times }) => {
    resident.dispose();
    return { scores, milliseconds: times.sort((a, b) => a - b)[Math.floor(times.length / 2)]! };
  });
}

/** Largest difference between the scores of a task and the columns from `first` of all scores. */
function distance(own: HostArray, whole: HostArray, first: number): number {
  const width = own.shape[1]!;
  let largest = 0;
  for (let n = 0; n < own.shape[0]!; n++)
    for (let c = 0; c < width; c++) {
      const other = whole.data[n * whole.shape[1]! + first + c]!;
      largest = Math.max(largest, Math.abs(own.data[n * width + c]! - other));
    }
  return largest;
}
