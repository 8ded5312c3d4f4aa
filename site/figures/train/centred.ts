import { pixelsOf } from "../pixels.ts";

const SIZE = 28;
/** What counts as ink, of 255. */
const INK = 40;
/** Height of the training digits in pixels, in the mean; and the most that width may be. */
const HEIGHT = 18.5;
const WIDTH = 20;

/**
 * A digit drawn by hand as the training digits are drawn: 18.5 pixels high (or 20 wide, if that is less), the middle of
 * its box in the middle of the image. Undefined where nothing is drawn.
 */
export function centred(picture: string): Uint8Array | undefined {
  const pixels = pixelsOf(picture);
  if (!pixels) return undefined;
  const box = boxOf(pixels);
  if (!box) return undefined;
  const scale = Math.max(box.height / HEIGHT, box.width / WIDTH);
  const result = new Uint8Array(SIZE * SIZE);
  for (let y = 0; y < SIZE; y++)
    for (let x = 0; x < SIZE; x++) {
      const value = between(
        pixels,
        box.x + (x - (SIZE - 1) / 2) * scale,
        box.y + (y - (SIZE - 1) / 2) * scale,
      );
      result[y * SIZE + x] = Math.round(value);
    }
  return result;
}

/** The middle of the ink, and how far it reaches. */
function boxOf(pixels: Uint8Array): { x: number; y: number; width: number; height: number } | undefined {
  let [left, right, top, bottom] = [SIZE, -1, SIZE, -1];
  for (let i = 0; i < pixels.length; i++) {
    if (pixels[i]! < INK) continue;
    const [x, y] = [i % SIZE, Math.floor(i / SIZE)];
    [left, right] = [Math.min(left, x), Math.max(right, x)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
  }
  if (right < 0) return undefined;
  return { x: (left + right) / 2, y: (top + bottom) / 2, width: right - left + 1, height: bottom - top + 1 };
}

/** The grey value at a place between pixels; 0 outside. */
function between(pixels: Uint8Array, x: number, y: number): number {
  const [x0, y0] = [Math.floor(x), Math.floor(y)];
  const [u, v] = [x - x0, y - y0];
  const at = (i: number, j: number): number =>
    i < 0 || j < 0 || i >= SIZE || j >= SIZE ? 0 : pixels[j * SIZE + i]!;
  const above = at(x0, y0) * (1 - u) + at(x0 + 1, y0) * u;
  const below = at(x0, y0 + 1) * (1 - u) + at(x0 + 1, y0 + 1) * u;
  return above * (1 - v) + below * v;
}
