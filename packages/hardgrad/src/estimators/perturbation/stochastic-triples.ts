import { numpy as np, random } from "@jax-js/jax";
import { oneHotArgmax } from "../../distributions/categorical.ts";
import { centred, exponential, gumbel, perturbed } from "../../distributions/noise.ts";
import { log } from "../../math.ts";
import { detach } from "../../surrogate.ts";
import type { Distribution } from "../../types.ts";
import { defineEstimator } from "../define.ts";
import { withLogitGradient } from "../parts/gradient.ts";
import { IMPOSSIBLE } from "../parts/joint-states.ts";
import { oneAtATime, overVariables, variableCount } from "../parts/neighbours.ts";
import { drawNoise } from "../parts/noise.ts";
import { rows } from "../parts/rows.ts";
import { drawHard, fixedMean } from "../parts/sample.ts";

/**
 * An infinitesimal change of the logit makes a finite change of the sample at a rate: the rate `[...batch, event]`
 * (one number per variable for categorical), and the value of each variable after it.
 */
interface Perturbation {
  readonly rate: np.Array;
  readonly changed: np.Array;
}

/** Does not consume its arguments. */
function perturb(q: Distribution, sample: np.Array, fresh: np.Array, right: boolean): Perturbation {
  const mean = fixedMean(q);
  if (q.kind === "categorical") {
    // Another category, by its probability given that it is another.
    const left = np.where(np.greater(sample.ref, 0.5), IMPOSSIBLE, centred(detach(q.logits.ref), 1));
    const scores = perturbed(left, fresh.ref, 1);
    const others = np.sum(mean.mul(np.negative(sample.ref).add(1)), -1);
    const rate = q.eventShape.length === 1 ? others.reshape([...others.shape, 1]) : others;
    return { rate, changed: oneHotArgmax(scores) };
  }
  const x = sample.ref;
  if (q.kind === "poisson") {
    if (right) return { rate: mean, changed: x.add(1) };
    mean.dispose();
    return { rate: x.ref, changed: np.maximum(x.sub(1), 0) };
  }
  const trials = q.kind === "binomial" ? q.total : 1;
  const p = mean.div(trials);
  if (right) return { rate: np.negative(x.ref).add(trials).mul(p), changed: np.minimum(x.add(1), trials) };
  return { rate: x.ref.mul(np.negative(p).add(1)), changed: np.maximum(x.sub(1), 0) };
}

/**
 * Stochastic triples (smoothed perturbation analysis): a small change of a logit changes the sample by a finite step
 * at some rate; the estimate is `rate (f(changed) - f(sample))`. Bernoulli, right: `p 1[b = 0] (f(1) - f(0))`.
 * With pruning one variable is followed, chosen with probability proportional to its rate: two evaluations whatever
 * the number of units.
 *
 * @param given.side whether the parameter grows, `"right"` (default), or falls, `"left"`.
 * @param given.prune true (default), or false: units + 1 evaluations and less variance.
 * @throws RangeError for options out of range.
 * @see Arya, Schauer, Schäfer & Rackauckas 2022
 * @example
 * const losses = expectation(poisson(logits), f, stochasticTriples(), key);
 */
export const stochasticTriples = defineEstimator({
  id: "stochastic-triples",
  title: "Stochastic triples (smoothed perturbation analysis)",
  family: "perturbation",
  place: 1,
  supports: ["bernoulli", "categorical", "poisson", "binomial"],
  unbiased: true,
  formula: "rate (f(x + step) - f(x)), Bernoulli: p 1[b = 0] (f(1) - f(0))",
  note: "Built for forward mode, where one direction is asked for; in reverse mode pruning spreads two evaluations over all units.",
  reference: "arya2022",
  options: {
    side: {
      type: "choice",
      default: "right",
      choices: ["right", "left"],
      help: "whether the parameter grows or falls: each is unbiased",
    },
    prune: {
      type: "boolean",
      default: true,
      help: "follow one perturbation, chosen by its rate (2 evaluations), instead of every one (units + 1)",
    },
  },
  evaluations: (q, { prune }) => (prune ? 2 : 1 + variableCount(q)),
  // The sample's noise, and exponentials for the alternative and for the choice of the variable.
  noise: (q, key) => {
    const [first, second] = rows(random.split(key, 2), [0, 1]) as [np.Array, np.Array];
    const own = drawNoise(q, first);
    const others = exponential(second, [2, ...own.shape]);
    return np.concatenate([own.reshape([1, ...own.shape]), others], 0);
  },
  losses: (q, f, noise, state, { side, prune }) => {
    const [own, fresh, choice] = rows(noise, [0, 1, 2]) as [np.Array, np.Array, np.Array];
    const right = side === "right";
    const sample = drawHard(q, own);
    const { rate, changed } = perturb(q, sample, fresh, right);
    fresh.dispose();
    const neighbours = oneAtATime(q, sample.ref, changed.ref); // [variables, ...sample]
    const first = sample.ref.reshape([1, ...sample.shape]);
    const direction = directionOf(q, sample, changed, right);
    if (!prune) {
      choice.dispose();
      const all = f(np.concatenate([first, neighbours], 0));
      const [head, tail] = np.split(all, [1], 0) as [np.Array, np.Array];
      const losses = np.squeeze(head, 0);
      const there = np.moveaxis(detach(tail), 0, -1);
      const step = there.sub(detach(losses.ref).reshape([...losses.shape, 1])).mul(rate);
      return { losses: withLogitGradient(q, losses, overVariables(q, step).mul(direction)), state };
    }
    const scores = log(rate.ref).add(gumbel(perVariable(q, choice)));
    const picked = oneHotArgmax(scores); // [...batch, variables]
    const total = np.sum(rate, -1);
    const weights = np.moveaxis(picked.ref, -1, 0);
    const one = np.sum(overVariablesAhead(q, weights).mul(neighbours), 0, { keepdims: true });
    const [head, tail] = rows(f(np.concatenate([first, one], 0)), [0, 1]) as [np.Array, np.Array];
    const step = detach(tail).sub(detach(head.ref)).mul(total);
    const spread = picked.mul(step.reshape([...step.shape, 1]));
    return { losses: withLogitGradient(q, head, overVariables(q, spread).mul(direction)), state };
  },
});

/** Which logits the rate belongs to, and its sign. Consumes sample and changed. */
function directionOf(q: Distribution, sample: np.Array, changed: np.Array, right: boolean): np.Array {
  if (q.kind !== "categorical") {
    changed.dispose();
    return sample.mul(0).add(right ? 1 : -1);
  }
  if (right) {
    sample.dispose();
    return changed;
  }
  changed.dispose();
  return np.negative(sample);
}

/** One exponential per variable. Consumes noise. */
function perVariable(q: Distribution, noise: np.Array): np.Array {
  if (q.kind !== "categorical") return noise;
  const [first, rest] = np.split(noise, [1], -1) as [np.Array, np.Array];
  rest.dispose();
  return q.eventShape.length === 1 ? first : np.squeeze(first, -1);
}

/** `[variables, ...batch]` spread over the event. */
function overVariablesAhead(q: Distribution, weights: np.Array): np.Array {
  return weights.reshape([...weights.shape, ...q.eventShape.map(() => 1)]);
}
