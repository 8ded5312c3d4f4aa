import { nn, numpy as np } from "@jax-js/jax";
import { bernoulli, distributionFunctions, type NamedArrays } from "hardgrad";
import { readSizes } from "../../contract/options.ts";
import { fanInUniform, splitKey } from "../../nn/layers.ts";
import type { GeneratorSettings } from "./options.ts";

/**
 * The learned prior of a binary style given the class. The bits are in groups that are drawn one after another; a
 * network whose masks let nothing of a group or a later one through (MADE, Germain et al. 2015) makes the logits of
 * each group from the class and the groups before.
 */

/** `prior.w1`, `prior.y`, `prior.b1`: to the hidden units; `prior.w2`, `prior.direct`, `prior.class`, `prior.b2`: on. */
export function bitsParams(
  key: np.Array,
  size: number,
  classes: number,
  settings: GeneratorSettings,
): NamedArrays {
  const hidden = hiddenOf(settings);
  const [k1, k2] = splitKey(key, 2) as [np.Array, np.Array];
  return {
    "prior.w1": fanInUniform(k1, [size, hidden], size),
    "prior.y": fanInUniform(k2, [classes, hidden], classes),
    "prior.b1": np.zeros([hidden]),
    "prior.w2": np.zeros([hidden, size]),
    "prior.direct": np.zeros([size, size]),
    "prior.class": np.zeros([classes, size]),
    "prior.b2": np.zeros([size]),
  };
}

const hiddenOf = (settings: GeneratorSettings): number => readSizes(settings.priorHidden)![0]!;

/** The group of each bit, from 0 on. */
export function groupsOf(settings: GeneratorSettings): Int32Array {
  const size = settings.styleSize;
  const groups = groupCount(settings);
  return Int32Array.from({ length: size }, (_, i) => Math.floor((i * groups) / size));
}

export function groupCount(settings: GeneratorSettings): number {
  return Math.max(1, Math.min(settings.styleSize, settings.priorLayers));
}

/** A matrix of 0 and 1. */
function mask(rows: number, columns: number, open: (row: number, column: number) => boolean): np.Array {
  const values = new Float32Array(rows * columns);
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) values[r * columns + c] = open(r, c) ? 1 : 0;
  return np.array(values, { shape: [rows, columns] });
}

/** Logits of all bits `[rows, size]` given the groups before each. Keeps the parameters. */
function logitsOf(params: NamedArrays, bits: np.Array, y: np.Array, settings: GeneratorSettings): np.Array {
  const [size, hidden] = [settings.styleSize, hiddenOf(settings)];
  const groups = groupsOf(settings);
  // Hidden unit k sees the groups up to its own, and is seen by those after it.
  const own = (k: number): number => k % groupCount(settings);
  const into = mask(size, hidden, (i, k) => groups[i]! <= own(k));
  const on = mask(hidden, size, (k, i) => own(k) < groups[i]!);
  const direct = mask(size, size, (i, j) => groups[i]! < groups[j]!);
  const signs = bits.mul(2).sub(1);
  const h = nn.relu(
    np
      .matmul(signs.ref, params["prior.w1"]!.ref.mul(into))
      .add(np.matmul(y.ref, params["prior.y"]!.ref))
      .add(params["prior.b1"]!.ref),
  );
  return np
    .matmul(h, params["prior.w2"]!.ref.mul(on))
    .add(np.matmul(signs, params["prior.direct"]!.ref.mul(direct)))
    .add(np.matmul(y, params["prior.class"]!.ref))
    .add(params["prior.b2"]!.ref);
}

/** `log p(bits | class)`, `[...rows]`, for bits `[...rows, size]` and classes `[...rows, classes]`. */
export function logPriorOfBits(
  params: NamedArrays,
  bits: np.Array,
  y: np.Array,
  settings: GeneratorSettings,
): np.Array {
  const rows = bits.shape.slice(0, -1);
  const flat = (x: np.Array): np.Array => x.reshape([rows.reduce((a, b) => a * b, 1), x.shape.at(-1)!]);
  const z = flat(bits);
  const logits = logitsOf(params, z.ref, flat(y), settings);
  return distributionFunctions.bernoulli.logProbability(bernoulli(logits), z).reshape(rows);
}

/**
 * The bits that the prior makes of standard normal noise `[rows, size]`: bit i is `1[Phi(noise) < p]`, with the normal
 * distribution function as `sigmoid(1.5976 x + 0.07056 x^3)` (Page 1977), which is off by 0.00014 at most.
 */
export function bitsOf(
  params: NamedArrays,
  noise: np.Array,
  y: np.Array,
  settings: GeneratorSettings,
): np.Array {
  const groups = groupsOf(settings);
  const cube = noise.ref.mul(noise.ref).mul(noise.ref).mul(0.07056);
  const threshold = noise.mul(1.5976).add(cube);
  let bits = np.zeros(threshold.shape);
  for (let g = 0; g < groupCount(settings); g++) {
    const drawn = np.less(threshold.ref, logitsOf(params, bits.ref, y.ref, settings)).astype(np.float32);
    bits = bits.add(drawn.mul(np.array(Float32Array.from(groups, (own) => (own === g ? 1 : 0)))));
  }
  threshold.dispose();
  y.dispose();
  return bits;
}
