import type { Backend } from "../contract/backend.ts";
import type { Dataset } from "../contract/dataset.ts";
import type { LoadedGenerator } from "../contract/drawing.ts";
import { drawnLike, drawsOf } from "./draws.ts";
import { nearestDistances } from "./nearest.ts";
import { mostProbable, type Reader, readerOf } from "./reader.ts";
import { median, type Rate, rateOf, spread, spreadsOf } from "./statistics.ts";
import { plainRecipe, trainClassifier } from "./train.ts";
import { type Misread, worstOf } from "./worst.ts";

/** What the judge says of the pictures of one digit. */
export interface DigitVerdict {
  readonly digit: number;
  /** Recognised as the digit that was asked for. A digit that can't be asked for counts as not recognised. */
  readonly recognised: Rate;
  /** How many pictures were read as each class. */
  readonly readAs: readonly number[];
  /** Variance of the drawn pictures over that of the real training images, pixels summed; null if it can't be asked for. */
  readonly varianceRatio: number | null;
}

/** Median distances to the nearest image: grey values in [0, 1], root of summed squares. */
export interface Nearness {
  /** Drawn pictures to training images, and real test images to training images. */
  readonly drawn: number;
  readonly real: number;
  /**
   * Drawn pictures to as many training images as there are test images, over drawn pictures to test images: 1 if nothing
   * is copied, because the generator has not seen the test images.
   */
  readonly trainOverTest: number;
}

/** What the judge says of a generator. */
export interface Verdict {
  readonly recognised: Rate;
  readonly digits: readonly DigitVerdict[];
  /** Mean over the digits that can be asked for. */
  readonly varianceRatio: number;
  /** Accuracy on the real test images of a classifier trained on as many drawn pictures as there are training images. */
  readonly ganTrain: number | null;
  readonly nearest: Nearness;
  readonly msPerPicture: number;
  /** One picture by itself, median. */
  readonly msPerRequest: number;
  readonly worst: readonly Misread[];
}

/** How a generator is judged. */
export interface Assessment {
  /** Pictures of each digit. */
  readonly count: number;
  readonly seed: number;
  /** Whether to train a classifier on drawn pictures: the longest part. */
  readonly ganTrain: boolean;
  /** Told how far a part has come. */
  onProgress?(part: Phase, done: number, total: number): Promise<void> | void;
}

/** Parts of a judgement. */
export type Phase = "drawing" | "nearest images" | "drawing a training set" | "learning from drawn pictures";

/** At most so many pictures, equally many of each digit, are compared with all training images. */
const COMPARED = 1000;
const REQUESTS = 20;

/**
 * Judges a generator: fresh noise for every picture, no selection.
 *
 * @param judge the frozen classifier: `readerOf` its parameters.
 * @example
 * const verdict = await assess(generator, judge, dataset, backend, { count: 50, seed: 0, ganTrain: false });
 * console.log(verdict.recognised.rate);
 */
export async function assess(
  generator: LoadedGenerator,
  judge: Reader,
  dataset: Dataset,
  backend: Backend,
  assessment: Assessment,
): Promise<Verdict> {
  const { count, seed } = assessment;
  const progress = assessment.onProgress ?? (() => {});
  const real = spreadsOf(dataset.train, dataset.classes.length);
  const classCount = dataset.classes.length;
  const worst = worstOf();
  const sample: Uint8Array[] = [];
  const perDigit = Math.ceil(Math.min(COMPARED, count * generator.digits.length) / generator.digits.length);
  const digits: DigitVerdict[] = [];
  let milliseconds = 0;
  await generator.draw({ digit: generator.digits[0]!, count: 1 }); // the first one compiles
  for (let digit = 0; digit < classCount; digit++) {
    const readAs = new Array<number>(classCount).fill(0);
    const drawn = spread(dataset.train.size);
    let at = 0;
    if (generator.digits.includes(digit)) {
      const blocks = drawsOf(generator, digit, count, seed);
      for (;;) {
        const since = performance.now();
        const { value: block, done } = await blocks.next();
        milliseconds += performance.now() - since;
        if (done) break;
        const probabilities = await judge.probabilities(joined(block));
        for (const [n, read] of mostProbable(probabilities, classCount).entries()) {
          readAs[read]!++;
          drawn.add(block[n]!);
          worst.add({ pixels: block[n]!, digit, read, probability: probabilities[n * classCount + digit]! });
          if (at + n < perDigit) sample.push(block[n]!);
        }
        at += block.length;
        await progress("drawing", digit * count + at, classCount * count);
      }
    }
    digits.push({
      digit,
      recognised: rateOf(readAs[digit]!, count),
      readAs,
      varianceRatio: at === 0 ? null : drawn.total() / real[digit]!,
    });
  }
  const ratios = digits.flatMap((d) => d.varianceRatio ?? []);
  return {
    recognised: rateOf(
      digits.reduce((sum, d) => sum + d.readAs[d.digit]!, 0),
      classCount * count,
    ),
    digits,
    varianceRatio: ratios.reduce((a, b) => a + b, 0) / ratios.length,
    ganTrain: assessment.ganTrain ? await learned(generator, dataset, backend, assessment) : null,
    nearest: await nearness(joined(sample), dataset, backend, (part) =>
      progress("nearest images", Math.round(part * 100), 100),
    ),
    msPerPicture: milliseconds / (count * generator.digits.length),
    msPerRequest: await requestTime(generator, seed),
    worst: worst.list(),
  };
}

/** GAN-train: what the drawn pictures teach. */
async function learned(
  generator: LoadedGenerator,
  dataset: Dataset,
  backend: Backend,
  { count, seed, onProgress = () => {} }: Assessment,
): Promise<number> {
  const set = await drawnLike(dataset, generator, seed, count, (part) =>
    onProgress("drawing a training set", Math.round(part * dataset.train.count), dataset.train.count),
  );
  const training = await trainClassifier(set, dataset, plainRecipe, backend);
  while (training.step < training.totalSteps) {
    await training.advance(50);
    await onProgress("learning from drawn pictures", training.step, training.totalSteps);
  }
  const reader = readerOf(parametersIn(await training.state()), dataset, backend);
  const accuracy = await reader.accuracy(dataset.test);
  reader.dispose();
  training.dispose();
  return accuracy;
}

/**
 * The parameters of a training's state, by their own names.
 *
 * @example
 * const { w1, b1 } = parametersIn(await training.state());
 */
export function parametersIn<T>(state: { readonly [name: string]: T }): { [name: string]: T } {
  return Object.fromEntries(
    Object.entries(state).flatMap(([name, array]) =>
      name.startsWith("params.") ? [[name.slice("params.".length), array] as const] : [],
    ),
  );
}

async function nearness(
  drawn: Uint8Array,
  { train, test }: Dataset,
  backend: Backend,
  onProgress: (part: number) => Promise<void> | void,
): Promise<Nearness> {
  const { size } = train;
  const few = Math.min(train.count, test.count);
  const asked = Math.min(COMPARED, test.count) * size;
  const parts = [
    { pictures: drawn, images: train.images },
    { pictures: test.images.subarray(0, asked), images: train.images },
    { pictures: drawn, images: train.images.subarray(0, few * size) },
    { pictures: drawn, images: test.images.subarray(0, few * size) },
  ];
  const medians: number[] = [];
  for (const [i, { pictures, images }] of parts.entries())
    medians.push(
      median(
        await nearestDistances(pictures, images, size, backend, (part) =>
          onProgress((i + part) / parts.length),
        ),
      ),
    );
  const [toTrain, real, toFew, toTest] = medians as [number, number, number, number];
  return { drawn: toTrain, real, trainOverTest: toFew / toTest };
}

async function requestTime(generator: LoadedGenerator, seed: number): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < REQUESTS; n++) {
    const since = performance.now();
    await generator.draw({ digit: generator.digits[n % generator.digits.length]!, count: 1, seed, from: n });
    times.push(performance.now() - since);
  }
  return median(times);
}

function joined(pictures: readonly Uint8Array[]): Uint8Array {
  const size = pictures[0]?.length ?? 0;
  const all = new Uint8Array(pictures.length * size);
  for (const [n, picture] of pictures.entries()) all.set(picture, n * size);
  return all;
}
