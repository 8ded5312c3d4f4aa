import type { ImageShape } from "./dataset.ts";

/** What is asked for: `count` pictures of a digit, in the styles number `from`, `from + 1`, ... of a seed. */
export interface Asked {
  readonly digit: number;
  readonly count: number;
  /** Default 0. */
  readonly seed?: number;
  /** Default 0. */
  readonly from?: number;
}

/** A trained generator that can be asked for digits. Pictures are `height * width` grey values, 0 is the background. */
export interface LoadedGenerator {
  /** What can be asked for. */
  readonly digits: readonly number[];
  /** The digit that each class of the network stands for; -1 for a found class without a name. */
  readonly names: readonly number[];
  /** How many numbers a style has. */
  readonly styleSize: number;
  /** Of its pictures. */
  readonly shape: ImageShape;
  /**
   * Styles, one after another: standard normal noise. Each is a function of the seed and of its number alone, and the
   * same for every digit.
   */
  styles(count: number, seed: number, from?: number): Float32Array;
  /**
   * One picture for each style, of one digit for all or one for each.
   *
   * @throws RangeError for a digit that is not in `digits`, or styles of another length.
   */
  decode(digit: number | readonly number[], styles: Float32Array): Promise<Uint8Array[]>;
  /** @throws RangeError for a digit that is not in `digits`, and for more than 10,000 pictures. */
  draw(asked: Asked): Promise<Uint8Array[]>;
  /** The same in blocks of at most 64, for up to 1,000,000 pictures: what is held does not grow with their number. */
  stream(asked: Asked): AsyncGenerator<Uint8Array[]>;
  /** Frees its parameters on the device. */
  dispose(): void;
}
