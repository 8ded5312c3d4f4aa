import { numpy as np, random } from "@jax-js/jax";
import { evaluate, resolveOptions } from "../../checks.ts";
import { fixed } from "../../distributions/index.ts";
import { references } from "../../references.ts";
import { detach } from "../../surrogate.ts";
import type { Distribution, Estimator, OptionsTable, Traits } from "../../types.ts";
import { descend, startDescent } from "../parts/adaptation.ts";
import {
  drawHard,
  everyKind,
  learningRateOption,
  lossEstimator,
  overEvent,
  score,
  withLogitGradient,
} from "../parts/index.ts";

const HIDDEN = 32;

const options: OptionsTable = {
  normalize: {
    type: "boolean",
    default: false,
    help: "divide the signal by max(1, its running standard deviation): scales the gradient",
  },
  decay: {
    type: "number",
    default: 0.9,
    min: 0,
    max: 0.9999,
    help: "weight of the past in the running averages",
  },
  learningRate: learningRateOption,
};

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
 * Reference: Mnih & Gregor 2014.
 * @example
 * const step = statefulExpectation(q, f, nvil({ normalize: true }), key, state);
 */
export function nvil(given: { normalize?: boolean; decay?: number; learningRate?: number } = {}): Estimator {
  const settings = resolveOptions<{ normalize: boolean; decay: number; learningRate: number }>(
    "nvil",
    options,
    given,
  );
  const { normalize } = settings;
  const traits: Traits = {
    id: "nvil",
    title: "NVIL: learned input-dependent baseline",
    family: "score function",
    supports: everyKind,
    unbiased: !normalize,
    exactDegree: normalize ? 0 : "all",
    forward: "hard",
    needs: "values",
    formula: "(D - mean) (f(D) - c - B(a)) / max(1, std) with normalize",
    note: "The baseline needs training, and sees the input only through the logits; keeps state.",
    reference: references.mnih2014,
    options,
    example: "statefulExpectation(q, f, nvil(), key, state)",
  };
  return lossEstimator(traits, settings, {
    evaluations: () => 1,
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
    losses: (q, f, noise, state) => {
      const sample = drawHard(q, noise);
      const losses = evaluate("nvil", q, f, sample.ref);
      const logits = detach(q.logits.ref);
      const values = detach(losses.ref);
      const { average, square, weight, ...net } = state as { [name: string]: np.Array } & {
        average: np.Array;
        square: np.Array;
        weight: np.Array;
      };
      const { next, residual: signal } = descend(net, settings.learningRate, (p) =>
        values.sub(baseline(q, logits, p)),
      );
      const update = (old: np.Array, now: np.Array): np.Array =>
        old.mul(settings.decay).add(now.mul(1 - settings.decay));
      const scaled = normalize ? signal.ref.div(deviationOf(average, square, weight)) : signal.ref;
      const gradient = overEvent(q, scaled).mul(score(fixed(q), sample));
      return {
        losses: withLogitGradient(q, losses, gradient),
        state: {
          ...next,
          average: update(average, np.mean(signal.ref)),
          square: update(square, np.mean(np.square(signal))),
          weight: weight.mul(settings.decay).add(1 - settings.decay),
        },
      };
    },
  });
}
