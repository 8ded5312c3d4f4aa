import {
  type Backend,
  drawnDigits,
  findExperiment,
  formOf,
  type HostArray,
  keyOf,
  makeEstimator,
  PURPOSE,
  type RunConfig,
  resolveSettings,
  type TrainingStep,
  trainingStep,
} from "@hardgrad/experiments";
import { numpy as np } from "@jax-js/jax";
import type { Distribution } from "hardgrad";
import type { Tensors } from "../protocol.ts";
import { type Entry, type Row, TOLERANCE } from "./row.ts";

/** Batches that are repeated while the clock runs, and steps of a check. */
const BATCHES = 10;
const STEPS = 3;

/** A row that is one step of an experiment: the very function that a run compiles. */
export interface TrainingSpec extends Pick<Row, "id" | "title" | "peers"> {
  readonly experiment: string;
  readonly estimator: RunConfig["estimator"];
  readonly settings: RunConfig["settings"];
  /** Names of the parameters, in the order of the layers: `w1, b1, w2, b2, ...` for the peers. */
  readonly parameters: readonly string[];
  /** A pixel 0..255 as the network sees it. */
  pixel(grey: number): number;
  /** A parameter that begins so many times as large as in a run. */
  readonly enlarged?: { readonly name: string; readonly factor: number };
  /** The distribution that is sampled, with any logits. */
  distribution(): Distribution;
}

/** A complete configuration on so many drawn digits. */
export function configOf(
  { experiment, estimator, settings }: Pick<TrainingSpec, "experiment" | "estimator" | "settings">,
  train: number = 100 * BATCHES,
): RunConfig {
  const { options } = findExperiment(experiment);
  return {
    experiment,
    estimator,
    data: "drawn",
    drawn: { train, test: 10 },
    seed: 0,
    settings: resolveSettings(options, settings, formOf({ data: "drawn" })),
  };
}

export function trainingRow(spec: TrainingSpec): Row {
  const config = configOf(spec);
  const make = async (): Promise<TrainingStep> => {
    const made = await trainingStep(
      findExperiment(config.experiment),
      config,
      drawnDigits({ train: config.drawn!.train, test: 10 }),
    );
    const { name, factor } = spec.enlarged ?? {};
    if (name === undefined) return made;
    const { shape, data } = made.initial[`params.${name}`]!;
    const enlarged = { shape, data: Float32Array.from(data, (x) => x * factor!) };
    return { ...made, initial: { ...made.initial, [`params.${name}`]: enlarged } };
  };
  return {
    ...spec,
    tolerance: TOLERANCE,
    async inputs() {
      const { initial, inputs } = await make();
      const steps = Array.from({ length: BATCHES }, (_, i) => inputs(i));
      const tensors: Tensors = {
        images: stack(
          steps.map((s) => s.images!),
          spec.pixel,
        ),
        labels: oneHot(steps.map((s) => s.labels!)),
        noise: stack(await noiseOf(spec)),
      };
      for (const [i, name] of spec.parameters.entries())
        tensors[peerName(i)] = float(initial[`params.${name}`]!);
      return tensors;
    },
    async start(backend) {
      return entryOf(backend, await make(), config.seed, spec.parameters);
    },
  };
}

/** The step of any run, to be timed. */
export async function timedStep(backend: Backend, config: RunConfig): Promise<Pick<Entry, "run">> {
  const { train, test } = config.drawn!;
  return entryOf(
    backend,
    await trainingStep(findExperiment(config.experiment), config, drawnDigits({ train, test })),
    config.seed,
    [],
  );
}

/** `w1`, `b1`, `w2`, ... */
const peerName = (i: number): string => `${i % 2 === 0 ? "w" : "b"}${(i >> 1) + 1}`;

function entryOf(backend: Backend, made: TrainingStep, seed: number, parameters: readonly string[]): Entry {
  const step = backend.update(made.step);
  const inputs = Array.from({ length: BATCHES }, (_, i) => made.inputs(i));
  const resident = backend.put(made.initial);
  let count = 0;
  const next = (): Promise<void> => {
    const at = count++;
    return step(resident, { ...inputs[at % BATCHES]!, key: keyOf(seed, PURPOSE.step, at) });
  };
  const total = async (): Promise<number> => (await resident.read(["run.total"]))["run.total"]!.data[0]!;
  return {
    async check() {
      const totals = [0];
      for (let i = 0; i < STEPS; i++) {
        await next();
        totals.push(await total());
      }
      const loss = Float32Array.from({ length: STEPS }, (_, i) => totals[i + 1]! - totals[i]!);
      const results: Tensors = { loss: { shape: [STEPS], data: loss } };
      const arrays = await resident.read();
      for (const [i, name] of parameters.entries()) {
        const moment = arrays[`optimizer.${name}`] ?? arrays[`optimizer.${name}.m`]!;
        results[peerName(i)] = float(arrays[`params.${name}`]!);
        results[`${peerName(i)}.m`] = float(moment);
      }
      return results;
    },
    async run(steps) {
      const before = await total();
      for (let i = 0; i < steps; i++) await next();
      return ((await total()) - before) / steps;
    },
  };
}

/** The noise that the estimator draws in the first steps. */
async function noiseOf(spec: TrainingSpec): Promise<HostArray[]> {
  const estimator = makeEstimator(spec.estimator);
  const arrays: HostArray[] = [];
  for (let i = 0; i < STEPS; i++) {
    const key = np.array(keyOf(0, PURPOSE.step, i).data as Uint32Array);
    const noise = estimator.noise(spec.distribution(), key);
    // Uniform numbers of the upper half come less 1; peers know plain ones.
    const data = ((await noise.data()) as Float32Array).map((u) =>
      u < 0 ? Math.min(u + 1, 1 - 2 ** -24) : u,
    );
    arrays.push({ shape: noise.shape, data });
  }
  return arrays;
}

const float = ({ shape, data }: HostArray): Tensors[string] => ({ shape, data: Float32Array.from(data) });

/** Arrays of one shape, on a new leading axis. */
function stack(arrays: readonly HostArray[], map: (value: number) => number = (v) => v): Tensors[string] {
  const size = arrays[0]!.data.length;
  const data = new Float32Array(arrays.length * size);
  for (const [i, array] of arrays.entries()) data.set(Float32Array.from(array.data, map), i * size);
  return { shape: [arrays.length, ...arrays[0]!.shape], data };
}

function oneHot(labels: readonly HostArray[]): Tensors[string] {
  const rows = labels.flatMap(({ data }) =>
    [...data].flatMap((l) => Array.from({ length: 10 }, (_, c) => +(c === l))),
  );
  return { shape: [labels.length, labels[0]!.data.length, 10], data: Float32Array.from(rows) };
}
