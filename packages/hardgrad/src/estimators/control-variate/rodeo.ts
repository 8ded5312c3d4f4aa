import { numpy as np, random, tree } from "@jax-js/jax";
import { forbidden } from "../../distributions/mask.ts";
import { detach } from "../../surrogate.ts";
import type { Distribution, NamedArrays } from "../../types.ts";
import { defineEstimator } from "../define.ts";
import { descend, startDescent } from "../parts/adaptation.ts";
import { overEvent, sumEvent } from "../parts/event.ts";
import { evaluateWithGradient, withLogitGradient } from "../parts/gradient.ts";
import { variableCount } from "../parts/neighbours.ts";
import { drawNoise } from "../parts/noise.ts";
import { baselineRateOption, samplesOption } from "../parts/options.ts";
import { allowedEntries, drawHard, fixedMean } from "../parts/sample.ts";

const HIDDEN = 16;

/** Everything that the estimate is made of, apart from the learned parameters; detached. */
interface Draws {
  readonly values: np.Array; // f_k: [K, ...batch]
  readonly deviation: np.Array; // x_k - pi: [K, ...batch, ...event]
  /** What H sees at x_k: mean f of the others, and the others' gradients times x_k - x_j. [K, ...batch] */
  readonly level: np.Array;
  readonly slope: np.Array;
  /** The same slope at the neighbours, by category: [K, ...batch, ...event, categories]; Bernoulli: 0 and 1. */
  readonly neighbourSlope: np.Array;
  /** Probability of each category, on the same axes as the neighbours. */
  readonly weights: np.Array;
}

/** Consumes values, sample and g. */
function prepare(q: Distribution, samples: number, values: np.Array, sample: np.Array, g: np.Array): Draws {
  const mean = fixedMean(q);
  const others = (x: np.Array): np.Array => {
    const total = np.sum(x.ref, 0, { keepdims: true });
    return total.sub(x).div(samples - 1);
  };
  const otherGradient = others(g.ref);
  const along = sumEvent(q, g.mul(sample.ref)); // <g_j, x_j>
  const slope = sumEvent(q, otherGradient.ref.mul(sample.ref)).sub(others(along));
  const level = others(values.ref);
  // The slope changes by g at the new value minus g at the old one, in the variable that is redrawn.
  const old = perVariable(q, otherGradient.ref.mul(sample.ref));
  const fresh = byCategory(q, otherGradient);
  const wide = slope.ref.reshape([...slope.shape, ...Array(fresh.ndim - slope.ndim).fill(1)]);
  const neighbourSlope = fresh.sub(old).add(wide);
  const weights =
    q.kind === "categorical" ? mean.ref : np.stack([np.negative(mean.ref).add(1), mean.ref], -1);
  return { values, deviation: sample.sub(mean), level, slope, neighbourSlope, weights };
}

/** Sum over the categories, kept as an axis; Bernoulli: a new axis. */
function perVariable(q: Distribution, x: np.Array): np.Array {
  return q.kind === "categorical" ? np.sum(x, -1, { keepdims: true }) : x.reshape([...x.shape, 1]);
}

/** g at each value of the variable: for a one-hot its entries, for 0/1 zero and g. */
function byCategory(q: Distribution, g: np.Array): np.Array {
  return q.kind === "categorical" ? g : np.stack([g.ref.mul(0), g], -1);
}

/** Consumes draws and parameters. */
function estimate(q: Distribution, samples: number, draws: Draws, p: NamedArrays): np.Array {
  const { values, deviation, level, slope, neighbourSlope, weights } = draws;
  // Units that a mask forbids are not redrawn.
  const off = q.masked && q.kind === "bernoulli" ? forbidden(q) : undefined;
  const on = off && np.where(off.ref, 0, 1).astype(np.float32);
  const variables = on ? np.maximum(np.sum(on, -1), 1) : np.full([...q.batchShape], variableCount(q));
  const spreadLevel = level.ref.reshape([...level.shape, ...Array(neighbourSlope.ndim - level.ndim).fill(1)]);
  const network = (l: np.Array, s: np.Array): np.Array => {
    const inputs = np.stack(np.broadcastArrays(l, s.ref) as np.Array[], -1);
    const hidden = np.tanh(np.matmul(inputs, p.weights!.ref).add(p.biases!.ref));
    return s.add(np.sum(hidden.mul(p.output!.ref), -1));
  };
  const here = network(level, slope); // [K, ...batch]
  const there = network(spreadLevel, neighbourSlope).mul(weights.ref); // [K, ...batch, variables, categories]
  for (const name of ["weights", "biases", "output"]) p[name]!.dispose();
  const perUnit = np.sum(there.ref, -1); // E[H(y)] for each variable
  const counted = off ? np.where(off, 0, perUnit.ref) : perUnit.ref;
  const total = q.kind === "categorical" && q.eventShape.length === 1 ? counted : np.sum(counted, -1);
  const stein = total.ref.sub(here.ref.mul(variables.ref)); // (A H_k)(x_k)

  const adjusted = values.ref.add(stein.mul(p.alpha!)); // f_j + alpha (A H_j)(x_j)
  const baseline = np
    .sum(adjusted.ref, 0, { keepdims: true })
    .sub(adjusted)
    .div(samples - 1);
  const first = np.mean(overEvent(q, values.sub(baseline)).mul(deviation.ref), 0);

  // (A h (x - pi))(x_k): the redrawn variable contributes its own moment, the others keep their deviation.
  const moment = q.kind === "categorical" ? there : secondCategory(there);
  const mean = q.kind === "categorical" ? weights : secondCategory(weights);
  const kept = q.kind === "categorical" ? perUnit.reshape([...perUnit.shape, 1]) : perUnit;
  const redrawn = moment.sub(mean.mul(kept.ref));
  const unchanged = overEvent(q, total).sub(kept).mul(deviation.ref);
  const vector = redrawn.add(unchanged).sub(overEvent(q, here.mul(variables)).mul(deviation));
  return first.add(np.mean(vector, 0).mul(p.beta!));
}

/** The entry of the value 1 on the last axis of two. Consumes x. */
function secondCategory(x: np.Array): np.Array {
  const [zero, one] = np.split(x, 2, -1) as [np.Array, np.Array];
  zero.dispose();
  return np.squeeze(one, -1);
}

/**
 * RODEO: RLOO with control variates made by a discrete Stein operator. For any function H that looks at the other samples
 * only, `(A H)(x) = sum over variables of E[H(x with that variable drawn afresh)] - H(x)` has mean zero. H is the slope of
 * f between x and the others, by their gradients, plus a small network of that and of f there, trained to make the
 * variance small. No evaluations of f beyond the K samples.
 *
 * The paper has the mean over variables. By the sum the best coefficients are near 1 for any number of variables, where
 * descent soon is.
 *
 * @param given.samples K, 2 to 1024 (default 4): evaluations of f, with gradient, per example.
 * @param given.learningRate of the network and of both coefficients, 0 to 1 (default 0.01).
 * @throws RangeError for options out of range.
 * @see Shi, Zhou, Hwang, Titsias & Mackey 2022
 * @example
 * const estimator = rodeo({ samples: 2 });
 * const { losses, state } = statefulExpectation(q, f, estimator, key, estimator.init(q));
 */
export const rodeo = defineEstimator({
  id: "rodeo",
  title: "RODEO: Stein-operator control variates",
  family: "control variate",
  place: 3,
  supports: ["bernoulli", "categorical"],
  unbiased: true,
  needs: "values and gradient",
  formula: "RLOO with f_j + alpha (A H_j)(x_j) in the baselines, plus beta A(h (x - pi))",
  note: "On a binary autoencoder the least variance of all at two samples. Keeps state: two coefficients and a small network.",
  reference: "shi2022",
  options: { samples: samplesOption, learningRate: baselineRateOption },
  evaluations: (_q, { samples }) => samples,
  init: () =>
    startDescent({
      alpha: np.array(0),
      beta: np.array(0),
      weights: random.normal(random.key(0), [2, HIDDEN]),
      biases: np.zeros([HIDDEN]),
      output: np.zeros([HIDDEN]),
    }),
  noise: (q, key, { samples }) => drawNoise(q, key, samples),
  losses: (q, f, noise, state, { samples, learningRate }) => {
    const sample = drawHard(q, noise);
    const { losses, gradient: g } = evaluateWithGradient(q, f, sample.ref);
    const draws = prepare(q, samples, detach(losses.ref), detach(sample), g);
    const { next, residual: gradient } = descend(
      state,
      learningRate,
      (p) => estimate(q, samples, tree.ref(draws as never) as Draws, p),
      allowedEntries(q),
    );
    tree.dispose(draws as never);
    return { losses: withLogitGradient(q, np.mean(losses, 0), gradient), state: next };
  },
});
