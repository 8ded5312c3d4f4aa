import { loadRuntime } from "@hardgrad/runtime";
import { describe, expect, test } from "vitest";
import {
  type Dataset,
  type ExampleShape,
  exampleSize,
  experiments,
  findExperiment,
  formOf,
  loadGenerator,
  modelsOf,
  parametersOf,
  type RunConfig,
  readerOf,
  resolveSettings,
  runtimeFile,
  type Split,
  startRun,
  trainClassifier,
  useDevice,
} from "../../src/index.ts";
import { nearestDistances } from "../../src/judge/nearest.ts";
import "../setup.ts";

const backend = await useDevice("wasm");

/** Examples whose class is where their large numbers are. */
function dataOf(shape: ExampleShape, classes: readonly string[]): Dataset {
  const size = exampleSize(shape);
  const split = (count: number): Split => {
    const labels = Uint8Array.from({ length: count }, (_, n) => n % Math.max(1, classes.length));
    const images = new Uint8Array(count * size);
    const width = Math.floor(size / Math.max(1, classes.length));
    for (let n = 0; n < count; n++)
      for (let i = 0; i < size; i++)
        images[n * size + i] = Math.floor(i / width) === labels[n] ? 200 + ((7 * n + i) % 50) : (n + i) % 60;
    return { images, labels, size, count };
  };
  return { name: "own", shape, classes, train: split(120), test: split(60) };
}

const images = dataOf({ height: 6, width: 9 }, ["cat", "dog", "cow", "hen", "pig", "bee"]);
const vectors = dataOf({ length: 14 }, ["a", "b", "c", "d"]);

const small: { readonly [experiment: string]: RunConfig["settings"] } = {
  classifier: { hidden: 8 },
  vae: { hidden: "12", boundSamples: 0 },
  generator: { hidden: "12", priorLayers: 1, priorHidden: "8", asked: 6, batch: 20 },
  continual: { layers: "8", beside: "none", batch: 4 },
  gated: { units: 16, gater: 4 },
  binary: { hidden: 8, batch: 20 },
  logic: { gates: 120, layers: 2, batch: 20 },
  sbn: { variables: 8, boundSamples: 2 },
};

function configOf(name: string, { shape, classes }: Dataset, more: RunConfig["settings"] = {}): RunConfig {
  const { options } = findExperiment(name);
  return {
    experiment: name,
    estimator: { id: "straight-through", options: {} },
    data: "own",
    form: { shape, classes },
    seed: 1,
    settings: resolveSettings(options, { epochs: 2, ...small[name], ...more }, { shape, classes }),
  };
}

async function trained(config: RunConfig, dataset: Dataset) {
  const run = await startRun(findExperiment(config.experiment), config, dataset, backend);
  while (run.step < run.totalSteps) await run.advance();
  const pictures = await run.pictures(5);
  const checkpoint = await run.checkpoint();
  run.dispose();
  return { pictures, checkpoint, metrics: run.summary().metrics };
}

describe("images of any size in any number of classes", () => {
  for (const { name } of experiments)
    test(name, async () => {
      const config = configOf(name, images);
      const { pictures, checkpoint, metrics } = await trained(config, images);
      for (const value of Object.values(metrics)) expect(Number.isFinite(value)).toBe(true);
      expect(pictures.length).toBeGreaterThan(0);
      for (const { shape, tiles } of pictures) {
        expect(shape).toEqual(images.shape);
        for (const { pixels } of tiles) expect(pixels.length).toBe(54);
      }
      const experiment = findExperiment(name);
      const { description, use } = experiment.card(config.settings, images);
      expect(description + use).not.toMatch(/\b784\b|\b28\b/);
      if (experiment.models)
        for (const { inputs } of Object.values(modelsOf(experiment, config, 1)))
          if (inputs.image) expect(inputs.image.shape).toEqual(["batch", 54]);
      if (experiment.runtime) {
        const { bytes } = runtimeFile(experiment, parametersOf(checkpoint), config, 1, {});
        const runtime = await loadRuntime(bytes);
        expect([runtime.inputs, runtime.outputs]).toEqual([54, 6]);
      }
    });

  test("classes are called by their names", async () => {
    const { pictures } = await trained(configOf("classifier", images), images);
    for (const { caption, right } of pictures[0]!.tiles)
      expect(caption).toMatch(right ? /^(cat|dog|cow|hen|pig|bee)$/ : /^\w{3}, is \w{3}$/);
  });

  test("a generator is asked for any class, and finds as many as it is told", async () => {
    const { checkpoint } = await trained(
      configOf("generator", images, { mode: "unsupervised", classes: 4 }),
      images,
    );
    const loaded = await loadGenerator(checkpoint);
    expect(loaded.names).toHaveLength(4);
    const [picture] = await loaded.draw({ digit: loaded.digits[0]!, count: 1 });
    expect(picture).toHaveLength(54);
    loaded.dispose();
  });

  test("semi-supervised: labels in equal numbers of these classes", async () => {
    await trained(configOf("generator", images, { mode: "semi-supervised" }), images);
    await expect(
      startRun(
        findExperiment("generator"),
        configOf("generator", images, { mode: "semi-supervised", labels: 100 }),
        images,
        backend,
      ),
    ).rejects.toThrow("--labels 100 can't be equally many of each of 6 classes; use a multiple of 6.");
  });

  test("continual: as many tasks as the classes can be split into", async () => {
    const { checkpoint } = await trained(configOf("continual", images), images);
    const models = await findExperiment("continual").tasks!.models(checkpoint, images, backend);
    expect(models.map(({ model }) => model.inputs.image!.shape)).toEqual([1, 2, 3].map(() => ["batch", 54]));
    expect(models[1]!.model.doc).toContain("cow and hen");
    const { checkpoint: permuted } = await trained(
      configOf("continual", images, { benchmark: "permuted", tasks: 2 }),
      images,
    );
    expect(permuted.tensors["params.head"]!.shape).toEqual([8, 12]);
    const seven = dataOf(images.shape, [..."abcdefg"]);
    await expect(
      startRun(findExperiment("continual"), configOf("continual", seven), seven, backend),
    ).rejects.toThrow(
      "7 classes can't be split into 3 tasks of equal size with at least two classes; use --benchmark permuted",
    );
  });

  test("the judge", async () => {
    const plan = { epochs: 2, deformed: true, seed: 0 };
    const quickest = await useDevice("auto", { threads: 1 });
    const training = await trainClassifier(images.train, images, plan, quickest);
    await training.advance(training.totalSteps);
    const state = await training.state();
    expect(state["params.w3"]!.shape).toEqual([32 * 2 * 3, 128]);
    const parameters = Object.fromEntries(
      Object.entries(state).map(([name, x]) => [name.replace("params.", ""), x]),
    );
    const reader = readerOf(parameters, images, quickest);
    expect(await reader.probabilities(images.test.images.subarray(0, 54))).toHaveLength(6);
    const [near] = await nearestDistances(
      images.test.images.subarray(0, 54),
      images.test.images,
      54,
      quickest,
    );
    expect(near).toBeLessThan(0.01); // float32 squares of about 10 cancel to 1e-6, whose root it is
  });
});

describe("vectors", () => {
  for (const name of ["classifier", "vae", "continual", "gated", "binary", "logic"])
    test(`${name} learns from them and has no pictures`, async () => {
      const { pictures, metrics } = await trained(configOf(name, vectors), vectors);
      expect(pictures).toEqual([]);
      for (const value of Object.values(metrics)) expect(Number.isFinite(value)).toBe(true);
    });

  test("generator and judge say that they need images", async () => {
    await expect(
      startRun(findExperiment("generator"), configOf("generator", vectors), vectors, backend),
    ).rejects.toThrow(
      "generator: data own are vectors, and a generator draws images; use experiment vae, or data of images.",
    );
    await expect(
      trainClassifier(vectors.train, vectors, { epochs: 1, deformed: false, seed: 0 }, backend),
    ).rejects.toThrow("the judge reads images, and these data are vectors of 14 numbers.");
  });
});

test("data that are not built in must say what they are", () => {
  expect(() => formOf({ data: "own" })).toThrow("data own are not built in, so their form must be given");
  expect(formOf({ data: "binarized-mnist" })).toEqual({ shape: { height: 28, width: 28 }, classes: [] });
});
