import { numpy as np } from "@jax-js/jax";
import type { Distribution, LossEstimator } from "../../types.ts";
import { defineEstimator, type LossDefinition } from "../define.ts";
import { listedStateCount } from "../parts/joint-states.ts";
import { noNoise } from "../parts/noise.ts";
import { entmax15, sparsemax } from "../parts/sparse-softmax.ts";
import { everyState } from "../parts/states.ts";

type Own = Pick<LossDefinition<Record<never, never>, "categorical">, "id" | "title" | "place" | "reference">;

/**
 * The sum over all joint states with sparse probabilities in place of the softmax: exact for that sparse
 * distribution, whose gradient is zero for categories outside its support. The value is its expectation.
 */
// @__NO_SIDE_EFFECTS__
function sparseMarginal(
  own: Own,
  project: (logits: np.Array) => np.Array,
): (given?: { readonly [name: string]: never }) => LossEstimator<"categorical"> {
  return defineEstimator({
    ...own,
    family: "exact",
    supports: ["categorical"],
    unbiased: false,
    law: "own",
    enumerates: true,
    formula: `sum_x f(x) dP(x)/da, P the product of ${own.id.split("-")[0]}(a)`,
    note: "No variance: another distribution, with exact zeros, and its exact gradient. Deploy with the same projection.",
    evaluations: (q) => listedStateCount(own.id, q),
    noise: noNoise,
    ownLaw: (q, noise) => {
      noise.dispose();
      return project(q.logits);
    },
    losses: (q, f, noise, state) => {
      noise.dispose();
      listedStateCount(own.id, q);
      const spread = everyState(q);
      const values = f(spread.ref);
      const perVariable = np.sum(spread.mul(project(q.logits)), -1);
      return { losses: np.sum(productOverVariables(q, perVariable).mul(values), 0), state };
    },
  });
}

/** The product over the variables, by multiplication so that a zero has a finite derivative. Consumes x. */
function productOverVariables(q: Distribution, x: np.Array): np.Array {
  if (q.eventShape.length === 1) return x;
  const factors = np.split(x, q.eventShape[0]!, -1).map((factor) => np.squeeze(factor, -1));
  return factors.slice(1).reduce((product, factor) => product.mul(factor), factors[0]!);
}

/**
 * Marginalization over sparsemax probabilities: `sum_x f(x) dP(x)/da`, P the product of `sparsemax(a)`.
 *
 * @throws RangeError for more than 4096 joint states, when it is used.
 * @see Martins & Astudillo 2016 (sparsemax); Correia, Niculae, Aziz & Martins 2020 (marginalization)
 * @example
 * const losses = expectation(categorical(logits), f, sparsemaxMarginal(), key);
 */
export const sparsemaxMarginal = sparseMarginal(
  { id: "sparsemax-marginal", title: "Sparsemax, summed exactly", place: 4, reference: "correia2020" },
  sparsemax,
);

/**
 * Marginalization over 1.5-entmax probabilities, between softmax and sparsemax: `sum_x f(x) dP(x)/da`, P the product of
 * `entmax15(a)`.
 *
 * @throws RangeError for more than 4096 joint states, when it is used.
 * @see Peters, Niculae & Martins 2019 (entmax); Correia, Niculae, Aziz & Martins 2020 (marginalization)
 * @example
 * const losses = expectation(categorical(logits), f, entmaxMarginal(), key);
 */
export const entmaxMarginal = sparseMarginal(
  { id: "entmax-marginal", title: "1.5-entmax, summed exactly", place: 5, reference: "peters2019" },
  entmax15,
);
