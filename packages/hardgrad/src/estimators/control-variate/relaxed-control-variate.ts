import { nn, numpy as np, tree } from "@jax-js/jax";
import { centred, gumbel, logit } from "../../distributions/noise.ts";
import { gradientAlong, pullback } from "../../gradients.ts";
import { sigmoid, softmaxJacobian } from "../../math.ts";
import { detach, lastAxes } from "../../surrogate.ts";
import type { Distribution, NamedArrays, NumberOption, Objective } from "../../types.ts";
import { descend } from "../parts/adaptation.ts";
import { conditionalGumbel, conditionalLogistic } from "../parts/conditional.ts";
import { overEvent } from "../parts/event.ts";
import { withLogitGradient } from "../parts/gradient.ts";
import { stackedNoise, unstackNoise } from "../parts/noise.ts";
import { baselineRateOption } from "../parts/options.ts";
import { row } from "../parts/rows.ts";
import { allowedEntries, drawHard, score } from "../parts/sample.ts";

const temperature: NumberOption = {
  type: "number",
  default: 0.5,
  min: 0.01,
  max: 100,
  help: "where the learned temperature starts",
};

const scale: NumberOption = {
  type: "number",
  default: 1,
  min: -10,
  max: 10,
  help: "where the learned factor on f at the relaxed sample starts",
};

/**
 * What REBAR and RELAX have in common: f at the relaxed sample in the control variate, whose parameters are learned. Three
 * evaluations: at the sample, and at both relaxed samples.
 */
export const shared = {
  family: "control variate",
  supports: ["bernoulli", "categorical"],
  unbiased: true,
  continuous: true,
  needs: "values and soft gradient",
  options: { temperature, scale, learningRate: baselineRateOption },
  evaluations: () => 3,
  noise: (q: Distribution, key: np.Array) => stackedNoise(q, key, 1),
} as const;

/** The learned parameters at first. */
export function startingAt(settings: { temperature: number; scale: number }): NamedArrays {
  return { logTemperature: np.array(Math.log(settings.temperature)), scale: np.array(settings.scale) };
}

/** The control variate of z `[2, ...batch, ...event]`, one number per example. Consumes z and the parameters. */
export type ControlVariate = (soft: (z: np.Array) => np.Array, z: np.Array, p: NamedArrays) => np.Array;

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

/** The relaxed sample of z. Consumes both. */
function relaxed(q: Distribution, z: np.Array, logTemperature: np.Array): np.Array {
  const scaled = z.mul(np.exp(np.negative(logTemperature)));
  return q.kind === "categorical" ? nn.softmax(scaled, -1) : sigmoid(scaled);
}

/** How the relaxed sample y of z changes with the logarithm of its temperature. Consumes all. */
function coolingOf(q: Distribution, y: np.Array, z: np.Array, logTemperature: np.Array): np.Array {
  // Of what a mask puts out of reach, z may overflow: it does not change.
  const within = np.where(np.greater(y.ref, 0), z, 0);
  const scaled = np.negative(within.mul(np.exp(np.negative(logTemperature))));
  return q.kind === "categorical" ? softmaxJacobian(y, scaled) : y.ref.mul(np.negative(y).add(1)).mul(scaled);
}

/**
 * f at the relaxed samples of z, to be differentiated in logits and in the temperature, and in both: from one evaluation
 * at the temperature in hand, so that no gradient goes through the gradient of f.
 */
function softObjective(
  q: Distribution,
  f: Objective,
  zAt: np.Array,
  logTemperature: np.Array,
): { at: (z: np.Array, logTemperature: np.Array) => np.Array; dispose(): void } {
  const t = detach(logTemperature);
  const yAt = relaxed(q, zAt.ref, t.ref);
  const along = gradientAlong(f, yAt.ref, coolingOf(q, yAt.ref, zAt.ref, t.ref));
  const [value, slope] = [detach(along.value), detach(along.gradient)];
  const turn = detach(np.where(np.isfinite(along.change.ref), along.change, 0));
  const axes = lastAxes(q.eventShape.length);
  const kept = [t, yAt, value, slope, turn, zAt];
  return {
    at(z, now) {
      const y = relaxed(q, zAt.ref, now.ref);
      const own = np.sum(slope.ref.mul(y.ref.sub(yAt.ref)), axes);
      const turned = slope.ref.add(turn.ref.mul(now.ref.sub(t.ref)));
      return value.ref.add(own).add(np.sum(turned.mul(relaxed(q, z, now).sub(y)), axes));
    },
    dispose: () => tree.dispose(kept),
  };
}

/**
 * `(f(D) - c(z')) (D - pi) + dc(z)/da - dc(z')/da`, z the perturbed logits that gave D and z' a fresh draw given D.
 * Unbiased for any continuous c. The parameters of c are trained by the gradient of the mean square of the estimate.
 * Consumes q.logits, noise and state.
 */
export function withControlVariate(
  q: Distribution,
  f: Objective,
  noise: np.Array,
  state: NamedArrays,
  learningRate: number,
  c: ControlVariate,
): { losses: np.Array; state: NamedArrays } {
  const { own, fresh } = unstackNoise(noise);
  const other = np.squeeze(fresh, 0);
  const sample = detach(drawHard(q, own.ref));
  const losses = f(sample.ref);
  const values = detach(losses.ref);
  const a = detach(q.logits.ref);
  const scores = detach(score(q, sample.ref));
  const perturbed = (logits: np.Array) => bothPerturbed(q, own.ref, other.ref, sample.ref, logits);
  const soft = softObjective(q, f, perturbed(a.ref), state.logTemperature!.ref);
  const estimate = (p: NamedArrays): np.Array => {
    const { value: c2, backward } = pullback((logits: np.Array): np.Array => {
      const { logTemperature, ...others } = tree.ref(p);
      return c((z) => soft.at(z, logTemperature!), perturbed(logits), others);
    }, a.ref);
    const signs = np.array([1, -1]).reshape([2, ...q.batchShape.map(() => 1)]);
    const gradient = backward(np.broadcastTo(signs, c2.shape));
    const conditioned = row(c2, 1);
    tree.dispose(p);
    return overEvent(q, values.ref.sub(conditioned)).mul(scores.ref).add(gradient);
  };
  const { next, residual: gradient } = descend(state, learningRate, estimate, allowedEntries(q));
  soft.dispose();
  for (const array of [own, other, sample, values, a, scores]) array.dispose();
  return { losses: withLogitGradient(q, losses, gradient), state: next };
}
