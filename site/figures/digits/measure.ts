const SIZE = 28;

/** How far the ink leans to the right, in degrees: the shear that its moments have. 0 for an empty picture. */
export function slantOf(pixels: ArrayLike<number>): number {
  let [ink, mx, my] = [0, 0, 0];
  for (let i = 0; i < pixels.length; i++) {
    ink += pixels[i]!;
    mx += pixels[i]! * (i % SIZE);
    my += pixels[i]! * Math.floor(i / SIZE);
  }
  if (ink === 0) return 0;
  let [covariance, variance] = [0, 0];
  for (let i = 0; i < pixels.length; i++) {
    const y = Math.floor(i / SIZE) - my / ink;
    covariance += pixels[i]! * ((i % SIZE) - mx / ink) * y;
    variance += pixels[i]! * y * y;
  }
  return variance === 0 ? 0 : (Math.atan(-covariance / variance) * 180) / Math.PI;
}

/** The mean grey value as a fraction. */
export function weightOf(pixels: ArrayLike<number>): number {
  let ink = 0;
  for (let i = 0; i < pixels.length; i++) ink += pixels[i]!;
  return ink / 255 / pixels.length;
}
