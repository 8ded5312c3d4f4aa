import { numpy as np, random } from "@jax-js/jax";
import { onlyAllowed } from "../../distributions/mask.ts";
import { detach } from "../../surrogate.ts";
import { defineEstimator } from "../define.ts";
import { startDescent } from "../parts/adaptation.ts";
import { shared, startingAt, withControlVariate } from "./relaxed-control-variate.ts";

const HIDDEN = 32;

/**
 * `sum over units of output tanh(x weights + biases)`, with its slope in x written out: jax-js 0.1.25 has a wrong gradient
 * of a matrix product's gradient, and what RELAX learns from is one. Consumes all.
 */
function network(x: np.Array, weights: np.Array, biases: np.Array, output: np.Array): np.Array {
  const at = detach(x.ref);
  const hidden = np.tanh(np.matmul(at.ref, weights.ref).add(biases));
  const value = np.sum(hidden.ref.mul(output.ref), -1);
  const inner = output.mul(np.negative(np.square(hidden)).add(1));
  const slope = np.matmul(inner, np.transpose(weights));
  return value.add(np.sum(x.sub(at).mul(slope), -1));
}

/**
 * RELAX: REBAR's control variate plus a small network of z, `c = eta f(sigmoid(z / temperature)) + net(z)`, all learned:
 * `(f(D) - c(z')) (D - pi) + d[c(z) - c(z')]/da`. The network has one hidden layer of 32 units and starts at zero:
 * RELAX starts as REBAR.
 *
 * @param given.temperature start of the learned temperature, 0.01 to 100 (default 0.5).
 * @param given.scale start of eta, -10 to 10 (default 1).
 * @param given.learningRate of all parameters, 0 to 1 (default 0.01).
 * @throws RangeError for options out of range.
 * @see Grathwohl, Choi, Wu, Roeder & Duvenaud 2018
 * @example
 * const estimator = relax();
 * const { losses, state } = statefulExpectation(bernoulli(logits), f, estimator, key, estimator.init(q));
 */
export const relax = defineEstimator({
  ...shared,
  id: "relax",
  title: "RELAX: relaxed f plus a network as the control variate",
  place: 5,
  formula: "(f(D) - c(z')) (D - pi) + d[c(z) - c(z')]/da, c = eta f(soft(z/t)) + net(z)",
  note: "The most flexible and dearest of the family. Keeps state: temperature, scale and the network.",
  reference: "grathwohl2018",
  init: (q, settings) => {
    const inputs = q.eventShape.reduce((x, y) => x * y, 1);
    return startDescent({
      ...startingAt(settings),
      weights: random.normal(random.key(0), [inputs, HIDDEN]).div(Math.sqrt(inputs)),
      biases: np.zeros([HIDDEN]),
      output: np.zeros([HIDDEN]),
    });
  },
  losses: (q, f, noise, state, { learningRate }) =>
    withControlVariate(q, f, noise, state, learningRate, (soft, z, p) => {
      const lead = z.shape.slice(0, z.ndim - q.eventShape.length);
      const flat = onlyAllowed(q, z.ref).reshape([...lead, -1]);
      return soft(z)
        .mul(p.scale!)
        .add(network(flat, p.weights!, p.biases!, p.output!));
    }),
});
