import { exampleSize, type ImageShape } from "@hardgrad/experiments";
import type { Drawn } from "./pictures.ts";

/** Pictures as rows of a CSV file (RFC 4180): what each is of, then its grey values. */
export async function* csvOf(
  shape: ImageShape,
  blocks: AsyncIterable<readonly Drawn[]>,
): AsyncGenerator<string> {
  const pixels = Array.from({ length: exampleSize(shape) }, (_, i) => `pixel${i}`);
  yield `digit,style,${pixels.join(",")}\n`;
  for await (const block of blocks)
    yield block.map((p) => `${p.digit},${p.style},${p.pixels.join(",")}\n`).join("");
}

/** One JSON object: `about`, and the pictures, one a line. */
export async function* jsonOf(
  about: { readonly [name: string]: unknown },
  names: readonly string[],
  blocks: AsyncIterable<readonly Drawn[]>,
): AsyncGenerator<string> {
  yield `${JSON.stringify(about, null, 2).slice(0, -2)},\n  "pictures": [`;
  let separator = "\n";
  for await (const block of blocks)
    for (const { digit, style, pixels } of block) {
      yield `${separator}    ${JSON.stringify({ digit, name: names[digit], style, pixels: [...pixels] })}`;
      separator = ",\n";
    }
  yield "\n  ]\n}\n";
}

const SHADES = [..." ░▒▓█"];

/** Pictures side by side in block characters, as many as the width has room for. */
export function blockCharacters(
  pictures: readonly Uint8Array[],
  { width, height }: ImageShape,
  room: number,
): string {
  const shown = pictures.slice(0, Math.max(1, Math.floor((room + 1) / (width + 1))));
  const lines = Array.from({ length: Math.ceil(height / 2) }, (_, line) =>
    shown
      .map((pixels) =>
        Array.from({ length: width }, (_, x) => {
          const at = 2 * line * width + x;
          const ink = (pixels[at]! + (pixels[at + width] ?? 0)) / 2;
          return SHADES[Math.round((ink / 255) * (SHADES.length - 1))]!;
        }).join(""),
      )
      .join(" ")
      .trimEnd(),
  );
  return `${lines.join("\n")}\n`;
}
