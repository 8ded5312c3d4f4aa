import { type DataForm, type Dataset, exampleSize, type Split, shapeText } from "../contract/dataset.ts";

/** Examples with their classes, before they are split. */
export interface Examples extends DataForm {
  /** `[count * size]` in 0..255, one example after another. */
  readonly images: Uint8Array;
  /** The class of each example, by its number in `classes`. */
  readonly labels: Uint8Array;
  readonly count: number;
}

/**
 * A dataset from examples in memory.
 *
 * @param name what errors and runs call it.
 * @param train what is trained on, and, without a test set, tested on: a sixth of each class, at least one example. Which
 *   ones does not depend on a run's seed, so that all runs are measured on the same.
 * @throws RangeError for values or labels that are not of the given form, a test set of another form, and, without a test
 *   set, a class with fewer than two examples.
 * @example
 * const shape = { length: 2 };
 * const images = Uint8Array.of(0, 9, 1, 8, 200, 3, 210, 4);
 * const examples = { shape, classes: ["low", "high"], images, labels: Uint8Array.of(0, 0, 1, 1), count: 4 };
 * datasetFromExamples("pairs", examples).train.count; // 2
 */
export function datasetFromExamples(name: string, train: Examples, test?: Examples): Dataset {
  for (const [title, one] of [["training", train], ["test", test]] as const) if (one) refuseMisfit(`${name}: the ${title} set`, one, train); // biome-ignore format: one thought
  const [first, second] = test ? [train, test] : splitExamples(name, train);
  const { shape, classes } = train;
  const size = exampleSize(shape);
  const split = ({ images, labels, count }: Examples): Split => ({ images, labels, size, count });
  return { name, shape, classes, train: split(first), test: split(second) };
}

function refuseMisfit(what: string, { shape, classes, images, labels, count }: Examples, as: DataForm): void {
  const size = exampleSize(shape);
  if (shapeText(shape) !== shapeText(as.shape))
    throw new RangeError(`${what} has ${shapeText(shape)}, but the training set ${shapeText(as.shape)}; they must be the same.`); // biome-ignore format: one thought
  if (classes.join("\n") !== as.classes.join("\n"))
    throw new RangeError(`${what} has other classes than the training set; they must be the same.`);
  if (images.length !== count * size || labels.length !== count || count === 0)
    throw new RangeError(
      `${what} has ${images.length} values and ${labels.length} labels; ${count} examples of ${size} values need ${count * size} and ${count}, and at least one example is needed.`,
    );
  const bad = labels.findIndex((label) => label >= classes.length);
  if (bad >= 0)
    throw new RangeError(`${what}: label ${bad} is ${labels[bad]}, expected 0 to ${classes.length - 1}.`);
}

/** A training and a test set. */
function splitExamples(name: string, all: Examples): [Examples, Examples] {
  const size = exampleSize(all.shape);
  const chosen = new Set<number>();
  for (const [label, title] of all.classes.entries()) {
    const own = Array.from(all.labels.keys()).filter((n) => all.labels[n] === label);
    if (own.length < 2)
      throw new RangeError(
        `${name}: class ${title} has ${own.length} ${own.length === 1 ? "example" : "examples"}; it needs 2, one to train on and one to test.`,
      );
    // Knuth's multiplicative hash orders them, whatever their order in the file.
    own.sort((a, b) => (((a + 1) * 2654435761) >>> 0) - (((b + 1) * 2654435761) >>> 0));
    for (const n of own.slice(0, Math.max(1, Math.floor(own.length / 6)))) chosen.add(n);
  }
  const part = (wanted: boolean): Examples => {
    const rows = Array.from(all.labels.keys()).filter((n) => chosen.has(n) === wanted);
    const images = new Uint8Array(rows.length * size);
    for (const [i, n] of rows.entries()) images.set(all.images.subarray(n * size, (n + 1) * size), i * size);
    return { ...all, images, labels: Uint8Array.from(rows, (n) => all.labels[n]!), count: rows.length };
  };
  return [part(false), part(true)];
}
