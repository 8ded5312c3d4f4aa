import { numpy as np } from "@jax-js/jax";
import { wholeNumber } from "../checks.ts";
import { log, logSigmoid, sigmoid } from "../math.ts";
import { type Given, resolveOptions } from "../options.ts";
import { scaled, scaleOptions } from "./lfq.ts";
import { checkRows } from "./shapes.ts";

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
 * @param given.inverseTemperature t, 0.1 to 1000 (default 100, for small or normalised x).
 * @param given.scale s, 0.001 to 1000 (default 1).
 * @param given.spherical rows of x and codes are scaled to norm s (default false).
 * @returns two scalars, `sample` from 0 and `batch` up to d log 2.
 * @throws RangeError for more than 16 dimensions, and for options out of range.
 * @see Yu et al. 2024 (LFQ)
 * @example
 * const { sample, batch } = lfqEntropies(x.ref, { inverseTemperature: 1 });
 * const loss = sample.sub(batch).mul(0.1).add(np.mean(commitmentLoss(x.ref, lfq(x))).mul(0.25));
 */
export function lfqEntropies(
  x: np.Array,
  given: Given<typeof options> = {},
): { sample: np.Array; batch: np.Array } {
  const settings = resolveOptions("lfqEntropies", options, given);
  checkRows("lfqEntropies", "x", x, x.shape?.at(-1) ?? 1, "a number for each bit");
  const d = x.shape.at(-1)!;
  wholeNumber("lfqEntropies", "the number of dimensions", d, 1, 16);
  const { seen, size } = scaled(x.reshape([-1, d]), settings);
  const a = seen.mul(4 * settings.inverseTemperature * size);
  return { sample: np.mean(np.sum(bitEntropy(a.ref), -1)), batch: entropy(np.mean(codeProbabilities(a), 0)) };
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
