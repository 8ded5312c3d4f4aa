import type { LinearLayer } from "@hardgrad/runtime";
import type { numpy as np } from "@jax-js/jax";

/** Mean and standard deviation of MNIST's pixels in 0..255, the usual normalization. */
const MEAN = 0.1307 * 255;
const DEVIATION = 0.3081 * 255;

/**
 * A pixel from 0 to 255 as the classifier and the networks of continual see it: `(pixel/255 - 0.1307) / 0.3081`.
 *
 * @example
 * const x = Float32Array.from(image, normalizedPixel);
 */
export function normalizedPixel(pixel: number): number {
  return (pixel - MEAN) / DEVIATION;
}

/** Pixels from 0 to 255 as a network sees them. Consumes them. */
export function normalized(images: np.Array): np.Array {
  return images.sub(MEAN).mul(1 / DEVIATION);
}

/** Pixels 0..255 as grey values in [0, 1]. Consumes them. */
export function greyValues(images: np.Array): np.Array {
  return images.mul(1 / 255);
}

/**
 * `slope (normalized(255 x) w + b)` as a layer on grey values x in [0, 1], so that background pixels are zeros, which the
 * runtime skips.
 *
 * @param w `[inputs, outputs]`
 */
export function layerOnGrey(w: Float32Array, b: Float32Array, slope = 1): LinearLayer {
  const outputs = b.length;
  const shift = new Float64Array(outputs);
  for (let i = 0; i < w.length; i++) shift[i % outputs]! += w[i]!;
  return {
    kind: "linear",
    outputs,
    weight: w.map((v) => (v * slope * 255) / DEVIATION),
    bias: b.map((v, j) => slope * (v - (shift[j]! * MEAN) / DEVIATION)),
  };
}
