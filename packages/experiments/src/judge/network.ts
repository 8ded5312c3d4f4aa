import { lax, nn, numpy as np } from "@jax-js/jax";
import type { NamedArrays } from "hardgrad";
import { fanInUniform, splitKey } from "../nn/layers.ts";

/**
 * The network that judges drawn pictures: two convolutions of 5 x 5 that halve the picture (16 and 32 maps), 128
 * rectified units, 10 scores. It has nothing in common with the generators, which have no convolutions.
 */

const MAPS = [1, 16, 32] as const;
const WINDOW = 5;
const UNITS = 128;
const CLASSES = 10;

/** Names and shapes of the parameters, each with the number of inputs of a unit. */
export const shapes: { readonly [name: string]: { shape: readonly number[]; inputs: number } } = {
  ...convolution(1),
  ...convolution(2),
  w3: { shape: [MAPS[2] * 49, UNITS], inputs: MAPS[2] * 49 },
  b3: { shape: [UNITS], inputs: MAPS[2] * 49 },
  w4: { shape: [UNITS, CLASSES], inputs: UNITS },
  b4: { shape: [CLASSES], inputs: UNITS },
};

function convolution(l: 1 | 2): typeof shapes {
  const inputs = MAPS[l - 1]! * WINDOW ** 2;
  return {
    [`w${l}`]: { shape: [MAPS[l], MAPS[l - 1]!, WINDOW, WINDOW], inputs },
    [`b${l}`]: { shape: [MAPS[l]], inputs },
  };
}

/** Consumes the key. */
export function initialJudge(key: np.Array): NamedArrays {
  const names = Object.keys(shapes);
  const keys = splitKey(key, names.length);
  return Object.fromEntries(
    names.map((name, i) => [name, fanInUniform(keys[i]!, shapes[name]!.shape, shapes[name]!.inputs)]),
  );
}

/** Class scores `[batch, 10]` of images `[batch, 784]` in 0..255. Consumes everything. */
export function scoresOf(params: NamedArrays, images: np.Array): np.Array {
  const batch = images.shape[0]!;
  const halved = (x: np.Array, l: 1 | 2): np.Array => {
    const made = lax.conv(x, params[`w${l}`]!, [2, 2], "SAME");
    return nn.relu(made.add(params[`b${l}`]!.reshape([1, MAPS[l], 1, 1])));
  };
  const maps = halved(halved(images.mul(1 / 255).reshape([batch, 1, 28, 28]), 1), 2);
  const h = nn.relu(np.matmul(maps.reshape([batch, MAPS[2] * 49]), params.w3!).add(params.b3!));
  return np.matmul(h, params.w4!).add(params.b4!);
}
