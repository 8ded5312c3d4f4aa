import "../setup.ts";
import { expect, test } from "vitest";
import { close } from "../../../hardgrad/test/close.ts";
import { jaxBackend } from "../../src/engine/backends/jax.ts";
import { fisherOf } from "../../src/experiments/continual/fisher.ts";
import { options } from "../../src/experiments/continual/options.ts";
import { outputsOf, tasksOf } from "../../src/experiments/continual/tasks.ts";
import { drawnDigits, resolveSettings } from "../../src/index.ts";
import { normalizedPixel } from "../../src/nn/normalize.ts";

const data = drawnDigits({ train: 200, test: 20 });
const backend = jaxBackend("wasm");
const inputs = data.train.size;
const outputs = 10;
const weight = (i: number, j: number): number => 0.02 * Math.sin(3 * i + 7 * j);
const bias = (j: number): number => 0.3 * Math.cos(5 * j);

/** Of a linear classifier in closed form: the mean over images of `x_i^2 p_j (1 - p_j)`, p among the outputs that compete. */
function closedForm(images: readonly number[][], first: number, end: number) {
  const head = new Float64Array(inputs * outputs);
  const headBias = new Float64Array(outputs);
  for (const x of images) {
    const scores = Array.from({ length: outputs }, (_, j) =>
      j < first || j >= end ? 0 : Math.exp(x.reduce((sum, v, i) => sum + v * weight(i, j), bias(j))),
    );
    const total = scores.reduce((a, b) => a + b);
    scores.forEach((e, j) => {
      const each = ((e / total) * (1 - e / total)) / images.length;
      headBias[j]! += each;
      x.forEach((v, i) => {
        head[i * outputs + j]! += v * v * each;
      });
    });
  }
  return { head, headBias };
}

const table = [
  // The task's own outputs compete, or with those of earlier tasks; 20 images, 10 of the 15, or all tens of the 26 that there are.
  ["task", "own", 1, 20, 20],
  ["class", "scenario", 2, 15, 10],
  ["class", "scenario", 0, 9, 10],
  ["domain", "scenario", 3, 1000, 20],
] as const;

test.each(table)(
  "%s, %s heads, task %i, %i images: that of a linear classifier in closed form",
  async (...row) => {
    const [scenario, heads, index, asked, count] = row;
    const settings = resolveSettings(options, { tasks: 5, scenario, fisher: asked }, data);
    const tasks = tasksOf(settings, data, heads);
    const task = tasks.list[index]!;
    const resident = backend.put({
      "params.head": {
        shape: [inputs, outputs],
        data: Float32Array.from({ length: inputs * outputs }, (_, n) =>
          weight(Math.floor(n / outputs), n % outputs),
        ),
      },
      "params.headBias": {
        shape: [outputs],
        data: Float32Array.from({ length: outputs }, (_, j) => bias(j)),
      },
      "open.head": { shape: [1], data: Float32Array.of(1) },
    });
    const fisher = await fisherOf(backend, resident, tasks, task, { inputs, layers: [], outputs }, settings);
    resident.dispose();
    const [own, end] = outputsOf(task);
    const images = [...task.train.subarray(0, count)].map((at) =>
      Array.from(data.train.images.subarray(at * inputs, (at + 1) * inputs), normalizedPixel),
    );
    expect(images.length).toBe(count);
    const expected = closedForm(images, scenario === "class" ? 0 : own, end);
    expect(Object.keys(fisher).sort()).toEqual(["head", "headBias"]);
    expect([fisher.head!.shape, fisher.headBias!.shape]).toEqual([[inputs, outputs], [outputs]]);
    // Scores are float32 sums of 784 products of order 1e-2.
    const float32 = { within: 1e-6, relative: 1e-3 };
    close([...fisher.head!.data], [...expected.head], float32);
    close([...fisher.headBias!.data], [...expected.headBias], float32);
  },
);
