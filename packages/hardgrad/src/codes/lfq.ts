import { numpy as np } from "@jax-js/jax";
import { wholeNumber } from "../arguments.ts";
import { anyNaN, finite } from "../math.ts";
import { type Given, resolveOptions } from "../options.ts";
import { attach, detach } from "../surrogate.ts";
import { unitRows } from "./norm.ts";
import { checkIndices, checkRows, namesCode } from "./shapes.ts";

/** Lookup-free quantization: the signs of d numbers are the code, one of 2^d. */

export const scaleOptions = {
  scale: {
    type: "number",
    default: 1,
    min: 1e-3,
    max: 1000,
    help: "s: codes are s or -s; spherical: of norm s",
  },
  spherical: { type: "boolean", default: false, help: "rows of x and codes are scaled to norm s" },
} as const;

/** Options of the functions on lookup-free quantization. */
export type LfqOptions = Given<typeof scaleOptions>;

/** What x is compared with codes as, and the size of a code's entries. Consumes x. */
export function scaled(
  x: np.Array,
  { scale, spherical }: { scale: number; spherical: boolean },
): { seen: np.Array; size: number } {
  if (!spherical) return { seen: finite(x), size: scale };
  const size = scale / Math.sqrt(x.shape.at(-1)!);
  const { unit, norm } = unitRows(x);
  norm.dispose();
  return { seen: unit.mul(scale), size };
}

/**
 * `+s` where x > 0, else `-s`, straight-through: the gradient of x is g. Spherical (BSQ): `+-s/sqrt(d)`, straight-through to
 * `s x/|x|`, so that the gradient has no part along x. 0 gives -s; NaN stays NaN. Deterministic.
 *
 * @param x `[..., d]`. Consumed.
 * @param given.scale s, 0.001 to 1000 (default 1).
 * @param given.spherical rows of x and codes are scaled to norm s (default false).
 * @returns of the shape of x.
 * @throws RangeError for options out of range, and for an x without an axis.
 * @see Yu et al. 2024 (LFQ); Zhao, Xiong & Krähenbühl 2025 (the spherical form)
 * @example
 * lfq(np.array([0.3, -2, 0])); // [1, -1, -1]
 */
export function lfq(x: np.Array, given: LfqOptions = {}): np.Array {
  const options = resolveOptions("lfq", scaleOptions, given);
  checkRows("lfq", "x", x, x.shape?.at(-1) ?? 1, "a number for each bit");
  const positive = np.greater(detach(x.ref), 0);
  const { seen, size } = scaled(x, options);
  // NaN comes from `seen`.
  return attach(np.where(positive, size, -size), seen);
}

/**
 * The number of each code: bits are 1 where it is positive, and the first dimension is the most significant (in `fsqIndices`
 * the first channel counts fastest).
 *
 * @param codes `[..., d]`, d from 1 to 30. Consumed.
 * @returns int32 `[...]`, 0 to 2^d - 1; -1 for a code that holds NaN.
 * @throws RangeError for more than 30 dimensions.
 * @example
 * lfqIndices(lfq(np.array([0.3, -2, 0.1]))); // 5
 */
export function lfqIndices(codes: np.Array): np.Array {
  checkRows("lfqIndices", "codes", codes, codes.shape?.at(-1) ?? 1, "a number for each bit");
  const d = codes.shape.at(-1)!;
  wholeNumber("lfqIndices", "the number of dimensions", d, 1, 30);
  const broken = anyNaN(detach(codes.ref)).reshape(codes.shape.slice(0, -1));
  return np.where(broken, -1, np.sum(np.greater(detach(codes), 0).astype(np.int32).mul(places(d)), -1));
}

/**
 * The codes of these numbers: what `lfqIndices` counted.
 *
 * @param indices int32 `[...]`. Consumed.
 * @param dimensions d, a whole number from 1 to 30.
 * @param given as in `lfq`.
 * @returns `[..., d]`; NaN for an index that names no code.
 * @throws RangeError for other dimensions or options out of range; TypeError for indices that are no integers.
 * @example
 * lfqCodes(np.array([5], { dtype: np.int32 }), 3); // [[1, -1, 1]]
 */
export function lfqCodes(indices: np.Array, dimensions: number, given: LfqOptions = {}): np.Array {
  const { scale, spherical } = resolveOptions("lfqCodes", scaleOptions, given);
  wholeNumber("lfqCodes", "the number of dimensions", dimensions, 1, 30);
  checkIndices("lfqCodes", indices);
  const size = spherical ? scale / Math.sqrt(dimensions) : scale;
  const column = indices.astype(np.int32).reshape([...indices.shape, 1]);
  const known = namesCode(column.ref, 2 ** dimensions);
  const bits = np.remainder(np.floorDivide(column, places(dimensions)), 2).astype(np.float32);
  return np.where(known, bits.mul(2 * size).sub(size), Number.NaN);
}

/** 2^(d-1), ..., 2, 1. */
const places = (d: number): np.Array =>
  np.array(
    Array.from({ length: d }, (_, i) => 2 ** (d - 1 - i)),
    { dtype: np.int32 },
  );
