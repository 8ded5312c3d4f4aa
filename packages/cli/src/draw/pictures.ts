import { type LoadedGenerator, morph } from "@hardgrad/experiments";
import type { Request } from "./request.ts";

/** One picture, and what it is of. */
export interface Drawn {
  readonly digit: number;
  /** Its style's number; of a morph: where between the two styles it is, from 0 to 1. */
  readonly style: number;
  /** Grey values row by row, 0 is the background. */
  readonly pixels: Uint8Array;
}

/** The pictures that are asked for, in blocks: row by row, digits in the order of `digits`. */
export async function* drawn(
  generator: LoadedGenerator,
  request: Request,
  digits: readonly number[],
): AsyncGenerator<readonly Drawn[]> {
  const { count, seed, styles } = request;
  if (styles) {
    const [digit] = digits as [number];
    const [first, last] = styles.map((number) => generator.styles(1, seed, number)) as [
      Float32Array,
      Float32Array,
    ];
    const pictures = await generator.decode(digit, morph(first, last, count));
    yield pictures.map((pixels, n) => ({ digit, style: n / (count - 1), pixels }));
    return;
  }
  for (const digit of digits) {
    let style = 0;
    for await (const block of generator.stream({ digit, count, seed }))
      yield block.map((pixels) => ({ digit, style: style++, pixels }));
  }
}
