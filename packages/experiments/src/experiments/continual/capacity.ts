import type { Learner } from "./learner.ts";
import type { Matrix } from "./results.ts";

/** Below this share of open weights in a layer a task can't learn there any more. */
const ENOUGH = 0.01;

/** Whether the task at hand still fits; else why not, as the start of a sentence. Asked before it begins. */
export async function lackOfRoom(learner: Learner): Promise<string | undefined> {
  const rooms = await learner.room();
  const layer = rooms.findIndex((room) => room < ENOUGH);
  if (layer < 0) return undefined;
  const { task } = learner.stretch;
  return `task ${task.index + 1} (${task.name}) no longer fits: ${percent(rooms[layer]!)} of the weights into layer ${layer + 1} may still change`;
}

/** What that costs: the task's accuracy beside what the tasks before it had when they were finished. */
export function costOf(lack: string, matrix: Matrix, task: number): string {
  const own = matrix[task]![task]!;
  const before = matrix.slice(0, task).map((row, i) => row[i]!);
  const mean = before.reduce((a, b) => a + b, 0) / before.length;
  const points = (100 * (mean - own)).toFixed(2);
  return `${lack}; it reaches ${percent(own)}, ${points} points below the mean of the tasks before it. Use more units, or a lower share per task.`;
}

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
