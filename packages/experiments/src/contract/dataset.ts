import type { HostArrays } from "./backend.ts";

/** A grey image, row by row from the top left. */
export interface ImageShape {
  readonly height: number;
  readonly width: number;
}

/** What one example is: an image, or a vector. */
export type ExampleShape = ImageShape | { readonly length: number };

/** What is known of data before they are read: enough to size a network and to name what it reads. */
export interface DataForm {
  readonly shape: ExampleShape;
  /** Names of the classes, by number; none where there are no labels. */
  readonly classes: readonly string[];
}

/** Examples for training or for testing. */
export interface Split {
  /** `[count * size]` in 0..255, one example after another; of an image 0 is the background. */
  readonly images: Uint8Array;
  /** Numbers of one example: `exampleSize(shape)`. */
  readonly size: number;
  /** The class of each example; 0 where there are no labels. */
  readonly labels: Uint8Array;
  readonly count: number;
}

/** Examples to train on, and others to test with. */
export interface Dataset extends DataForm {
  readonly name: string;
  readonly train: Split;
  readonly test: Split;
}

/** Images `[count, size]` and labels `[count]`. */
export interface Batch extends HostArrays {
  readonly images: { readonly shape: readonly [number, number]; readonly data: Uint8Array };
  readonly labels: { readonly shape: readonly number[]; readonly data: Uint8Array };
}

/**
 * How many numbers an example has.
 *
 * @example
 * exampleSize({ height: 28, width: 28 }); // 784
 * exampleSize({ length: 12 }); // 12
 */
export function exampleSize(shape: ExampleShape): number {
  return "length" in shape ? shape.length : shape.height * shape.width;
}

/** Examples of a shape, in words: `28 x 28 images`. */
export function shapeText(shape: ExampleShape): string {
  return "length" in shape ? `vectors of ${shape.length} numbers` : `${shape.width} x ${shape.height} images`;
}

/**
 * One example of a split, a view.
 *
 * @example
 * const third = exampleAt(dataset.train, 2); // 784 grey values
 */
export function exampleAt({ images, size }: Pick<Split, "images" | "size">, index: number): Uint8Array {
  return images.subarray(index * size, (index + 1) * size);
}

/** The examples from `from` to before `to`, as views. */
export function partOf({ images, labels, size }: Split, from: number, to: number): Split {
  return {
    images: images.subarray(from * size, to * size),
    labels: labels.subarray(from, to),
    size,
    count: to - from,
  };
}
