import { numpy as np } from "@jax-js/jax";
import { anyNaN, finite } from "../math.ts";
import { type Given, resolveOptions } from "../options.ts";
import { attach, detach } from "../surrogate.ts";
import { checkIndices, checkRows, namesCode } from "./shapes.ts";

/** Finite scalar quantization: each channel is bounded and rounded to a few levels. No codebook, no loss, no state. */

const options = {
  form: {
    type: "choice",
    default: "offset",
    choices: ["offset", "symmetric"],
    help: "offset: as in the paper, 0 is a level; symmetric: levels from -1 to 1 at equal distances, two levels allowed",
  },
  margin: {
    type: "number",
    default: 1e-3,
    min: 1e-6,
    max: 0.5,
    help: "how far the bound lies outside of the last level, below 1/(L - 1); form offset only",
  },
} as const;

/** Options of the functions on finite scalar quantization. */
export type FsqOptions = Given<typeof options>;

/**
 * Each channel of z rounded to one of its levels, straight-through on the rounding.
 *
 * Form `offset`: with h = (L - 1)(1 + margin)/2, o = 1/2 for even L and else 0, `b = h tanh(z + artanh(o/h)) - o`, the code
 * is `round(b) / floor(L/2)`: -1 to 1 for odd L, -1 to 1 - 2/L for even L, and z = 0 gives 0. Gradient
 * `g h (1 - tanh^2) / floor(L/2)`. Form `symmetric`: `2 floor((L - 1)(tanh z + 1)/2 + 1/2)/(L - 1) - 1`, gradient
 * `g (1 - tanh^2 z)`. Deterministic; exactly the product of all L codes. NaN stays NaN.
 *
 * @param z `[..., channels]`. Consumed.
 * @param levels L of each channel: whole numbers from 3 (form symmetric: 2) to 65536, whose product is below 2^31.
 * @param given.form `"offset"` (default) or `"symmetric"`.
 * @param given.margin above 0 and below 1/(L - 1) for every L (default 0.001).
 * @returns codes of the shape of z, in [-1, 1].
 * @throws RangeError for other levels, another number of channels, or options out of range.
 * @see Mentzer, Minnen, Agustsson & Tschannen 2024 (FSQ); the symmetric form is that of vector-quantize-pytorch
 * @example
 * fsq(np.array([0.5, -1.2, 2]), [8, 6, 5]); // [0.25, -0.6666667, 1]
 */
export function fsq(z: np.Array, levels: readonly number[], given: FsqOptions = {}): np.Array {
  const form = checked("fsq", levels, given);
  checkRows("fsq", "z", z, levels.length, "a channel for each of the levels");
  const kept = finite(z);
  if (form.symmetric) {
    const bounded = np.tanh(kept);
    const level = np.floor(
      detach(bounded.ref)
        .add(1)
        .mul(row(halves(levels, true)))
        .add(0.5),
    );
    return attach(codesAt(level.astype(np.int32), levels, true), bounded);
  }
  const height = levels.map((l) => ((l - 1) * (1 + form.margin)) / 2);
  const offset = levels.map((l) => (l % 2 === 0 ? 0.5 : 0));
  const shift = height.map((h, i) => Math.atanh(offset[i]! / h));
  const bounded = np
    .tanh(kept.add(row(shift)))
    .mul(row(height))
    .sub(row(offset));
  const half = halves(levels, false);
  const level = np.round(detach(bounded.ref)).add(row(half)).astype(np.int32);
  return attach(codesAt(level, levels, false), bounded.div(row(half)));
}

/**
 * The number of each code, `sum_i level_i prod_(j < i) L_j`: the first channel counts fastest. Computed from whole numbers.
 *
 * @param codes `[..., channels]`, from `fsq` with the same levels and options. Consumed.
 * @param levels as there.
 * @param given as there.
 * @returns int32 `[...]`, 0 to the product of the levels less 1; -1 for a code that holds NaN.
 * @throws RangeError as `fsq`.
 * @example
 * fsqIndices(fsq(np.array([0.5, -1.2, 2]), [8, 6, 5]), [8, 6, 5]); // 205
 */
export function fsqIndices(codes: np.Array, levels: readonly number[], given: FsqOptions = {}): np.Array {
  const { symmetric } = checked("fsqIndices", levels, given);
  checkRows("fsqIndices", "codes", codes, levels.length, "a channel for each of the levels");
  const half = row(halves(levels, symmetric));
  const broken = anyNaN(detach(codes.ref)).reshape(codes.shape.slice(0, -1));
  const level = np.round(detach(codes).mul(half.ref).add(half)).astype(np.int32);
  return np.where(broken, -1, np.sum(level.mul(whole(bases(levels))), -1));
}

/**
 * The codes of these numbers: what `fsqIndices` counted.
 *
 * @param indices int32 `[...]`. Consumed.
 * @param levels as in `fsq`.
 * @param given as in `fsq`.
 * @returns `[..., channels]`; NaN for an index that names no code.
 * @throws RangeError as `fsq`; TypeError for indices that are no integers.
 * @example
 * fsqCodes(np.array([205], { dtype: np.int32 }), [8, 6, 5]); // [[0.25, -0.6666667, 1]]
 */
export function fsqCodes(indices: np.Array, levels: readonly number[], given: FsqOptions = {}): np.Array {
  const { symmetric } = checked("fsqCodes", levels, given);
  checkIndices("fsqCodes", indices);
  const column = indices.astype(np.int32).reshape([...indices.shape, 1]);
  const known = namesCode(
    column.ref,
    levels.reduce((product, l) => product * l, 1),
  );
  const over = np.floorDivide(column, whole(bases(levels)));
  return np.where(known, codesAt(np.remainder(over, whole(levels)), levels, symmetric), Number.NaN);
}

/** The level that is 0, and the one number that codes are divided by. */
const halves = (levels: readonly number[], symmetric: boolean): number[] =>
  levels.map((l) => (symmetric ? (l - 1) / 2 : Math.floor(l / 2)));
/**
 * The codes of these levels, from a table: a compiler that folds constants rounds `(level - half) / half` otherwise, and a
 * code must have the same bits wherever it comes from. Consumes the levels.
 */
function codesAt(level: np.Array, levels: readonly number[], symmetric: boolean): np.Array {
  const half = halves(levels, symmetric);
  const table = levels.flatMap((l, i) => Array.from({ length: l }, (_, j) => (j - half[i]!) / half[i]!));
  const starts = levels.map((_, i) => levels.slice(0, i).reduce((sum, l) => sum + l, 0));
  return row(table).slice(level.add(whole(starts)));
}

const row = (numbers: readonly number[]): np.Array => np.array([...numbers]);
const whole = (numbers: readonly number[]): np.Array => np.array([...numbers], { dtype: np.int32 });

/** What a level of each channel adds to the number of a code. */
function bases(levels: readonly number[]): number[] {
  return levels.map((_, i) => levels.slice(0, i).reduce((product, l) => product * l, 1));
}

/** The options in force, if levels and options go together. */
function checked(
  name: string,
  levels: readonly number[],
  given: FsqOptions,
): { symmetric: boolean; margin: number } {
  const { form, margin } = resolveOptions(name, options, given);
  const symmetric = form === "symmetric";
  if (!Array.isArray(levels) || levels.length === 0)
    throw new RangeError(`${name}: levels must be a list such as [8, 6, 5], not ${JSON.stringify(levels)}.`);
  for (const l of levels) {
    if (l === 2 && !symmetric)
      throw new RangeError(
        `${name}: with 2 levels the threshold would lie at -3.8 and nearly every input get one code; use { form: "symmetric" }, or 3 levels.`,
      );
    if (!(Number.isInteger(l) && l >= 2 && l <= 65536))
      throw new RangeError(
        `${name}: levels must be whole numbers from ${symmetric ? 2 : 3} to 65536, not ${l}.`,
      );
    if (!symmetric && !(margin < 1 / (l - 1)))
      throw new RangeError(
        `${name}: margin must be below 1/(L - 1) for every number of levels L, or there is a level too many; ${margin} is not below 1/${l - 1}.`,
      );
  }
  const codes = levels.reduce((product, l) => product * l, 1);
  if (codes >= 2 ** 31)
    throw new RangeError(
      `${name}: levels ${levels.join(", ")} make ${codes} codes, but an index must be below 2^31.`,
    );
  return { symmetric, margin };
}
