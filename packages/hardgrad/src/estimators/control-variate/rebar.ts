import { nn, numpy as np, random, tree } from "@jax-js/jax";
import { evaluate, resolveOptions } from "../../checks.ts";
import { fixed, functionsOf } from "../../distributions/index.ts";
import { onlyAllowed } from "../../distributions/mask.ts";
import { centred, gumbel, logit } from "../../distributions/noise.ts";
import { pullback } from "../../gradients.ts";
import { sigmoid } from "../../math.ts";
import { references } from "../../references.ts";
import { detach } from "../../surrogate.ts";
import type { Distribution, Estimator, NamedArrays, Objective, OptionsTable, Traits } from "../../types.ts";
import { descend, startDescent } from "../parts/adaptation.ts";
import { conditionalGumbel, conditionalLogistic } from "../parts/conditional.ts";
import {
  learningRateOption,
  lossEstimator,
  overEvent,
  row,
  score,
  withLogitGradient,
} from "../parts/index.ts";
import { stackedNoise, unstackNoise } from "../relaxation/gumbel-rao.ts";

type Parameters = { [name: string]: np.Array };

/** The control variate of z `[2, ...batch, ...event]`, one number per example. Consumes z and the parameters. */
type ControlVariate = (
  q: Distribution,
  soft: (z: np.Array) => np.Array,
  z: np.Array,
  p: Parameters,
) => np.Array;

const options: OptionsTable = {
  temperature: {
    type: "number",
    default: 0.5,
    min: 0.01,
    max: 100,
    help: "where the learned temperature starts",
  },
  scale: {
    type: "number",
    default: 1,
    min: -10,
    max: 10,
    help: "where the learned factor on f at the relaxed sample starts",
  },
  learningRate: learningRateOption,
};

interface Settings {
  [name: string]: number;
  temperature: number;
  scale: number;
  learningRate: number;
}

const traitsOf = (
  own: Pick<Traits, "id" | "title" | "formula" | "note" | "reference" | "example">,
): Traits => ({
  ...own,
  family: "control variate",
  supports: ["bernoulli", "categorical"],
  unbiased: true,
  exactDegree: "all",
  continuous: true,
  forward: "hard",
  needs: "values and soft gradient",
  options,
});

/** Perturbed logits `z` of the sample, and `z` given the sample from fresh noise: `[2, ...]`. Consumes all. */
function bothPerturbed(
  q: Distribution,
  own: np.Array,
  fresh: np.Array,
  sample: np.Array,
  a: np.Array,
): np.Array {
  if (q.kind === "categorical") {
    const shifted = centred(a, 1);
    return np.stack([shifted.ref.add(gumbel(own)), conditionalGumbel(shifted, sample, fresh)], 0);
  }
  return np.stack([a.ref.sub(logit(own)), conditionalLogistic(a, sample, fresh)], 0);
}

/**
 * `(f(D) - c(z')) (D - pi) + dc(z)/da - dc(z')/da`, z the perturbed logits that gave D and z' a fresh draw given D.
 * Unbiased for any continuous c. The parameters of c are trained by the gradient of the mean square of the estimate.
 */
function relaxedControlVariate(
  traits: Traits,
  settings: Settings,
  init: (q: Distribution) => NamedArrays,
  c: ControlVariate,
): Estimator {
  return lossEstimator(traits, settings, {
    evaluations: () => 3,
    init,
    noise: stackedNoise(1),
    losses: (q, f, noise, state) => {
      const { own, fresh } = unstackNoise(noise);
      const other = np.squeeze(fresh, 0);
      const sample = detach(functionsOf(q).sample(fixed(q), own.ref));
      const losses = evaluate(traits.id, q, f, sample.ref);
      const values = detach(losses.ref);
      const a = detach(q.logits.ref);
      const scores = detach(score(fixed(q), sample.ref));
      const estimate = (p: Parameters): np.Array => {
        const { value: c2, backward } = pullback((logits: np.Array): np.Array => {
          const z = bothPerturbed(q, own.ref, other.ref, sample.ref, logits);
          return controlOf(q, f, traits.id, c, z, tree.ref(p));
        }, a.ref);
        const signs = np.array([1, -1]).reshape([2, ...q.batchShape.map(() => 1)]);
        const gradient = backward(np.broadcastTo(signs, c2.shape));
        const conditioned = row(c2, 1);
        tree.dispose(p);
        return overEvent(q, values.ref.sub(conditioned)).mul(scores.ref).add(gradient);
      };
      const { next, residual: gradient } = descend(state, settings.learningRate, estimate);
      for (const array of [own, other, sample, values, a, scores]) array.dispose();
      return { losses: withLogitGradient(q, losses, gradient), state: next };
    },
  });
}

/** c at z: f at the relaxed samples goes in through `soft`, which the control variate calls with its temperature. */
function controlOf(
  q: Distribution,
  f: Objective,
  id: string,
  c: ControlVariate,
  z: np.Array,
  p: Parameters,
): np.Array {
  const inverse = np.exp(np.negative(p.logTemperature!));
  const soft = (x: np.Array): np.Array => {
    const scaled = x.mul(inverse);
    const y = q.kind === "categorical" ? nn.softmax(scaled, -1) : sigmoid(scaled);
    return evaluate(id, q, f, y);
  };
  return c(q, soft, z, p);
}

/**
 * REBAR: the control variate is f at the relaxed sample, `eta f(sigmoid(z / temperature))` (softmax for categorical); eta
 * and the temperature are learned. Unbiased for any values of them if f
 * is continuous between the hard values: a jump there has no gradient to take its share.
 *
 * @param given.temperature start of the learned temperature, 0.01 to 100 (default 0.5).
 * @param given.scale start of eta, -10 to 10 (default 1); 0 with learningRate 0 is REINFORCE.
 * @param given.learningRate of both, 0 to 1 (default 0.01).
 * Reference: Tucker et al. 2017.
 * @example
 * const step = statefulExpectation(bernoulli(logits), f, rebar(), key, state);
 */
export function rebar(
  given: { temperature?: number; scale?: number; learningRate?: number } = {},
): Estimator {
  const settings = resolveOptions<Settings>("rebar", options, given);
  const traits = traitsOf({
    id: "rebar",
    title: "REBAR: relaxed f as the control variate",
    formula: "(f(D) - c(z')) (D - pi) + d[c(z) - c(z')]/da, c = eta f(soft(z/t))",
    note: "Three evaluations and second derivatives for the learning; f must be continuous in soft values. Keeps state.",
    reference: references.tucker2017,
    example: "statefulExpectation(bernoulli(logits), f, rebar(), key, state)",
  });
  const init = (): NamedArrays =>
    startDescent({
      logTemperature: np.array(Math.log(settings.temperature)),
      scale: np.array(settings.scale),
    });
  return relaxedControlVariate(traits, settings, init, (_q, soft, z, p) => soft(z).mul(p.scale!));
}

const HIDDEN = 32;

/**
 * RELAX: REBAR's control variate plus a small network of z, `eta f(sigmoid(z / temperature)) + net(z)`, all learned. The
 * network has one hidden layer of 32 units and starts at zero: RELAX starts as REBAR.
 *
 * @param given.temperature start of the learned temperature, 0.01 to 100 (default 0.5).
 * @param given.scale start of eta, -10 to 10 (default 1).
 * @param given.learningRate of all parameters, 0 to 1 (default 0.01).
 * Reference: Grathwohl et al. 2018.
 * @example
 * const step = statefulExpectation(bernoulli(logits), f, relax(), key, state);
 */
export function relax(
  given: { temperature?: number; scale?: number; learningRate?: number } = {},
): Estimator {
  const settings = resolveOptions<Settings>("relax", options, given);
  const traits = traitsOf({
    id: "relax",
    title: "RELAX: relaxed f plus a network as the control variate",
    formula: "(f(D) - c(z')) (D - pi) + d[c(z) - c(z')]/da, c = eta f(soft(z/t)) + net(z)",
    note: "The most flexible and dearest of the family. Keeps state: temperature, scale and the network.",
    reference: references.grathwohl2018,
    example: "statefulExpectation(bernoulli(logits), f, relax(), key, state)",
  });
  const init = (q: Distribution): NamedArrays => {
    const inputs = q.eventShape.reduce((x, y) => x * y, 1);
    return startDescent({
      logTemperature: np.array(Math.log(settings.temperature)),
      scale: np.array(settings.scale),
      weights: random.normal(random.key(0), [inputs, HIDDEN]).div(Math.sqrt(inputs)),
      biases: np.zeros([HIDDEN]),
      output: np.zeros([HIDDEN]),
    });
  };
  return relaxedControlVariate(traits, settings, init, (q, soft, z, p) => {
    const flat = onlyAllowed(q, z.ref).reshape([...z.shape.slice(0, z.ndim - q.eventShape.length), -1]);
    const hidden = np.tanh(np.matmul(flat, p.weights!).add(p.biases!));
    return soft(z)
      .mul(p.scale!)
      .add(np.sum(hidden.mul(p.output!), -1));
  });
}
