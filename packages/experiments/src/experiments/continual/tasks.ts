import type { HostArray, HostArrays } from "../../contract/backend.ts";
import { type Dataset, exampleAt, type Split } from "../../contract/dataset.ts";
import { shuffled } from "../../data/index.ts";
import { randomSource } from "../../data/random.ts";
import { type ContinualSettings, possibleTasks } from "./options.ts";

/** What is asked at test time: which class of a known task; which class within any task; which class of all. */
export type Scenario = "task" | "domain" | "class";

/** One of a sequence of classification problems on one dataset. */
export interface Task {
  readonly index: number;
  /** For messages: `digits 0 and 1`, `permutation 3`. */
  readonly name: string;
  /** The dataset's classes that it tells apart; the n-th of them is its n-th output. */
  readonly classes: readonly number[];
  /** Its first output in the network. */
  readonly firstOutput: number;
  /** Where every pixel comes from, if pixels are permuted. */
  readonly pixels: Int32Array | undefined;
  /** Examples by index: of the training images, disjoint, and of the test images. */
  readonly train: Int32Array;
  readonly validation: Int32Array;
  readonly test: Int32Array;
}

/** Which outputs of the network a task has: its own; one set for all tasks; or as the scenario has it. */
export type Heads = "own" | "shared" | "scenario";

export interface Tasks {
  readonly scenario: Scenario;
  /** Whether training lets the outputs of earlier tasks compete: class-incremental, without a network for each task. */
  readonly allCompete: boolean;
  readonly dataset: Dataset;
  readonly list: readonly Task[];
  /** Outputs of the network. */
  readonly outputs: number;
}

const PERMUTATION = 0x9e12;
const ORDER = 0x0bde;

/**
 * The tasks of a benchmark. Split: the classes in groups, `order` 0 is as numbered. Permuted: all classes, and the pixels
 * of every task but the first in another fixed order. The validation images are a fixed part of the training set.
 *
 * @throws RangeError for a number of tasks that the benchmark does not have.
 */
export function tasksOf(settings: ContinualSettings, dataset: Dataset, heads: Heads): Tasks {
  const scenario = settings.scenario;
  const shared = heads === "shared" || (heads === "scenario" && scenario === "domain");
  const split = settings.benchmark === "split";
  const classCount = dataset.classes.length;
  checkTasks(settings, classCount);
  const count = settings.tasks;
  const perTask = split ? classCount / count : classCount;
  const order = settings.order;
  const numbers =
    order === 0 ? Int32Array.from({ length: classCount }, (_, i) => i) : shuffled(classCount, order, ORDER);
  const mixed = shuffled(dataset.train.count, 0, ORDER);
  const held = Math.round(dataset.train.count * settings.validation);
  const list = Array.from({ length: count }, (_, index): Task => {
    const classes = split
      ? [...numbers.subarray(index * perTask, (index + 1) * perTask)]
      : [...numbers].sort();
    const within = (indices: Int32Array, { labels }: Split): Int32Array =>
      classes.length === classCount ? indices : indices.filter((i) => classes.includes(labels[i]!));
    return {
      index,
      name: split
        ? `classes ${classes.map((c) => dataset.classes[c]).join(" and ")}`
        : `permutation ${index + 1}`,
      classes,
      firstOutput: shared ? 0 : index * perTask,
      pixels: split || index === 0 ? undefined : shuffled(dataset.train.size, order, PERMUTATION + index),
      train: within(mixed.subarray(held), dataset.train),
      validation: within(mixed.subarray(0, held), dataset.train),
      test: within(
        Int32Array.from({ length: dataset.test.count }, (_, i) => i),
        dataset.test,
      ),
    };
  });
  return {
    scenario,
    allCompete: heads === "scenario" && scenario === "class",
    dataset,
    list,
    outputs: shared ? perTask : count * perTask,
  };
}

/** Refuses a number of tasks that the benchmark does not have. */
export function checkTasks({ tasks, benchmark }: ContinualSettings, classes: number): void {
  const possible = possibleTasks(classes);
  if (benchmark === "permuted" || possible.includes(tasks)) return;
  const way = possible.length > 0 ? `--tasks ${possible.join(" or ")}, or ` : "";
  throw new RangeError(
    `continual: ${classes} classes can't be split into ${tasks} tasks of equal size with at least two classes; ` +
      `use ${way}--benchmark permuted, which has any number.`,
  );
}

/** Images of a task `[count, size]`, in its own order of pixels. */
export function imagesOf(task: Task, split: Split, indices: ArrayLike<number>): HostArray {
  const count = indices.length;
  const data = new Uint8Array(count * split.size);
  for (let n = 0; n < count; n++) place(task, split, indices[n]!, data, n);
  return { shape: [count, split.size], data };
}

function place(task: Task, split: Split, from: number, data: Uint8Array, to: number): void {
  const image = exampleAt(split, from);
  const at = to * split.size;
  if (!task.pixels) data.set(image, at);
  else for (let i = 0; i < split.size; i++) data[at + i] = image[task.pixels[i]!]!;
}

/** The output that stands for an example's class. */
export function outputOf(task: Task, split: Split, index: number): number {
  return task.firstOutput + task.classes.indexOf(split.labels[index]!);
}

/** An example to learn from, with its weight in the loss. */
export interface Example {
  readonly task: Task;
  readonly index: number;
  readonly weight: number;
}

/** What a step learns from. */
export interface TaskBatch extends HostArrays {
  /** `[batch, size]` */
  readonly images: { readonly shape: readonly number[]; readonly data: Uint8Array };
  /** `[batch]`: outputs of the network. */
  readonly labels: { readonly shape: readonly number[]; readonly data: Uint8Array };
  /** `[batch, outputs]`: 1 for the outputs that compete. */
  readonly active: { readonly shape: readonly number[]; readonly data: Uint8Array };
  /** `[batch]`: of the examples in the loss. */
  readonly weights: { readonly shape: readonly number[]; readonly data: Float32Array };
}

function emptyBatch(count: number, size: number, outputs: number): TaskBatch {
  return {
    images: { shape: [count, size], data: new Uint8Array(count * size) },
    labels: { shape: [count], data: new Uint8Array(count) },
    active: { shape: [count, outputs], data: new Uint8Array(count * outputs) },
    weights: { shape: [count], data: new Float32Array(count) },
  };
}

/**
 * Some examples as arrays, in a new batch or in place of what is in an old one.
 *
 * @param seen how many tasks have begun: their outputs compete if all do.
 */
export function batchOf(
  tasks: Tasks,
  examples: readonly Example[],
  seen: number,
  into: TaskBatch = emptyBatch(examples.length, tasks.dataset.train.size, tasks.outputs),
): TaskBatch {
  const { outputs, allCompete, dataset } = tasks;
  into.active.data.fill(0);
  examples.forEach(({ task, index, weight }, n) => {
    place(task, dataset.train, index, into.images.data, n);
    into.labels.data[n] = outputOf(task, dataset.train, index);
    into.weights.data[n] = weight;
    const [first, end] = allCompete ? [0, seen * task.classes.length] : outputsOf(task);
    into.active.data.fill(1, n * outputs + first, n * outputs + end);
  });
  return into;
}

/** First output of a task and the one after its last. */
export function outputsOf(task: Task): [number, number] {
  return [task.firstOutput, task.firstOutput + task.classes.length];
}

/** The examples that rehearsal keeps of a task: a fixed random choice, as many of each class as there are, up to a number. */
export function remembered(tasks: Tasks, task: Task, perClass: number, seed: number): Int32Array {
  const order = shuffled(task.train.length, seed, ORDER + task.index);
  const left = new Map(task.classes.map((c) => [c, perClass]));
  const kept = Array.from(order, (i) => task.train[i]!).filter((i) => {
    const label = tasks.dataset.train.labels[i]!;
    const room = left.get(label)!;
    left.set(label, room - 1);
    return room > 0;
  });
  return Int32Array.from(kept);
}

/** Draws from a list with replacement: a pure function of seed and step. */
export function drawFrom(list: readonly Example[], count: number, seed: number, step: number): Example[] {
  const random = randomSource(seed, 0x4e9a, step);
  return Array.from({ length: count }, () => list[random.below(list.length)]!);
}
