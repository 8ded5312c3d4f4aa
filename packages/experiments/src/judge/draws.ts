import type { Dataset, Split } from "../contract/dataset.ts";
import type { LoadedGenerator } from "../contract/drawing.ts";

/** Digits do not share their noise: each has a seed of its own. */
export const MOST_SEED = 100_000_000;
const seedOf = (seed: number, digit: number): number => seed * 16 + digit;

/** Pictures of a digit, fresh noise for each, in blocks. */
export function drawsOf(
  generator: LoadedGenerator,
  digit: number,
  count: number,
  seed: number,
  from = 0,
): AsyncGenerator<Uint8Array[]> {
  return generator.stream({ digit, count, seed: seedOf(seed, digit), from });
}

/** As many drawn pictures of every digit as there are real ones, with what was asked for as their labels. */
export async function drawnLike(
  { train, classes }: Dataset,
  generator: LoadedGenerator,
  seed: number,
  from: number,
  onProgress: (part: number) => Promise<void> | void,
): Promise<Split> {
  const counts = new Array<number>(classes.length).fill(0);
  for (let n = 0; n < train.count; n++) counts[train.labels[n]!]!++;
  const wanted = generator.digits.filter((digit) => counts[digit]! > 0);
  const count = wanted.reduce((sum, digit) => sum + counts[digit]!, 0);
  const images = new Uint8Array(count * train.size);
  const labels = new Uint8Array(count);
  let n = 0;
  for (const digit of wanted)
    for await (const block of drawsOf(generator, digit, counts[digit]!, seed, from)) {
      for (const picture of block) {
        images.set(picture, n * train.size);
        labels[n++] = digit;
      }
      await onProgress(n / count);
    }
  return { images, labels, size: train.size, count };
}
