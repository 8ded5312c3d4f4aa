import { numpy as np } from "@jax-js/jax";

/**
 * What each of the 16 functions of two bits is in `w0 + w1 a + w2 b + w3 ab`, four numbers a row. Written in binary, a
 * function's number has its outputs for ab = 00, 01, 10, 11 as digits: 1 is AND, 6 XOR, 7 OR, 3 the first input.
 *
 * @example
 * logicTable[6]; // [0, 1, 1, -2]
 */
export const logicTable: readonly (readonly number[])[] = Array.from({ length: 16 }, (_, operation) => {
  const [f00, f01, f10, f11] = [8, 4, 2, 1].map((digit) => Math.sign(operation & digit)) as [
    number,
    number,
    number,
    number,
  ];
  return [f00, f10 - f00, f01 - f00, f11 - f10 - f01 + f00];
});

/**
 * Logic gates: each computes one of the 16 functions of its two inputs, or a mixture, `w0 + w1 a + w2 b + w3 ab` with
 * coefficients that are made once for all examples.
 *
 * @param choice `[gates, 16]`, one-hot or probabilities: a sample of `categorical(logits)` with its gradient. Consumed.
 * @param a `[gates, batch]`, in [0, 1], and b. Consumed.
 * @returns `[gates, batch]`.
 * @throws RangeError for shapes that do not fit.
 * @see Petersen, Borgelt, Kuehne & Deussen 2022
 * @example
 * const choice = through(categorical(np.zeros([4, 16])), straightThroughArgmax(), key);
 * const y = logicGates(choice, np.ones([4, 3]), np.zeros([4, 3])); // four gates, three examples
 */
export function logicGates(choice: np.Array, a: np.Array, b: np.Array): np.Array {
  const gates = choice.shape[0]!;
  if (choice.ndim !== 2 || choice.shape[1] !== 16)
    throw new RangeError(`logicGates: choice must be [gates, 16], not [${choice.shape}].`);
  if (a.ndim !== 2 || a.shape[0] !== gates || String(a.shape) !== String(b.shape))
    throw new RangeError(
      `logicGates: inputs must be [${gates}, batch] both, not [${a.shape}] and [${b.shape}].`,
    );
  const coefficients = np.matmul(choice, np.array(logicTable as number[][]));
  const [w0, w1, w2, w3] = np.split(coefficients, 4, 1) as [np.Array, np.Array, np.Array, np.Array];
  return w0.add(w1.mul(a.ref)).add(b.mul(w2.add(w3.mul(a))));
}

/**
 * How many of each class's gates are 1. The first gates belong to the first class, and so on.
 *
 * @param y `[gates, batch]`. Consumed.
 * @returns `[batch, classes]`.
 * @throws RangeError if the gates can't be shared equally among the classes.
 * @example
 * const counts = groupCounts(np.ones([6, 2]), 3); // [[2, 2, 2], [2, 2, 2]]
 */
export function groupCounts(y: np.Array, classes: number): np.Array {
  const [gates, batch] = y.shape as [number, number];
  if (!(classes >= 1) || gates % classes !== 0)
    throw new RangeError(
      `groupCounts: ${gates} gates can't be shared equally among ${classes} classes; use a multiple.`,
    );
  const counts = np.sum(y.reshape([classes, gates / classes, batch]), 1);
  return np.transpose(counts);
}

/**
 * Bits of numbers: 1 where a number is above a threshold, wires first. Wire `pixel * thresholds + i` is threshold i of the
 * pixel.
 *
 * @param x `[batch, pixels]`. Consumed.
 * @param thresholds one or more.
 * @returns `[pixels * thresholds, batch]`, without gradient.
 * @example
 * const bits = thresholdBits(np.array([[0, 100, 200]]), [63, 191]); // [[0], [0], [1], [0], [1], [1]]
 */
export function thresholdBits(x: np.Array, thresholds: readonly number[]): np.Array {
  const [batch, pixels] = x.shape as [number, number];
  const rows = np.transpose(x).reshape([pixels, 1, batch]);
  const borders = np.array([...thresholds]).reshape([1, thresholds.length, 1]);
  return np
    .greater(rows, borders)
    .astype(np.float32)
    .reshape([pixels * thresholds.length, batch]);
}
