import { nn, numpy as np } from "@jax-js/jax";
import type { NamedArrays } from "hardgrad";
import { type DataForm, type Dataset, exampleAt, type Split } from "../contract/dataset.ts";
import type { Picture } from "../contract/run.ts";

/** What classifiers share: labels, accuracy with its standard error, pictures of mistakes. */

/** Refuses data without class labels. */
export function refuseUnlabelled(experiment: string, { name, classes }: Dataset): void {
  if (classes.length === 0)
    throw new RangeError(
      `${experiment}: data ${name} has no labels; use --data drawn, mnist or fashion-mnist, or data of your own with labels (docs/own-data.md).`,
    );
}

/**
 * The share of examples that are classified as labelled.
 *
 * @example
 * const labels = Uint8Array.of(3, 1, 4, 1);
 * accuracy([3, 1, 4, 7], { ...dataset.test, labels, count: 4 }); // 0.75
 */
export function accuracy(read: ArrayLike<number>, { labels, count }: Split): number {
  let right = 0;
  for (let n = 0; n < count; n++) if (read[n] === labels[n]) right++;
  return right / count;
}

/**
 * The test accuracy with its standard error, the test set being a sample.
 *
 * @example
 * const { "accuracy/test-standard-error": error } = testAccuracy(0.97, dataset.test);
 */
export function testAccuracy(share: number, { count }: Split): { [tag: string]: number } {
  return {
    "accuracy/test": share,
    "accuracy/test-standard-error": Math.sqrt((share * (1 - share)) / count),
  };
}

/**
 * Test images as the network reads them; none for data that are no images.
 *
 * @param read the class of each of `first`.
 * @param note what is added to the n-th caption.
 * @example
 * const [sheet] = readPictures(dataset, dataset.test, read);
 */
export function readPictures(
  { shape, classes }: Dataset,
  first: Split,
  read: ArrayLike<number>,
  title = "Test images, as the network reads them",
  note: (n: number) => string = () => "",
): readonly Picture[] {
  if ("length" in shape) return [];
  const tiles = Array.from({ length: first.count }, (_, n) => {
    const label = first.labels[n]!;
    const right = read[n] === label;
    const caption = right ? classes[label]! : `${classes[read[n]!]}, is ${classes[label]}`;
    return { pixels: exampleAt(first, n).slice(), caption: caption + note(n), right };
  });
  return [{ name: "digits", title, columns: 12, shape, tiles }];
}

/** Outputs of a classifier as a model, in a sentence each. */
export const classOutputs = ({ classes }: DataForm): { readonly [name: string]: string } => ({
  class: `The most probable class, 0 to ${classes.length - 1}.`,
  probabilities: "Probabilities of the classes.",
  scores: "Their logits.",
});

/** These outputs, of scores `[batch, classes]`. Consumes them. */
export const fromScores = (scores: np.Array): NamedArrays => ({
  class: np.argmax(scores.ref, -1),
  probabilities: nn.softmax(scores.ref, -1),
  scores,
});

/** The n-th of several images of probabilities, as grey values. */
export function greyOf(probabilities: ArrayLike<number>, n: number, size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, i) => Math.round(255 * probabilities[n * size + i]!));
}
