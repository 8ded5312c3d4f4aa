import { numpy as np } from "@jax-js/jax";
import { type NamedArrays, oneHotOf } from "hardgrad";
import type { Backend } from "../../contract/backend.ts";
import { type Dataset, type ExampleShape, exampleAt, type Split } from "../../contract/dataset.ts";
import { imageInput, type Model, type TaskModel } from "../../contract/models.ts";
import type { Checkpoint } from "../../contract/run.ts";
import { fromScores } from "../../nn/classify.ts";
import { checkAll, issuedIn } from "./certificates.ts";
import { compact } from "./compact.ts";
import { learnerAt, learnersOf, meansOf } from "./learner-turns.ts";
import { scoresOf } from "./network.ts";
import type { ContinualSettings } from "./options.ts";
import { forPlainImages, runtimeNetwork } from "./runtime.ts";
import { scorerOf } from "./scores.ts";
import { outputsOf, type Task } from "./tasks.ts";

/**
 * Models of the finished tasks of a run of continual.
 *
 * @throws RangeError if a certificate does not hold, or no task is finished.
 */
export async function taskModels(
  checkpoint: Checkpoint<ContinualSettings>,
  dataset: Dataset,
  backend: Backend,
): Promise<readonly TaskModel[]> {
  const learners = learnersOf(checkpoint.config, dataset);
  const learner = await learnerAt(learners, meansOf(checkpoint, dataset, backend), checkpoint);
  try {
    const layers = learner.sizes.layers.length;
    if (learner.finished === 0)
      throw new RangeError("no task is finished yet; train the run further with --resume.");
    if (learner.method.exact && checkpoint.config.settings.protection === "exact") {
      const { name } = learners.cast[learners.indexAt(checkpoint.step)]!;
      const issued = issuedIn(checkpoint.record, name);
      const broken = (await checkAll(learner, scorerOf(backend, layers), issued)).filter((r) => !r.holds);
      if (broken.length > 0) throw new RangeError(broken.map((r) => r.sentence).join(" "));
    }
    const models: TaskModel[] = [];
    for (const task of learner.tasks.list.slice(0, learner.finished)) {
      const own = compact(await learner.network(task), layers, outputsOf(task));
      const parameters = Object.fromEntries(
        Object.entries(forPlainImages(own, task)).map(([name, { shape, data }]) => [
          name,
          { shape, data: Float32Array.from(data) },
        ]),
      );
      const network = runtimeNetwork(parameters, layers);
      models.push({
        name: `task-${task.index + 1}`,
        model: modelOf(task, layers, dataset.shape),
        parameters,
        network: { ...network, layers: [...network.layers, { kind: "softmax" }] },
        images: imagesWithin(task, dataset.test),
      });
    }
    return models;
  } finally {
    learner.dispose();
  }
}

function modelOf(task: Task, layers: number, shape: ExampleShape): Model {
  const count = task.classes.length;
  return {
    doc: `Task ${task.index + 1} (${task.name}): from an image to one of its ${count} classes.`,
    inputs: { image: imageInput(shape) },
    outputs: {
      class: `The most probable of its classes: ${task.classes.join(", ")}.`,
      probabilities: "Probabilities of its classes, in this order.",
      scores: "Their logits.",
    },
    fn: (params: NamedArrays, { image }: NamedArrays) => {
      const { class: chosen, ...rest } = fromScores(scoresOf(params, image!.mul(255), layers));
      const numbers = np.array([...task.classes]).astype(np.float32);
      return { class: np.matmul(oneHotOf(chosen!, count), numbers).astype(np.int32), ...rest };
    },
  };
}

function imagesWithin(task: Task, split: Split): Split {
  const { size } = split;
  const images = new Uint8Array(task.test.length * size);
  for (const [n, i] of task.test.entries()) images.set(exampleAt(split, i), n * size);
  const labels = Uint8Array.from(task.test, (i) => task.classes.indexOf(split.labels[i]!));
  return { images, labels, size, count: task.test.length };
}
