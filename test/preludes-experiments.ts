// What the examples of the package experiments take for granted: small data, a short run, a generator that is shipped.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import * as experiments from "@hardgrad/experiments";
import * as hardgrad from "hardgrad";
import { arrays, functions } from "./preludes.ts";
import type { Scope } from "./run-example.ts";

type Numbers = { readonly train?: number; readonly test?: number };

/** As many images as are asked for, but few where nothing is asked. */
const drawnDigits = (given: Numbers = {}): experiments.Dataset =>
  experiments.drawnDigits({ train: 200, test: 50, ...given });

const dataset = drawnDigits();
const wasm = (): Promise<experiments.Backend> => experiments.useDevice("wasm");

/** What the run of an example's checkpoint is of; classifier where nothing is said. */
const trained: { readonly [name: string]: experiments.Experiment } = {
  runtimeFile: experiments.binary,
  checkRuntimeFile: experiments.binary,
  timeTasks: experiments.continual,
  trainedCircuit: experiments.logic,
  checkCircuit: experiments.logic,
};

const small: { readonly [name: string]: experiments.Settings } = {
  classifier: { hidden: 12, batch: 50, epochs: 2 },
  binary: { hidden: 16, batch: 50, epochs: 1 },
  logic: { gates: 40, batch: 50, epochs: 1, shifts: 0 },
  continual: { layers: "12-10", tasks: 2, batch: 20, epochs: 1, fisher: 20, memory: 5 },
};

function configOf(experiment: experiments.Experiment): experiments.RunConfig {
  const { name, options } = experiment;
  const settings = experiments.resolveSettings(options, small[name]!, dataset);
  return {
    experiment: name,
    estimator: {
      id: experiment === experiments.logic ? "straight-through-argmax" : "straight-through",
      options: {},
    },
    data: "drawn",
    seed: 1,
    settings,
  };
}

async function checkpointOf(experiment: experiments.Experiment): Promise<experiments.Checkpoint> {
  const run = await experiments.startRun(experiment, configOf(experiment), dataset, await wasm());
  while (run.step < run.totalSteps) await run.advance();
  const checkpoint = await run.checkpoint();
  run.dispose();
  return checkpoint;
}

/** A trained generator: the one in the package of the command line. */
const digits = (): Uint8Array =>
  readFileSync(new URL("../packages/cli/digits/checkpoint.safetensors", import.meta.url));

/** Convolutions take minutes on wasm. */
const native = (): Promise<experiments.Backend> => experiments.useDevice("native", { threads: 1 });

const training = async (): Promise<experiments.ClassifierTraining> =>
  experiments.trainClassifier(dataset.train, dataset, experiments.judgeRecipe, await native());

const idx = (shape: readonly number[], data = new Uint8Array(shape.reduce((a, b) => a * b))): Uint8Array =>
  Uint8Array.of(0, 0, 8, shape.length, ...shape.flatMap((n) => [0, 0, n >> 8, n & 255]), ...data);

/** For the export `name` of the package. */
export function experimentsScope(name: string): Scope {
  const experiment = trained[name] ?? experiments.classifier;
  const checkpoint = (): Promise<experiments.Checkpoint> => checkpointOf(experiment);
  const model = (config: experiments.RunConfig): experiments.Model =>
    Object.values(experiments.modelsOf(experiment, config, 1))[0]!;
  const files = {
    "model.safetensors": experiments.writeSafetensors({}, {}),
    "runs/NAME/checkpoint.safetensors": digits(),
  };
  return {
    ...arrays,
    ...functions(hardgrad),
    ...functions({ ...experiments, drawnDigits, createHash, dataset, seed: 7 }),
    ...functions({ read: dataset.test.labels, image: experiments.exampleAt(dataset.test, 0) }),
    readFileSync: () => (path: keyof typeof files) => files[path],
    config: () => configOf(experiment),
    backend: name === "assess" || name === "readerOf" ? native : wasm,
    checkpoint,
    training,
    ...((name === "assess" || name === "morph") && {
      generator: () => experiments.loadGenerator(digits()),
    }),
    judge: async () =>
      experiments.readerOf(
        experiments.parametersIn(await (await training()).state()),
        dataset,
        await native(),
      ),
    bytes: () => (name === "parseAmat" ? new TextEncoder().encode("1 0 ".repeat(392)) : gzipSync(idx([2]))),
    ...functions({ trainImages: idx([2, 28, 28]), testImages: idx([1, 28, 28]) }),
    ...functions({ trainLabels: idx([2]), testLabels: idx([1]) }),
    ...(name === "modelChecker" && {
      model: () => model(configOf(experiment)),
      parameters: async () => experiments.parametersOf(await checkpoint()),
      file: async () => {
        const { config, ...rest } = await checkpoint();
        return experiments.exportModel("", model(config), experiments.parametersOf({ config, ...rest }), {});
      },
    }),
    ...(name === "checkCircuit" && {
      circuit: async () => {
        const made = await checkpoint();
        return experiments.trainedCircuit(experiment, experiments.parametersOf(made), made.config);
      },
    }),
    ...(name === "checkRuntimeFile" && {
      file: async () => {
        const made = await checkpoint();
        return experiments.runtimeFile(experiment, experiments.parametersOf(made), made.config, 1, {});
      },
    }),
  };
}
