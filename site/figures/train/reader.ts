import {
  type Backend,
  classifier,
  type Dataset,
  type HostArrays,
  keyOf,
  PURPOSE,
  type RunConfig,
  type SettingsOf,
} from "@hardgrad/experiments";
import type { NamedArrays } from "hardgrad";
import type { Network } from "./data.ts";

type Settings = SettingsOf<typeof classifier.options>;

/** Reads images with the parameters of any of the networks, which differ in nothing else. */
export interface Reader {
  /** Test accuracy by one sample of the hidden layer per image: what a run of the command line reports. */
  accuracy(parameters: HostArrays, step: number): Promise<number>;
  /** What the network makes of the first test images, and of one image by many samples. */
  look(
    parameters: HostArrays,
    image: Uint8Array,
    step: number,
  ): Promise<Omit<Network, "estimator" | "seconds">>;
  end(): void;
}

/** Test images that are shown, and samples of the hidden layer for the one that is read. */
export const SHOWN = 12;
export const SAMPLES = 16;
const ROWS = SHOWN + SAMPLES;

export function readerOf(
  backend: Backend,
  dataset: Dataset,
  { settings, seed }: RunConfig,
  parameters: HostArrays,
): Reader {
  const { test } = dataset;
  const resident = backend.put(parameters);
  const own = settings as Settings;
  const sample = backend.evaluate((params, inputs) =>
    classifier.evaluations.sample!(bare(params), inputs, own),
  );
  const model = classifier.models!(own, dataset, 0)["classifier-sampled"]!;
  const looks = backend.evaluate((params, { images, key }) =>
    model.fn(bare(params), { image: images!.mul(1 / 255), key: key! }),
  );
  const all: HostArrays = {
    images: { shape: [test.count, test.size], data: test.images },
    labels: { shape: [test.count], data: test.labels },
    slope: { shape: [], data: Float32Array.of(1) },
  };
  const images = new Uint8Array(ROWS * test.size);
  images.set(test.images.subarray(0, SHOWN * test.size));

  return {
    async accuracy(params, step) {
      resident.write(params);
      const { classes } = await sample(resident, { ...all, key: keyOf(seed, PURPOSE.evaluate, step) });
      let right = 0;
      for (let n = 0; n < test.count; n++) if (classes!.data[n] === test.labels[n]) right++;
      return right / test.count;
    },
    async look(params, image, step) {
      resident.write(params);
      for (let n = SHOWN; n < ROWS; n++) images.set(image, n * test.size);
      const given = {
        images: { shape: [ROWS, test.size], data: images },
        key: keyOf(seed, PURPOSE.draw, step),
      };
      const { class: read, probabilities, hidden } = await looks(resident, given);
      const units = hidden!.shape[1]!;
      const [means, errors] = meansOf(probabilities!.data.subarray(SHOWN * 10), 10);
      return {
        firing: Uint8Array.from(hidden!.data.subarray(SHOWN * units, (SHOWN + 1) * units)),
        rates: Float32Array.from(meansOf(hidden!.data.subarray(SHOWN * units), units)[0]),
        reads: Array.from(read!.data.subarray(0, SHOWN)),
        probabilities: means,
        errors,
      };
    },
    end: () => resident.dispose(),
  };
}

/** Mean of each column, and its standard error. */
function meansOf(rows: ArrayLike<number>, columns: number): [number[], number[]] {
  const count = rows.length / columns;
  const sums = new Array<number>(columns).fill(0);
  const squares = new Array<number>(columns).fill(0);
  for (let i = 0; i < rows.length; i++) sums[i % columns]! += rows[i]!;
  const means = sums.map((sum) => sum / count);
  for (let i = 0; i < rows.length; i++) squares[i % columns]! += (rows[i]! - means[i % columns]!) ** 2;
  return [means, squares.map((sum) => Math.sqrt(sum / (count - 1) / count))];
}

const bare = (params: NamedArrays): NamedArrays =>
  Object.fromEntries(Object.entries(params).map(([name, array]) => [name.replace("params.", ""), array]));
