import { numpy as np, random } from "@jax-js/jax";
import { onlyAllowed } from "../../distributions/mask.ts";
import { detach } from "../../surrogate.ts";
import type { Distribution, NamedArrays } from "../../types.ts";
import { defineEstimator } from "../define.ts";
import { descend, startDescent } from "../parts/adaptation.ts";
import { overEvent } from "../parts/event.ts";
import { withLogitGradient } from "../parts/gradient.ts";
import { everyKind } from "../parts/kinds.ts";
import { baselineRateOption, decayOption } from "../parts/options.ts";
import { drawHard, score } from "../parts/sample.ts";

const HIDDEN = 32;

/** Of the signal, by weights that add up to `weight`. */
interface Averages {
  average: np.Array;
  square: np.Array;
  weight: np.Array;
}

/** A network of one hidden layer from the (detached) logits to one number per example. */
function baseline(q: Distribution, logits: np.Array, net: { [name: string]: np.Array }): np.Array {
  const flat = logits.reshape([...q.batchShape, -1]);
  const hidden = np.tanh(np.matmul(flat, net.weights!).add(net.biases!));
  return np.sum(hidden.mul(net.output!), -1).add(net.centre!);
}

/** `max(1, standard deviation)` from running averages whose weights add up to `weight`. Consumes none. */
function deviationOf(average: np.Array, square: np.Array, weight: np.Array): np.Array {
  const total = np.maximum(weight.ref, 1e-8);
  const mean = average.ref.div(total.ref);
  const variance = square.ref.div(total).sub(np.square(mean));
  return np.maximum(np.sqrt(np.maximum(variance, 1e-12)), 1);
}

/**
 * NVIL: REINFORCE with a learned baseline that sees the logits, `(D - mean) (f(D) - c - B(logits))`. B is a network
 * of one hidden layer of 32 units, trained by Adam on the squared error of its prediction; it lives in the state.
 *
 * With `normalize` the signal is also divided by `max(1, running standard deviation)`, as in the paper: that
 * scales the whole gradient, so it is no longer an unbiased estimate of it.
 *
 * @param given.normalize whether to (default false).
 * @param given.decay weight of the past in the running variance, 0 to 0.9999 (default 0.9).
 * @param given.learningRate of the baseline, 0 to 1 (default 0.01).
 * @throws RangeError for options out of range.
 * @see Mnih & Gregor 2014
 * @example
 * const estimator = nvil({ normalize: true });
 * const { losses, state } = statefulExpectation(q, f, estimator, key, estimator.init(q));
 */
export const nvil = defineEstimator({
  id: "nvil",
  title: "NVIL: learned input-dependent baseline",
  family: "score function",
  place: 5,
  supports: everyKind,
  unbiased: true,
  formula: "(D - mean) (f(D) - c - B(a)) / max(1, std) with normalize",
  note: "The baseline needs training, and sees the input only through the logits; keeps state.",
  reference: "mnih2014",
  options: {
    normalize: {
      type: "boolean",
      default: false,
      help: "divide the signal by max(1, its running standard deviation): scales the gradient",
    },
    decay: decayOption,
    learningRate: baselineRateOption,
  },
  claims: ({ normalize }) => ({ unbiased: !normalize }),
  init: (q) => {
    const inputs = q.eventShape.reduce((a, b) => a * b, 1);
    return startDescent(
      {
        weights: random.normal(random.key(0), [inputs, HIDDEN]).div(Math.sqrt(inputs)),
        biases: np.zeros([HIDDEN]),
        output: np.zeros([HIDDEN]),
        centre: np.array(0),
      },
      { average: np.array(0), square: np.array(0), weight: np.array(0) },
    );
  },
  losses: (q, f, noise, state, { normalize, decay, learningRate }) => {
    const sample = drawHard(q, noise);
    const losses = f(sample.ref);
    const logits = onlyAllowed(q, detach(q.logits.ref));
    const values = detach(losses.ref);
    const { average, square, weight, ...net } = state as NamedArrays & Averages;
    const { next, residual: signal } = descend(net, learningRate, (p) => values.sub(baseline(q, logits, p)));
    const update = (old: np.Array, now: np.Array): np.Array => old.mul(decay).add(now.mul(1 - decay));
    const scaled = normalize ? signal.ref.div(deviationOf(average, square, weight)) : signal.ref;
    const gradient = overEvent(q, scaled).mul(score(q, sample));
    return {
      losses: withLogitGradient(q, losses, gradient),
      state: {
        ...next,
        average: update(average, np.mean(signal.ref)),
        square: update(square, np.mean(np.square(signal))),
        weight: weight.mul(decay).add(1 - decay),
      },
    };
  },
});
