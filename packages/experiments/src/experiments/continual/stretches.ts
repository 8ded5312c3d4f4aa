import { shuffled } from "../../data/index.ts";
import { refuseSmall } from "../../engine/training-split.ts";
import { type ContinualSettings, options } from "./options.ts";
import { drawFrom, type Example, remembered, type Task, type Tasks } from "./tasks.ts";

/** A stretch of steps without a boundary: one phase of one task. */
export interface Stretch {
  readonly task: Task;
  readonly phase: number;
  readonly start: number;
  readonly end: number;
  /** Whether the task is finished after it. */
  readonly last: boolean;
  /** First step of the task and the one after its last, and the steps of one pass over its images. */
  readonly taskStart: number;
  readonly taskEnd: number;
  readonly stepsPerEpoch: number;
}

/**
 * Which steps belong to which task.
 *
 * @throws RangeError for a batch that a task can't fill.
 */
export function stretchesOf(
  tasks: Tasks,
  phases: readonly number[],
  settings: ContinualSettings,
): readonly Stretch[] {
  const batch = settings.batch;
  let start = 0;
  return tasks.list.flatMap((task) => {
    const stepsPerEpoch = Math.floor(task.train.length / batch);
    refuseSmall(
      { name: "continual", options },
      settings,
      task.train.length,
      `training images of ${task.name}`,
    );
    const taskStart = start;
    const steps = stepsPerEpoch * settings.epochs;
    return phases.map((_, phase) => {
      const share = phases.slice(0, phase + 1).reduce((a, b) => a + b);
      const last = phase === phases.length - 1;
      const end = taskStart + (last ? steps : Math.round(steps * share));
      const stretch = { task, phase, start, end, last, taskStart, taskEnd: taskStart + steps, stepsPerEpoch };
      start = end;
      return stretch;
    });
  });
}

/** What every step of a stretch learns from: a pure function of settings, seed and step. */
export interface ExampleFeed {
  at(stretch: Stretch, step: number): readonly Example[];
}

/** Examples of the task at hand; all tasks mixed (joint); or with as many remembered ones beside them (rehearsal). */
export function exampleFeed(tasks: Tasks, settings: ContinualSettings, seed: number): ExampleFeed {
  const batch = settings.batch;
  const weight = 1 / batch;
  const all = tasks.list.flatMap((task) =>
    Array.from(task.train, (index): Example => ({ task, index, weight })),
  );
  let order: { epoch: number; indices: Int32Array } = { epoch: -1, indices: new Int32Array() };
  const shuffledOnce = (count: number, epoch: number): Int32Array => {
    if (order.epoch !== epoch) order = { epoch, indices: shuffled(count, seed, epoch) };
    return order.indices;
  };
  const memories = new Map<number, readonly Example[]>();
  const memoryOf = (task: number, share: number): readonly Example[] => {
    if (!memories.has(task)) {
      const kept = tasks.list
        .slice(0, task)
        .flatMap((t) =>
          Array.from(remembered(tasks, t, settings.memory, seed), (index) => ({ task: t, index })),
        );
      memories.clear();
      memories.set(
        task,
        kept.map((example) => ({ ...example, weight: share })),
      );
    }
    return memories.get(task)!;
  };
  return {
    at({ task, taskStart, stepsPerEpoch }, step) {
      const epoch = Math.floor((step - taskStart) / stepsPerEpoch);
      if (settings.method === "joint") {
        const steps = Math.floor(all.length / batch);
        const indices = shuffledOnce(all.length, Math.floor(step / steps));
        const from = (step % steps) * batch;
        return Array.from(indices.subarray(from, from + batch), (i) => all[i]!);
      }
      const indices = shuffledOnce(task.train.length, task.index * 100_000 + epoch);
      const from = ((step - taskStart) % stepsPerEpoch) * batch;
      const rehearsing = settings.method === "rehearsal" && task.index > 0;
      const share = rehearsing ? 1 / (task.index + 1) : 1;
      const current = Array.from(indices.subarray(from, from + batch), (i) => ({
        task,
        index: task.train[i]!,
        weight: weight * share,
      }));
      if (!rehearsing) return current;
      return [...current, ...drawFrom(memoryOf(task.index, weight * (1 - share)), batch, seed, step)];
    },
  };
}
