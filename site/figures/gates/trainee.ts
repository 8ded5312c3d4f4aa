import {
  type Backend,
  type Dataset,
  gated,
  resolveSettings,
  type Split,
  trainingStep,
} from "@hardgrad/experiments";
import { loadRuntime, type Network, type Runtime } from "@hardgrad/runtime";
import { thresholdForRate } from "hardgrad";
import type { Density } from "./controls.ts";
import { digits, networkOf } from "./settings.ts";

/** A network as the hard runtime runs it. */
export interface Loaded {
  readonly runtime: Runtime;
  /** The value of each gate, 0 where closed; undefined without gates. */
  readonly gates?: Runtime;
}

/** A network in training. */
export interface Trainee {
  readonly density: Density;
  readonly steps: number;
  readonly of: number;
  train(steps: number): Promise<void>;
  /** The network as it is now, its threshold measured on images that are kept from training. */
  load(): Promise<Loaded>;
  dispose(): void;
}

export async function traineeOf(
  density: Density,
  seed: number,
  dataset: Dataset,
  backend: Backend,
): Promise<Trainee> {
  const { estimator, settings: given } = networkOf(density);
  const settings = resolveSettings(gated.options, given, dataset);
  const config = { experiment: "gated", estimator, data: "drawn", drawn: digits, seed, settings };
  const { initial, step, inputs } = await trainingStep(gated, config, dataset);
  const resident = backend.put(initial);
  const update = backend.update(step);
  const names = Object.keys(initial).filter((name) => name.startsWith("params."));
  const { count } = gated.split!(dataset, settings);
  const of = Math.floor(count / settings.batch) * settings.epochs;
  let steps = 0;
  return {
    density,
    of,
    get steps() {
      return steps;
    },
    async train(more) {
      for (const end = Math.min(of, steps + more); steps < end; steps++)
        await update(resident, inputs(steps));
    },
    async load() {
      const read = await resident.read(names);
      const params = Object.fromEntries(
        Object.entries(read).map(([name, { shape, data }]) => [
          name.slice("params.".length),
          { shape, data: data as Float32Array },
        ]),
      );
      if (density.share < 1) {
        const gater = await loadRuntime(
          upTo(gated.runtime!(params, settings, dataset, settings.epochs).network, "gate"),
        );
        const { train } = dataset;
        const kept = greys({ ...train, images: train.images.subarray(count * train.size), count: train.count - count }); // biome-ignore format: one thought
        const threshold = Math.max(0, thresholdForRate(gater.forward(kept), settings.rate));
        params.threshold = { shape: [1], data: Float32Array.of(threshold) };
      }
      const { network } = gated.runtime!(params, settings, dataset, settings.epochs);
      const runtime = await loadRuntime(network);
      return density.share === 1
        ? { runtime }
        : { runtime, gates: await loadRuntime(upTo(network, "gated")) };
    },
    dispose: () => resident.dispose(),
  };
}

/** The layers before the first of a kind. */
function upTo({ inputs, layers }: Network, kind: string): Network {
  return {
    inputs,
    layers: layers.slice(
      0,
      layers.findIndex((layer) => layer.kind === kind),
    ),
  };
}

/** Images as networks take them. */
export const greys = ({ images, size, count }: Pick<Split, "images" | "size" | "count">): Float32Array =>
  Float32Array.from(images.subarray(0, count * size), (v) => v / 255);
