/** A round pen on a picture of 28 x 28 grey values, as thick as the strokes of handwritten digits. */

export const SIDE = 28;
const RADIUS = 1.3;

/** One touch of the pen; pixels of its rim are grey by how much of them it covers. */
export function dab(pixels: Uint8Array, x: number, y: number): void {
  for (let row = Math.max(0, Math.floor(y - 3)); row < Math.min(SIDE, y + 3); row++)
    for (let column = Math.max(0, Math.floor(x - 3)); column < Math.min(SIDE, x + 3); column++) {
      const distance = Math.hypot(column + 0.5 - x, row + 0.5 - y);
      const grey = Math.round(255 * Math.min(1, Math.max(0, RADIUS + 0.5 - distance)));
      const at = row * SIDE + column;
      pixels[at] = Math.max(pixels[at]!, grey);
    }
}

/** The pen drawn from one point to another. */
export function segment(
  pixels: Uint8Array,
  from: readonly [number, number],
  to: readonly [number, number],
): void {
  const steps = Math.max(1, Math.ceil(2 * Math.hypot(to[0] - from[0], to[1] - from[1])));
  for (let i = 0; i <= steps; i++)
    dab(pixels, from[0] + ((to[0] - from[0]) * i) / steps, from[1] + ((to[1] - from[1]) * i) / steps);
}
