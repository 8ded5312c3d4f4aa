import type { HostArray } from "../engine/backend.ts";
import { entropies, type Judge, largest } from "./judge.ts";
import type { Learner } from "./learner.ts";
import type { TaskNetwork } from "./network.ts";
import { imagesOf, outputOf, outputsOf, type Task, type Tasks } from "./tasks.ts";

/** Which images are asked: the test images, or those kept apart for choosing settings. */
export type Part = "test" | "validation";

/** How many images of a task are answered rightly, and of how many the task was inferred rightly. */
export interface Count {
  readonly right: number;
  readonly taskRight: number;
  readonly of: number;
}

/**
 * Asks about a task's images when tasks up to some number have begun.
 *
 * A method with one network for all answers by it. A method with a network for each task is told the task in the task
 * scenario; otherwise every network answers and the one with the lowest entropy is believed.
 *
 * @param known how many tasks have begun.
 * @param most at most so many images (for curves).
 */
export async function countRight(
  learner: Learner,
  judge: Judge,
  tasks: Tasks,
  task: Task,
  known: number,
  part: Part,
  most: number = Number.POSITIVE_INFINITY,
): Promise<Count> {
  const split = part === "test" ? tasks.dataset.test : tasks.dataset.train;
  const indices = task[part].subarray(0, Math.min(most, task[part].length));
  const images = imagesOf(task, split, indices);
  const wanted = Int32Array.from(indices, (i) => outputOf(task, split, i));
  if (tasks.scenario === "task" || !learner.method.exact) {
    const scores = await judge.scores(await learner.network(task), images);
    const [first, end] = tasks.scenario === "class" ? [0, known * task.classes.length] : outputsOf(task);
    return tally(largest(scores, first, end), wanted, indices.length);
  }
  const answers = await everyAnswer(learner, judge, tasks.list.slice(0, known), images);
  const inferred = lowest(answers.map((a) => a.entropy));
  const given = Int32Array.from(inferred, (t, n) => answers[t]!.answer[n]!);
  const taskRight = inferred.reduce((sum, t) => sum + (t === task.index ? 1 : 0), 0);
  return { ...tally(given, wanted, indices.length), taskRight };
}

function tally(given: Int32Array, wanted: Int32Array, of: number): Count {
  const right = given.reduce((sum, g, n) => sum + (g === wanted[n] ? 1 : 0), 0);
  return { right, taskRight: of, of };
}

async function everyAnswer(
  learner: Learner,
  judge: Judge,
  known: readonly Task[],
  images: HostArray,
): Promise<{ answer: Int32Array; entropy: Float64Array }[]> {
  const answers: { answer: Int32Array; entropy: Float64Array }[] = [];
  for (const task of known) {
    const scores = await judge.scores(await learner.network(task), images);
    const [first, end] = outputsOf(task);
    answers.push({ answer: largest(scores, first, end), entropy: entropies(scores, first, end) });
  }
  return answers;
}

/** Which list has the lowest value, at every place. */
function lowest(lists: readonly Float64Array[]): Int32Array {
  return Int32Array.from(lists[0] ?? [], (_, n) => {
    let best = 0;
    for (let t = 1; t < lists.length; t++) if (lists[t]![n]! < lists[best]![n]!) best = t;
    return best;
  });
}

/** Share of the hidden weights that a task's network reads, and of each layer's units that are not silent in it. */
export function activeShares(network: TaskNetwork, layers: number): { weights: number; units: number[] } {
  let reads = 0;
  let all = 0;
  const units: number[] = [];
  for (let layer = 1; layer <= layers; layer++) {
    const { shape, data } = network[`w${layer}`]!;
    all += data.length;
    const width = shape[1]!;
    const alive = new Uint8Array(width);
    const bias = network[`b${layer}`]?.data;
    for (let i = 0; i < data.length; i++)
      if (data[i] !== 0) {
        reads++;
        alive[i % width] = 1;
      }
    if (bias) for (let j = 0; j < width; j++) if (bias[j] !== 0) alive[j] = 1;
    units.push(alive.reduce((a, b) => a + b, 0) / width);
  }
  return { weights: reads / all, units };
}
