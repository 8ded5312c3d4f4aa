import { numpy as np, tree } from "@jax-js/jax";
import { fisherDiagonal, logSoftmax, type NamedArrays } from "hardgrad";
import type { Backend, HostArrays, Resident } from "../../contract/backend.ts";
import { groupOf } from "../../engine/arrays.ts";
import { type Sizes, scoresOf } from "./network.ts";
import type { ContinualSettings } from "./options.ts";
import { imagesOf, outputsOf, type Task, type Tasks } from "./tasks.ts";

/** Images at a time: each has a gradient of the size of the network. */
const BLOCK = 10;

/** The diagonal of the Fisher information over training images of a task, labels as the network believes them. */
export async function fisherOf(
  backend: Backend,
  resident: Resident,
  tasks: Tasks,
  task: Task,
  sizes: Sizes,
  settings: ContinualSettings,
): Promise<HostArrays> {
  const [first, end] = tasks.allCompete ? [0, outputsOf(task)[1]] : outputsOf(task);
  const count = end - first;
  const place = new Float32Array(count * sizes.outputs);
  for (let y = 0; y < count; y++) place[y * sizes.outputs + first + y] = 1;
  const evaluate = backend.evaluate((arrays: NamedArrays, { images, outputs }: NamedArrays) => {
    const params = groupOf(arrays, "params");
    for (const [name, array] of Object.entries(arrays)) if (!name.startsWith("params.")) array.dispose();
    const closed = np.sum(outputs!.ref, 0).sub(1).mul(1e9);
    const fisher = fisherDiagonal(
      (p, x, label) => {
        const scores = scoresOf(p, x.reshape([1, sizes.inputs]), sizes.layers.length).add(closed.ref);
        return np.sum(logSoftmax(scores).mul(np.matmul(label, outputs!.ref)));
      },
      params,
      images!,
      count,
    );
    tree.dispose({ closed, outputs: outputs! });
    return fisher;
  });
  const blocks = Math.max(1, Math.floor(Math.min(settings.fisher, task.train.length) / BLOCK));
  const sums: { [name: string]: { shape: readonly number[]; data: Float64Array } } = {};
  for (let b = 0; b < blocks; b++) {
    const images = imagesOf(task, tasks.dataset.train, task.train.subarray(b * BLOCK, (b + 1) * BLOCK));
    const outputs = { shape: [count, sizes.outputs], data: place };
    for (const [name, { shape, data }] of Object.entries(await evaluate(resident, { images, outputs }))) {
      sums[name] ??= { shape, data: new Float64Array(data.length) };
      for (let i = 0; i < data.length; i++) sums[name].data[i]! += data[i]! / blocks;
    }
  }
  return Object.fromEntries(
    Object.entries(sums).map(([name, { shape, data }]) => [name, { shape, data: Float32Array.from(data) }]),
  );
}
