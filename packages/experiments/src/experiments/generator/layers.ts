import { nn, numpy as np } from "@jax-js/jax";
import type { NamedArrays } from "hardgrad";
import { dense, fanInUniform, splitKey } from "../../nn/layers.ts";

/**
 * Networks that see a class beside their input: `part.w1`, `part.b1`, ..., and `part.y [classes, units]`, the rows of
 * the first weights that a one-hot class selects.
 */

/** Sizes from the first to the last layer, both ends included; `classes` 0: it sees none. */
export function layerParams(key: np.Array, part: string, sizes: readonly number[], classes = 0): NamedArrays {
  const keys = splitKey(key, 2 * sizes.length - 1);
  const params: NamedArrays = {};
  for (let i = 1; i < sizes.length; i++) {
    const [inputs, outputs] = [sizes[i - 1]!, sizes[i]!];
    const seen = i === 1 ? inputs + classes : inputs;
    params[`${part}.w${i}`] = fanInUniform(keys[2 * i - 2]!, [inputs, outputs], seen);
    params[`${part}.b${i}`] = fanInUniform(keys[2 * i - 1]!, [outputs], seen);
  }
  const forClass = keys.at(-1)!;
  if (classes > 0) params[`${part}.y`] = fanInUniform(forClass, [classes, sizes[1]!], sizes[0]! + classes);
  else forClass.dispose();
  return params;
}

/** `x w + b` of one layer, for x `[...rows, inputs]`. Keeps the parameters. */
export function layer(params: NamedArrays, part: string, i: number, x: np.Array): np.Array {
  return overRows(x, (rows) => dense(rows, params[`${part}.w${i}`]!.ref, params[`${part}.b${i}`]!.ref));
}

/** What the class y `[...rows, classes]` adds to the first layer. Keeps the parameters. */
export function classTerm(params: NamedArrays, part: string, y: np.Array): np.Array {
  return overRows(y, (rows) => np.matmul(rows, params[`${part}.y`]!.ref));
}

/** The layers after the first one, given what the first one is before its activation. Keeps the parameters. */
export function afterFirst(params: NamedArrays, part: string, first: np.Array): np.Array {
  let h = first;
  for (let i = 2; `${part}.w${i}` in params; i++) h = layer(params, part, i, nn.relu(h));
  return h;
}

/** Matrix products want two axes: samples and examples are rows alike. */
function overRows(x: np.Array, fn: (rows: np.Array) => np.Array): np.Array {
  if (x.ndim === 2) return fn(x);
  const rows = x.shape.slice(0, -1);
  const result = fn(x.reshape([rows.reduce((a, b) => a * b, 1), x.shape.at(-1)!]));
  return result.reshape([...rows, result.shape[1]!]);
}
