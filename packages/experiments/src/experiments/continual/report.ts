import { activeParts, activeShares, type Count, countRight } from "./accuracy.ts";
import type { Learner } from "./learner.ts";
import { fanIn } from "./network.ts";
import { averageAccuracy, backwardTransfer, type Matrix } from "./results.ts";
import type { Scorer } from "./scores.ts";

/** Numbers by tag. */
export type Values = { [tag: string]: number };

/** Test images per task for a point of a curve; at a task's end all are asked. */
const CURVE = 500;

const accuracy = ({ right, of }: Count): number => right / of;

/** Accuracy on every task that has begun: a point of the forgetting curves. */
export async function curvePoint(learner: Learner, scorer: Scorer, known: number): Promise<Values> {
  const { tasks } = learner;
  const values: Values = {};
  for (const task of tasks.list.slice(0, known))
    values[`accuracy/task-${task.index + 1}`] = accuracy(
      await countRight(learner, scorer, task, known, "test", CURVE),
    );
  return values;
}

/** A row of the accuracy matrix, after task `known`, and what the tasks' networks take. */
export async function taskEnd(learner: Learner, scorer: Scorer, known: number): Promise<Values> {
  const { tasks } = learner;
  const values: Values = {};
  const counts: Count[] = [];
  for (const task of tasks.list.slice(0, known)) {
    const count = await countRight(learner, scorer, task, known, "test");
    counts.push(count);
    values[`accuracy/task-${task.index + 1}`] = accuracy(count);
    values[`matrix/${known}-${task.index + 1}`] = accuracy(count);
  }
  if (tasks.scenario !== "task" && learner.method.exact) {
    const all = counts.reduce((sum, c) => sum + c.of, 0);
    values["accuracy/inferred-task"] = counts.reduce((sum, c) => sum + c.taskRight, 0) / all;
  }
  const own = activeShares(await learner.network(tasks.list[known - 1]!), learner.sizes.layers.length);
  values[`active/weights-${known}`] = own.weights;
  own.units.forEach((share, i) => {
    values[`active/units-${known}-layer-${i + 1}`] = share;
  });
  return values;
}

/** The accuracy matrix out of all values of a run. */
export function matrixOf(last: { readonly [tag: string]: number }, prefix: string, tasks: number): Matrix {
  return Array.from({ length: tasks }, (_, i) =>
    Array.from({ length: tasks }, (_, j) => last[`${prefix}matrix/${i + 1}-${j + 1}`] ?? Number.NaN),
  );
}

/** What a learner comes to, after its last task. */
export async function conclusion(learner: Learner, scorer: Scorer, matrix: Matrix): Promise<Values> {
  const { tasks } = learner;
  const known = tasks.list.length;
  const values: Values = { "accuracy/average": averageAccuracy(matrix) };
  // Who sees all tasks at once has nothing to forget.
  if (!learner.joint) values["transfer/backward"] = backwardTransfer(matrix);
  if ((tasks.list[0]?.validation.length ?? 0) > 0) {
    const counts: Count[] = [];
    for (const task of tasks.list) counts.push(await countRight(learner, scorer, task, known, "validation"));
    values["accuracy/validation"] = counts.reduce((sum, c) => sum + accuracy(c), 0) / counts.length;
  }
  Object.assign(values, await sharing(learner));
  const rooms = await learner.room();
  const weights = rooms.map((_, i) => learner.sizes.layers[i]! * fanIn(learner.sizes, i + 1));
  const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
  if (rooms.length > 0)
    values["capacity/used"] = 1 - sum(rooms.map((room, i) => room * weights[i]!)) / sum(weights);
  return values;
}

/** How much of what task j reads task i reads as well: `shared/units-i-j` of its units, `shared/weights-i-j` of its weights. */
async function sharing(learner: Learner): Promise<Values> {
  const values: Values = {};
  const read: { units: Uint8Array; weights: Uint8Array }[] = [];
  for (const task of learner.tasks.list)
    read.push(activeParts(await learner.network(task), learner.sizes.layers.length));
  for (const [i, one] of read.entries())
    for (const [j, other] of read.entries()) {
      values[`shared/units-${i + 1}-${j + 1}`] = overlap(one.units, other.units);
      values[`shared/weights-${i + 1}-${j + 1}`] = overlap(one.weights, other.weights);
    }
  return values;
}

function overlap(one: Uint8Array, other: Uint8Array): number {
  let both = 0;
  let all = 0;
  for (let i = 0; i < other.length; i++) {
    all += other[i]!;
    both += other[i]! & one[i]!;
  }
  return all === 0 ? 0 : both / all;
}
