import { numpy as np } from "@jax-js/jax";
import { splitKey } from "../layers.ts";
import type { Params } from "../optimizers.ts";
import { classTerm, layer, layerParams } from "./layers.ts";

/**
 * The learned prior of a continuous style given the class: affine coupling layers (Dinh et al. 2017) over a standard
 * normal. A layer leaves every other number as it is, and makes from them and the class how the rest is scaled and
 * shifted: `style = noise exp(s) + t`. The next layer does the same with the roles exchanged.
 */

/** Scales stay within exp(-2) and exp(2). */
const MOST = 2;

/** `prior.1.*`, `prior.2.*`, ... Last weights are 0: an untrained prior is the standard normal. */
export function flowParams(
  key: np.Array,
  size: number,
  hidden: number,
  classes: number,
  layers: number,
): Params {
  const params: Params = {};
  const keys = splitKey(key, layers + 1);
  keys.pop()!.dispose();
  for (const [l, k] of keys.entries()) {
    const part = partOf(l);
    Object.assign(params, layerParams(k, part, [size, hidden], classes));
    for (const head of ["scale", "shift"]) {
      params[`${part}.${head}.w1`] = np.zeros([hidden, size]);
      params[`${part}.${head}.b1`] = np.zeros([size]);
    }
  }
  return params;
}

const partOf = (l: number): string => `prior.${l + 1}`;

/** How many layers these parameters have. */
const depth = (params: Params): number => {
  let layers = 0;
  while (`${partOf(layers)}.w1` in params) layers++;
  return layers;
};

/** 1 for the numbers that layer l leaves as they are. */
const keptBy = (l: number, size: number): np.Array =>
  np.array(Float32Array.from({ length: size }, (_, i) => (i + l) % 2));

/** Log-scales and shifts of layer l, zero for the numbers it leaves. Keeps the parameters. */
function coupling(params: Params, l: number, x: np.Array, y: np.Array): { scale: np.Array; shift: np.Array } {
  const part = partOf(l);
  const size = x.shape.at(-1)!;
  const kept = keptBy(l, size);
  const first = layer(params, part, 1, x.mul(kept.ref)).add(classTerm(params, part, y));
  const h = np.tanh(first);
  const moved = np.negative(kept).add(1);
  const scale = np
    .tanh(layer(params, `${part}.scale`, 1, h.ref))
    .mul(MOST)
    .mul(moved.ref);
  return { scale, shift: layer(params, `${part}.shift`, 1, h).mul(moved) };
}

/** The style that the prior makes of standard normal noise `[...rows, size]`, for classes `[...rows, classes]`. */
export function styleOf(params: Params, noise: np.Array, y: np.Array): np.Array {
  let z = noise;
  for (let l = 0; l < depth(params); l++) {
    const { scale, shift } = coupling(params, l, z.ref, y.ref);
    z = z.mul(np.exp(scale)).add(shift);
  }
  y.dispose();
  return z;
}

/** The noise that the prior makes this style of, and `log |d noise / d style|` `[...rows]`. */
export function noiseOf(
  params: Params,
  style: np.Array,
  y: np.Array,
): { noise: np.Array; logVolume: np.Array } {
  let e = style;
  let sum: np.Array | undefined;
  for (let l = depth(params) - 1; l >= 0; l--) {
    const { scale, shift } = coupling(params, l, e.ref, y.ref);
    sum = sum ? sum.sub(scale.ref) : np.negative(scale.ref);
    e = e.sub(shift).mul(np.exp(np.negative(scale)));
  }
  y.dispose();
  return { noise: e, logVolume: sum ? np.sum(sum, -1) : np.zeros(e.shape.slice(0, -1)) };
}

/** `log p(style | class)`, `[...rows]`. */
export function logPrior(params: Params, style: np.Array, y: np.Array): np.Array {
  const size = style.shape.at(-1)!;
  const { noise, logVolume } = noiseOf(params, style, y);
  return logVolume.sub(np.sum(np.square(noise), -1).mul(0.5)).sub((size / 2) * Math.log(2 * Math.PI));
}
