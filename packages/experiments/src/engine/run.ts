import { numpy as np, tree } from "@jax-js/jax";
import type { State } from "hardgrad";
import { classifier } from "../classifier.ts";
import type { Checkpoint, MetricRow, Run, RunConfig, Summary, Tensor } from "../contract.ts";
import { type Dataset, type Split, shuffled } from "../data/index.ts";
import type { Experiment } from "../experiment.ts";
import { keepAll, type Params } from "../optimizers.ts";
import { slopeAt, temperatureAt } from "../schedules.ts";
import { gather, range } from "./batches.ts";
import { initialTemperature, makeEstimator } from "./estimator.ts";
import { type Carry, compile, type Schedules } from "./program.ts";
import { totalVariance } from "./variance.ts";

/** Every experiment, by name. */
export const experiments: readonly Experiment[] = [classifier];

const REPORT_EVERY = 100;
const VARIANCE_KEYS = 16;

/** A key that is a function of seed, purpose and step: a threefry key is a pair of 32-bit words. */
function keyOf(seed: number, purpose: number, step: number): np.Array {
  const words = Uint32Array.from([seed >>> 0, ((purpose << 28) | step) >>> 0]);
  return np.array(words, { dtype: np.uint32 });
}

const PURPOSE = { init: 0, step: 1, evaluate: 2, variance: 3 };

/**
 * Starts a run, or goes on from a checkpoint to the same bits as if it had not stopped.
 * The device must be ready (`useDevice`).
 *
 * @throws RangeError for settings or an estimator that the experiment refuses, and for a foreign checkpoint.
 */
export async function startRun(config: RunConfig, dataset: Dataset, checkpoint?: Checkpoint): Promise<Run> {
  const experiment = experiments.find((e) => e.name === config.experiment);
  if (!experiment)
    throw new RangeError(
      `experiment ${config.experiment} is unknown; known: ${experiments.map((e) => e.name).join(", ")}.`,
    );
  const { settings, seed } = config;
  const estimator = makeEstimator(config.estimator);
  experiment.check(estimator, settings);
  const batch = settings.batch as number;
  const epochs = settings.epochs as number;
  if (dataset.train.count < batch)
    throw new RangeError(
      `batch ${batch} is more than the ${dataset.train.count} training examples; use --batch ${dataset.train.count} or less.`,
    );
  const stepsPerEpoch = Math.floor(dataset.train.count / batch);
  const totalSteps = stepsPerEpoch * epochs;
  const temperature = initialTemperature(estimator);
  const annealed = temperature !== undefined && (settings.temperatureRate as number) > 0;
  const program = compile(experiment, config, annealed);

  const params = experiment.init(keyOf(seed, PURPOSE.init, 0), settings);
  let carry: Carry = {
    optimizer: program.optimizer.init(params),
    params,
    estimator: experiment.estimatorState(estimator, settings),
  };
  let step = 0;
  const record = { best: 0, bestEpoch: 0, accuracy: 0, loss: Number.NaN, variance: Number.NaN };
  const times: number[] = [];
  if (checkpoint) {
    carry = restore(checkpoint, carry, config);
    step = checkpoint.step;
    const kept = checkpoint.tensors["run.record"]?.data;
    if (kept)
      Object.assign(record, {
        best: kept[0],
        bestEpoch: kept[1],
        accuracy: kept[2],
        loss: kept[3],
        variance: kept[4],
      });
  }

  const schedules = (): Schedules => {
    const epoch = Math.floor(step / stepsPerEpoch);
    const decayed = (settings.learningRate as number) * (settings.decay as number) ** epoch;
    const current = annealed
      ? temperatureAt(
          step,
          temperature,
          settings.temperatureRate as number,
          settings.temperatureFloor as number,
        )
      : 1;
    return {
      learningRate: np.array(decayed),
      slope: np.array(slopeAt(epoch, settings.slopeGrowth as number)),
      temperature: np.array(current),
    };
  };

  async function trainTo(end: number): Promise<number> {
    let order: Int32Array | undefined;
    let total = np.array(0);
    const started = performance.now();
    const count = end - step;
    while (step < end) {
      const epoch = Math.floor(step / stepsPerEpoch);
      order ??= shuffled(dataset.train.count, seed, epoch);
      const from = (step % stepsPerEpoch) * batch;
      const { images, labels } = gather(dataset.train, order.subarray(from, from + batch));
      [carry, total] = program.step(
        carry,
        total,
        images,
        labels,
        keyOf(seed, PURPOSE.step, step),
        schedules(),
      );
      step++;
    }
    const loss = (await total.data())[0]! / count;
    times.push((performance.now() - started) / count);
    if (!Number.isFinite(loss))
      throw new RangeError(
        `the loss became ${loss} by step ${step}; use a lower --learning-rate or --hidden-rate, or an estimator with less variance.`,
      );
    return loss;
  }

  async function predictions(split: Split, kind: "predict" | "predictThreshold"): Promise<Uint8Array> {
    const out = new Uint8Array(split.count);
    const width = Math.min(1000, split.count);
    for (let from = 0; from < split.count; from += width) {
      // The last block is moved back so that all have one shape and nothing recompiles.
      const start = Math.min(from, split.count - width);
      const { images, labels } = gather(split, range(width, start));
      labels.dispose();
      const { learningRate, slope, temperature: unused } = schedules();
      learningRate.dispose();
      unused.dispose();
      const key = keyOf(seed, PURPOSE.evaluate, step + start);
      const classes = await program[kind](keepAll(carry.params), images, key, slope).data();
      for (let i = 0; i < width; i++) out[start + i] = classes[i]!;
    }
    return out;
  }

  function accuracy(predicted: Uint8Array, split: Split): number {
    return predicted.reduce((right, c, i) => right + (c === split.labels[i] ? 1 : 0), 0) / split.count;
  }

  async function gradientVariance(): Promise<number> {
    if (settings.unit !== "binary") return 0;
    const draw = async (i: number): Promise<ArrayLike<number>> => {
      const { images, labels } = gather(dataset.train, range(batch));
      const key = keyOf(seed, PURPOSE.variance, i);
      const state = tree.ref(carry.estimator) as State;
      return program.gradient(keepAll(carry.params), state, images, labels, key, schedules()).data();
    };
    return totalVariance(draw, VARIANCE_KEYS);
  }

  async function evaluate(): Promise<{ [tag: string]: number }> {
    const threshold = accuracy(await predictions(dataset.test, "predictThreshold"), dataset.test);
    record.accuracy =
      settings.mode === "stochastic" && settings.unit === "binary"
        ? accuracy(await predictions(dataset.test, "predict"), dataset.test)
        : threshold;
    record.variance = await gradientVariance();
    if (record.accuracy > record.best) {
      record.best = record.accuracy;
      record.bestEpoch = Math.round(step / stepsPerEpoch);
    }
    return {
      "accuracy/test": record.accuracy,
      "accuracy/test-threshold": threshold,
      "gradient/variance": record.variance,
    };
  }

  return {
    config,
    totalSteps,
    get step() {
      return step;
    },
    async advance(): Promise<readonly MetricRow[]> {
      if (step >= totalSteps) return [];
      const epochEnd = (Math.floor(step / stepsPerEpoch) + 1) * stepsPerEpoch;
      const end = Math.min(epochEnd, (Math.floor(step / REPORT_EVERY) + 1) * REPORT_EVERY);
      const loss = await trainTo(end);
      record.loss = loss;
      const values =
        step === epochEnd ? { "loss/train": loss, ...(await evaluate()) } : { "loss/train": loss };
      return [{ step, epoch: step / stepsPerEpoch, values }];
    },
    async checkpoint(): Promise<Checkpoint> {
      const tensors = await save(carry);
      const kept = [record.best, record.bestEpoch, record.accuracy, record.loss, record.variance];
      tensors["run.record"] = { shape: [kept.length], data: Float32Array.from(kept) };
      return { config, step, tensors };
    },
    async summary(): Promise<Summary> {
      const sorted = times.slice(1).sort((a, b) => a - b);
      return {
        testAccuracy: record.accuracy,
        bestTestAccuracy: record.best,
        bestEpoch: record.bestEpoch,
        trainLoss: record.loss,
        gradientVariance: record.variance,
        msPerStep: sorted[Math.floor(sorted.length / 2)] ?? times[0] ?? Number.NaN,
        steps: step,
      };
    },
    async examples(count: number) {
      const first: Split = {
        images: dataset.test.images,
        labels: dataset.test.labels,
        count: Math.min(count, dataset.test.count),
      };
      const predicted = await predictions(
        first,
        settings.mode === "stochastic" ? "predict" : "predictThreshold",
      );
      return Array.from(predicted, (p, n) => ({
        pixels: dataset.test.images.slice(n * 784, (n + 1) * 784),
        label: dataset.test.labels[n]!,
        predicted: p,
      }));
    },
    dispose(): void {
      tree.dispose(carry.params);
      tree.dispose(carry.optimizer);
      tree.dispose(carry.estimator);
    },
  };
}

/** All arrays of a run by name, as plain data. */
async function save(carry: Carry): Promise<{ [name: string]: Tensor }> {
  const tensors: { [name: string]: Tensor } = {};
  for (const [group, arrays] of Object.entries(carry) as [string, Params][])
    for (const [name, array] of Object.entries(arrays))
      tensors[`${group}.${name}`] = { shape: array.shape, data: Float32Array.from(await array.ref.data()) };
  return tensors;
}

/** A carry like `fresh` from a checkpoint. Consumes `fresh`. */
function restore(checkpoint: Checkpoint, fresh: Carry, config: RunConfig): Carry {
  const same = JSON.stringify(checkpoint.config) === JSON.stringify(config);
  if (!same)
    throw new RangeError(
      "the checkpoint is of another run: its configuration differs; resume with the settings it was made with.",
    );
  const read = (group: string, arrays: Params): Params =>
    Object.fromEntries(
      Object.entries(arrays).map(([name, array]) => {
        const tensor = checkpoint.tensors[`${group}.${name}`];
        if (!tensor || tensor.shape.join() !== array.shape.join())
          throw new RangeError(
            `the checkpoint is of another run: ${group}.${name} has shape [${tensor?.shape ?? "missing"}], expected [${array.shape}].`,
          );
        array.dispose();
        return [name, np.array(tensor.data).reshape([...tensor.shape])];
      }),
    );
  return {
    params: read("params", fresh.params),
    optimizer: read("optimizer", fresh.optimizer),
    estimator: read("estimator", fresh.estimator),
  };
}
