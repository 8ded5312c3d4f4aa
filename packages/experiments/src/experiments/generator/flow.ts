import { nn, numpy as np } from "@jax-js/jax";
import type { NamedArrays } from "hardgrad";
import { readSizes } from "../../contract/options.ts";
import { randomSource } from "../../data/random.ts";
import { splitKey } from "../../nn/layers.ts";
import { afterFirst, classTerm, layer, layerParams } from "./layers.ts";
import type { GeneratorSettings } from "./options.ts";

/**
 * The learned prior of a continuous style given the class: affine coupling layers (Dinh et al. 2017) over a standard
 * normal. A layer leaves half of the numbers as they are, and makes from them and the class how the rest is scaled and
 * shifted: `style = noise exp(s) + t`.
 */

/** Scales stay within exp(-2) and exp(2). */
const MOST = 2;

const partOf = (l: number): string => `prior.${l + 1}`;

/** `prior.1.w1`, ... and its heads `prior.1.scale`, `prior.1.shift`, which begin at 0: an untrained prior is normal. */
export function flowParams(
  key: np.Array,
  size: number,
  classes: number,
  settings: GeneratorSettings,
): NamedArrays {
  const hidden = readSizes(settings.priorHidden)!;
  const params: NamedArrays = {};
  const keys = splitKey(key, settings.priorLayers + 1);
  keys.pop()!.dispose();
  for (const [l, k] of keys.entries()) {
    Object.assign(params, layerParams(k, partOf(l), [size, ...hidden], classes));
    for (const head of ["scale", "shift"]) {
      params[`${partOf(l)}.${head}.w1`] = np.zeros([hidden.at(-1)!, size]);
      params[`${partOf(l)}.${head}.b1`] = np.zeros([size]);
    }
  }
  return params;
}

/** How many layers these parameters have. */
function depth(params: NamedArrays): number {
  let layers = 0;
  while (`${partOf(layers)}.w1` in params) layers++;
  return layers;
}

/** 1 for the numbers that a layer moves: a random half, and in the next layer the other half. */
function movedBy(l: number, size: number): Float32Array {
  const random = randomSource(0xf10, l >> 1, size);
  const order = Array.from({ length: size }, (_, i) => [random.uniform(), i] as const);
  order.sort(([a], [b]) => a - b);
  const moved = new Float32Array(size);
  for (const [rank, [, i]] of order.entries()) moved[i] = rank % 2 === l % 2 ? 1 : 0;
  return moved;
}

/** Log-scales and shifts of layer l, zero for the numbers it leaves. Keeps the parameters. */
function coupling(
  params: NamedArrays,
  l: number,
  x: np.Array,
  y: np.Array,
): { scale: np.Array; shift: np.Array } {
  const part = partOf(l);
  const moved = movedBy(l, x.shape.at(-1)!);
  const kept = np.array(moved.map((m) => 1 - m));
  const first = layer(params, part, 1, x.mul(kept)).add(classTerm(params, part, y));
  const h = nn.relu(afterFirst(params, part, first));
  const raw = layer(params, `${part}.scale`, 1, h.ref);
  const mask = np.array(moved);
  const scale = np.tanh(raw.mul(1 / MOST)).mul(mask.ref.mul(MOST));
  return { scale, shift: layer(params, `${part}.shift`, 1, h).mul(mask) };
}

/** The style that the prior makes of standard normal noise `[...rows, size]`, for classes `[...rows, classes]`. */
export function styleOf(params: NamedArrays, noise: np.Array, y: np.Array): np.Array {
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
  params: NamedArrays,
  style: np.Array,
  y: np.Array,
): { noise: np.Array; logVolume: np.Array } {
  let e = style;
  let shrunk = np.zeros(style.shape);
  for (let l = depth(params) - 1; l >= 0; l--) {
    const { scale, shift } = coupling(params, l, e.ref, y.ref);
    shrunk = shrunk.sub(scale.ref);
    e = e.sub(shift).mul(np.exp(np.negative(scale)));
  }
  y.dispose();
  return { noise: e, logVolume: np.sum(shrunk, -1) };
}

/** `log p(style | class)`, `[...rows]`. */
export function logPrior(params: NamedArrays, style: np.Array, y: np.Array): np.Array {
  const size = style.shape.at(-1)!;
  const { noise, logVolume } = noiseOf(params, style, y);
  return logVolume.sub(np.sum(np.square(noise), -1).mul(0.5)).sub((size / 2) * Math.log(2 * Math.PI));
}
