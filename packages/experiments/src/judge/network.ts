import { lax, nn, numpy as np } from "@jax-js/jax";
import type { NamedArrays } from "hardgrad";
import { type DataForm, type ImageShape, shapeText } from "../contract/dataset.ts";
import { fanInUniform, splitKey } from "../nn/layers.ts";
import { greyValues } from "../nn/normalize.ts";

/**
 * The network that judges drawn pictures: two convolutions of 5 x 5 that halve the picture (16 and 32 maps), 128
 * rectified units, a score for each class. It has nothing in common with the generators, which have no convolutions.
 */

const MAPS = [1, 16, 32] as const;
const WINDOW = 5;
const UNITS = 128;

/** Names and shapes of parameters, each with the number of inputs of a unit. */
export type JudgeShapes = {
  readonly [name: string]: { readonly shape: readonly number[]; readonly inputs: number };
};

/**
 * The parameters of the judge of some data.
 *
 * @throws RangeError for data that are no images, or have no labels.
 */
export function judgeShapes({ shape, classes }: DataForm): JudgeShapes {
  if ("length" in shape)
    throw new RangeError(`the judge reads images, and these data are ${shapeText(shape)}.`);
  if (classes.length === 0) throw new RangeError("the judge learns from labels, and these data have none.");
  const quarter = (n: number): number => Math.ceil(Math.ceil(n / 2) / 2);
  const inputs = MAPS[2] * quarter(shape.height) * quarter(shape.width);
  return {
    ...convolution(1),
    ...convolution(2),
    w3: { shape: [inputs, UNITS], inputs },
    b3: { shape: [UNITS], inputs },
    w4: { shape: [UNITS, classes.length], inputs: UNITS },
    b4: { shape: [classes.length], inputs: UNITS },
  };
}

function convolution(l: 1 | 2): JudgeShapes {
  const inputs = MAPS[l - 1]! * WINDOW ** 2;
  return {
    [`w${l}`]: { shape: [MAPS[l], MAPS[l - 1]!, WINDOW, WINDOW], inputs },
    [`b${l}`]: { shape: [MAPS[l]], inputs },
  };
}

/** Consumes the key. */
export function initialJudge(key: np.Array, form: DataForm): NamedArrays {
  const shapes = judgeShapes(form);
  const names = Object.keys(shapes);
  const keys = splitKey(key, names.length);
  return Object.fromEntries(
    names.map((name, i) => [name, fanInUniform(keys[i]!, shapes[name]!.shape, shapes[name]!.inputs)]),
  );
}

/** Class scores `[batch, classes]` of images `[batch, size]` in 0..255. Consumes everything. */
export function judgeScores(params: NamedArrays, images: np.Array, { height, width }: ImageShape): np.Array {
  const batch = images.shape[0]!;
  const halved = (x: np.Array, l: 1 | 2): np.Array => {
    const made = lax.conv(x, params[`w${l}`]!, [2, 2], "SAME");
    return nn.relu(made.add(params[`b${l}`]!.reshape([1, MAPS[l], 1, 1])));
  };
  const maps = halved(halved(greyValues(images).reshape([batch, 1, height, width]), 1), 2);
  const h = nn.relu(np.matmul(maps.reshape([batch, params.w3!.shape[0]!]), params.w3!).add(params.b3!));
  return np.matmul(h, params.w4!).add(params.b4!);
}
