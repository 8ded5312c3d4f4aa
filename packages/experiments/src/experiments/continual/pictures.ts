import type { Picture } from "../../contract/run.ts";
import { compact } from "./compact.ts";
import type { Learner } from "./learner.ts";
import { forPlainImages } from "./runtime.ts";
import { outputsOf, type Task } from "./tasks.ts";

/** Most units of a task that are shown. */
const UNITS = 8;

/**
 * What the units of the first layer look for, a row for each task: the weights of its strongest units, on the pixels as
 * they are seen; dark where ink speaks for the unit, light where it speaks against it, grey where the task reads nothing.
 */
export async function featurePictures(learner: Learner): Promise<readonly Picture[]> {
  const finished = learner.tasks.list.slice(0, learner.finished);
  const { shape } = learner.tasks.dataset;
  if (finished.length === 0 || "length" in shape) return [];
  const tiles: Picture["tiles"][number][] = [];
  for (const task of finished) tiles.push(...(await featuresOf(learner, task)));
  return [
    {
      name: "features",
      title: "First-layer features of each task",
      columns: UNITS,
      shape,
      rows: finished.map(({ index }) => `task ${index + 1}`),
      tiles,
    },
  ];
}

async function featuresOf(learner: Learner, task: Task): Promise<Picture["tiles"][number][]> {
  const layers = learner.sizes.layers.length;
  const own = forPlainImages(compact(await learner.network(task), layers, outputsOf(task)), task);
  const into = own.w1!;
  const out = own[layers > 1 ? "w2" : "head"]!;
  const [inputs, units] = into.shape as [number, number];
  const norm = (data: ArrayLike<number>, from: number, step: number, count: number): number =>
    Math.sqrt(
      Array.from({ length: count }, (_, i) => data[from + i * step]! ** 2).reduce((a, b) => a + b, 0),
    );
  const strength = Array.from(
    { length: units },
    (_, u) => norm(into.data, u, units, inputs) * norm(out.data, u * out.shape[1]!, 1, out.shape[1]!),
  );
  const strongest = strength
    .map((_, u) => u)
    .sort((a, b) => strength[b]! - strength[a]!)
    .slice(0, UNITS);
  const blank = { pixels: new Uint8Array(inputs) };
  return Array.from({ length: UNITS }, (_, i) => {
    const unit = strongest[i];
    if (unit === undefined) return blank;
    const weights = Array.from({ length: inputs }, (__, pixel) => into.data[pixel * units + unit]!);
    const most = Math.max(...weights.map(Math.abs)) || 1;
    return { pixels: Uint8Array.from(weights, (w) => Math.round(127.5 + (127.5 * w) / most)) };
  });
}
