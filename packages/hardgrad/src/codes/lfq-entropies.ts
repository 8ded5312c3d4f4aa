import { numpy as np } from "@jax-js/jax";
import { wholeNumber } from "../arguments.ts";
import { log, logSigmoid, sigmoid } from "../math.ts";
import { type Given, resolveOptions } from "../options.ts";
import { withoutPadding } from "../padding.ts";
import { scaled, scaleOptions } from "./lfq.ts";
import { checkRows } from "./shapes.ts";
import { checkWeights, type VectorWeights, weightColumn } from "./weights.ts";

const options = {
  ...scaleOptions,
  inverseTemperature: {
    type: "number",
    default: 100,
    min: 0.1,
    max: 1000,
    help: "of the softmax over codes; at 100 and s = 1 there is no gradient beyond |x| = 0.03",
  },
} as const;

/**
 * The two entropies in nats that train a lookup-free quantizer. With codes c_j, `P_n = softmax_j(2 t <x_n, c_j>)`:
 * `sample = mean_n H(P_n)`, small where each x is near one code, and `batch = H(mean_n P_n)`, large where all codes are used.
 * The loss is `w_e (sample - gamma batch) + w_c commitmentLoss(x, q)`; usual weights are 0.1, gamma 1, and w_c 0 to 0.25.
 *
 * The first is a sum over dimensions, `sum_i h(sigmoid(4 t s x_ni))` with h the entropy of a bit; the second needs all 2^d
 * codes, `rows 2^d` numbers.
 *
 * @param x `[..., d]`, d from 1 to 16. Consumed.
 * @param given.inverseTemperature t, 0.1 to 1000 (default 100, for small or normalized x).
 * @param given.scale s, 0.001 to 1000 (default 1).
 * @param given.spherical rows of x and codes are scaled to norm s (default false).
 * @param given.weights a weight per row, `[...]`: one of 0 is padding and not in the means (default 1 for all). Consumed.
 * @returns two scalars, `sample` from 0 and `batch` up to d log 2.
 * @throws RangeError for more than 16 dimensions, an empty x, weights of another shape, and options out of range.
 * @see Yu et al. 2024 (LFQ)
 * @example
 * const { sample, batch } = lfqEntropies(x.ref, { inverseTemperature: 1 });
 * const loss = sample.sub(batch).mul(0.1).add(np.mean(commitmentLoss(x.ref, lfq(x))).mul(0.25));
 */
export function lfqEntropies(
  x: np.Array,
  given: Given<typeof options> & VectorWeights = {},
): { sample: np.Array; batch: np.Array } {
  const { weights, ...rest } = given;
  const settings = resolveOptions("lfqEntropies", options, rest);
  checkRows("lfqEntropies", "x", x, x.shape?.at(-1) ?? 1, "a number for each bit");
  const d = x.shape.at(-1)!;
  wholeNumber("lfqEntropies", "the number of dimensions", d, 1, 16);
  if (x.shape.includes(0))
    throw new RangeError(`lfqEntropies: x of shape [${x.shape}] is empty and has no entropy; leave it out.`);
  checkWeights("lfqEntropies", x.shape.slice(0, -1), weights);
  const { seen, size } = scaled(withoutPadding(x.reshape([-1, d]), weights?.ref), settings);
  const a = seen.mul(4 * settings.inverseTemperature * size);
  const column = weights && weightColumn(weights);
  const sample = mean(np.sum(bitEntropy(a.ref), -1, { keepdims: true }), column?.ref);
  return { sample: sample.reshape([]), batch: entropy(mean(codeProbabilities(a), column)) };
}

/** The mean of rows, weighed; 0 where all are padding. Consumes both. */
function mean(rows: np.Array, column?: np.Array): np.Array {
  if (!column) return np.mean(rows, 0);
  const total = np.sum(column.ref);
  return np.sum(rows.mul(column), 0).div(np.where(np.equal(total.ref, 0), 1, total));
}

/** The entropy of a bit with this logit. Consumes it. */
function bitEntropy(a: np.Array): np.Array {
  const side = (b: np.Array): np.Array => sigmoid(b.ref).mul(logSigmoid(b));
  return np.negative(side(a.ref).add(side(np.negative(a))));
}

/** `[rows, 2^d]` from the bits' logits `[rows, d]`: the first dimension is the most significant. Consumes a. */
function codeProbabilities(a: np.Array): np.Array {
  const [rows, d] = a.shape as [number, number];
  const bits = np.split(sigmoid(a.reshape([rows, d, 1]).mul(np.array([-1, 1]))), d, 1);
  return bits
    .slice(1)
    .reduce(
      (all, bit) => all.reshape([rows, -1, 1]).mul(bit).reshape([rows, -1]),
      bits[0]!.reshape([rows, 2]),
    );
}

/** `-sum p log p` of probabilities, where `0 log 0` is 0. Consumes p. */
function entropy(p: np.Array): np.Array {
  return np.negative(np.sum(p.ref.mul(log(np.maximum(p, 2 ** -126)))));
}
