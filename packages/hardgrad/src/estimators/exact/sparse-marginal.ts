import { numpy as np } from "@jax-js/jax";
import { evaluate, resolveOptions } from "../../checks.ts";
import { functionsOf } from "../../distributions/index.ts";
import { references } from "../../references.ts";
import type { Distribution, Estimator, Reference, Traits } from "../../types.ts";
import { lossEstimator, noNoise } from "../parts/index.ts";
import { listedStateCount } from "../parts/joint-states.ts";
import { entmax15, sparsemax } from "../parts/sparse-softmax.ts";

/**
 * The sum over all joint states with sparse probabilities in place of the softmax: exact for that sparse
 * distribution, whose gradient is zero for categories outside its support. The value is its expectation.
 */
function sparseMarginal(
  id: string,
  title: string,
  reference: Reference,
  project: (logits: np.Array) => np.Array,
  given: Record<never, never>,
): Estimator {
  const traits: Traits = {
    id,
    title,
    family: "exact",
    supports: ["categorical"],
    unbiased: false,
    exactDegree: 0,
    forward: "hard",
    law: "own",
    needs: "values",
    formula: `sum_x f(x) dP(x)/da, P the product of ${id.split("-")[0]}(a)`,
    note: "No variance: another distribution, with exact zeros, and its exact gradient. Deploy with the same projection.",
    reference,
    options: {},
    example: `expectation(categorical(logits), f, ${id.startsWith("sparsemax") ? "sparsemaxMarginal" : "entmaxMarginal"}(), key)`,
  };
  return lossEstimator(traits, resolveOptions(id, {}, given), {
    evaluations: (q) => listedStateCount(id, q),
    noise: noNoise,
    losses: (q, f, noise, state) => {
      noise.dispose();
      const count = listedStateCount(id, q);
      const shape = [count, ...q.logits.shape];
      const states = functionsOf(q).states(q);
      const spread = np.broadcastTo(
        states.reshape([count, ...q.batchShape.map(() => 1), ...q.eventShape]),
        shape,
      );
      const values = evaluate(id, q, f, spread.ref);
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
 * Marginalisation over sparsemax probabilities.
 *
 * Reference: Martins & Astudillo 2016 (sparsemax); Correia et al. 2020 (marginalisation).
 * @example
 * const losses = expectation(categorical(logits), f, sparsemaxMarginal(), key);
 */
export function sparsemaxMarginal(given: Record<never, never> = {}): Estimator {
  return sparseMarginal(
    "sparsemax-marginal",
    "Sparsemax, summed exactly",
    references.correia2020,
    sparsemax,
    given,
  );
}

/**
 * Marginalisation over 1.5-entmax probabilities: between softmax and sparsemax.
 *
 * Reference: Peters, Niculae & Martins 2019 (entmax); Correia et al. 2020.
 * @example
 * const losses = expectation(categorical(logits), f, entmaxMarginal(), key);
 */
export function entmaxMarginal(given: Record<never, never> = {}): Estimator {
  return sparseMarginal(
    "entmax-marginal",
    "1.5-entmax, summed exactly",
    references.peters2019,
    entmax15,
    given,
  );
}
