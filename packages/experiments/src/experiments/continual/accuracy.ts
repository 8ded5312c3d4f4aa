import type { HostArray } from "../../contract/backend.ts";
import type { Learner } from "./learner.ts";
import type { TaskNetwork } from "./network.ts";
import { entropies, largest, type Scorer } from "./scores.ts";
import { imagesOf, outputOf, outputsOf, type Task } from "./tasks.ts";

/** Which images are asked: the test images, or those kept apart for choosing settings. */
export type HeldOut = "test" | "validation";

/** How many images of a task are answered rightly, and of how many the task was inferred rightly. */
export interface Count {
  readonly right: number;
  readonly taskRight: number;
  readonly of: number;
}

/**
 * Asks about a task's images when some tasks have begun.
 *
 * A method with one network for all answers by it. A method with a network for each task is told the task in the task
 * scenario; else the task is inferred, image by image, from the answers of all its networks.
 *
 * @param known how many tasks have begun.
 * @param most at most so many images (for curves).
 */
export async function countRight(
  learner: Learner,
  scorer: Scorer,
  task: Task,
  known: number,
  part: HeldOut,
  most: number = Number.POSITIVE_INFINITY,
): Promise<Count> {
  const { tasks, method } = learner;
  const split = part === "test" ? tasks.dataset.test : tasks.dataset.train;
  const indices = task[part].subarray(0, Math.min(most, task[part].length));
  const images = imagesOf(task, split, indices);
  const wanted = Int32Array.from(indices, (i) => outputOf(task, split, i) - task.firstOutput);
  if (tasks.scenario === "task" || method.infers === "nothing") {
    const scores = await scorer.scores(await learner.network(task), images);
    const [first, end] = tasks.allCompete ? [0, known * task.classes.length] : outputsOf(task);
    const given = largest(scores, first, end);
    const right = count(given, (g, n) => g - task.firstOutput === wanted[n]);
    return { right, taskRight: indices.length, of: indices.length };
  }
  const { inferred, answer } = await inferring(learner, scorer, tasks.list.slice(0, known), images);
  const right = count(
    answer,
    (g, n) => g === wanted[n] && (tasks.scenario === "domain" || inferred[n] === task.index),
  );
  return { right, taskRight: count(inferred, (t) => t === task.index), of: indices.length };
}

/** For every image the task that was inferred, and the answer of its network, numbered within the task. */
async function inferring(
  learner: Learner,
  scorer: Scorer,
  known: readonly Task[],
  images: HostArray,
): Promise<{ inferred: Int32Array; answer: Int32Array }> {
  const networks: TaskNetwork[] = [];
  const answers: Int32Array[] = [];
  const doubts: Float64Array[] = [];
  for (const task of known) {
    const network = await learner.network(task);
    const scores = await scorer.scores(network, images);
    const [first, end] = outputsOf(task);
    networks.push(network);
    answers.push(largest(scores, first, end).map((g) => g - first));
    doubts.push(entropies(scores, first, end));
  }
  const inferred =
    learner.method.infers === "gradient"
      ? largest(await scorer.taskScores(networks, images), 0, known.length)
      : lowest(doubts);
  return { inferred, answer: Int32Array.from(inferred, (t, n) => answers[t]![n]!) };
}

/** Which list has the lowest value, at every place. */
function lowest(lists: readonly Float64Array[]): Int32Array {
  return Int32Array.from(lists[0] ?? [], (_, n) => {
    let best = 0;
    for (let t = 1; t < lists.length; t++) if (lists[t]![n]! < lists[best]![n]!) best = t;
    return best;
  });
}

function count(values: Int32Array, test: (value: number, index: number) => boolean): number {
  return values.reduce((sum, value, n) => sum + (test(value, n) ? 1 : 0), 0);
}

/** 1 for every hidden weight that a task's network reads and every hidden unit that is not silent in it, else 0. */
export function activeParts(
  network: TaskNetwork,
  layers: number,
): { weights: Uint8Array; units: Uint8Array; widths: number[] } {
  const names = Array.from({ length: layers }, (_, i) => i + 1);
  const widths = names.map((layer) => network[`w${layer}`]!.shape[1]!);
  const weights: number[] = [];
  const units: number[] = [];
  for (const layer of names) {
    const width = widths[layer - 1]!;
    const alive = Array.from({ length: width }, (_, j) => (network[`b${layer}`]?.data[j] ? 1 : 0));
    network[`w${layer}`]!.data.forEach((w, i) => {
      weights.push(w !== 0 ? 1 : 0);
      if (w !== 0) alive[i % width] = 1;
    });
    units.push(...alive);
  }
  return { weights: Uint8Array.from(weights), units: Uint8Array.from(units), widths };
}

/** Share of the hidden weights that a task's network reads, and of each layer's units that are not silent in it. */
export function activeShares(network: TaskNetwork, layers: number): { weights: number; units: number[] } {
  const { weights, units, widths } = activeParts(network, layers);
  const mean = (values: Uint8Array): number => values.reduce((a, b) => a + b, 0) / values.length;
  let from = 0;
  const perLayer = widths.map((width) => {
    from += width;
    return mean(units.subarray(from - width, from));
  });
  return { weights: mean(weights), units: perLayer };
}
