import { numpy as np, tree } from "@jax-js/jax";
import { pullback } from "../../gradients.ts";
import { detach } from "../../surrogate.ts";
import type { NamedArrays } from "../../types.ts";

/** Adam on the few parameters of a control variate or baseline, which live in the estimator's state. */

/** Parameters with zero moments, plus what else the estimator keeps. */
export function startDescent(parameters: NamedArrays, others: NamedArrays = {}): NamedArrays {
  const state: NamedArrays = { ...others, steps: np.array(0) };
  for (const [name, value] of Object.entries(parameters)) {
    state[name] = value;
    state[`${name}/mean`] = np.zeros(value.shape);
    state[`${name}/square`] = np.zeros(value.shape);
  }
  return state;
}

/** The parameters of a state made by `startDescent`, without moments. Takes no reference. */
export function descentParameters(state: NamedArrays): NamedArrays {
  return Object.fromEntries(
    Object.entries(state).filter(([name]) => name !== "steps" && !name.includes("/")),
  ) as NamedArrays;
}

/**
 * One step of Adam that lowers the mean square of what `residual` returns: the estimate (whose mean does not depend on
 * the parameters, so this lowers its variance), or the error of a baseline. A gradient that is not finite leaves the
 * parameters alone. Consumes the state; returns the next one and the residual before the step, detached.
 *
 * @param entries of the residual, of which the mean is taken; by default all. Consumed.
 */
export function descend(
  state: NamedArrays,
  learningRate: number,
  residual: (parameters: NamedArrays) => np.Array,
  entries?: np.Array,
): { next: NamedArrays; residual: np.Array } {
  const parameters = descentParameters(state);
  const detached = tree.map((x: np.Array) => detach(x.ref), parameters) as NamedArrays;
  const { value, backward } = pullback(residual, detached);
  const twice = value.ref.mul(2);
  const gradient = backward(entries ? twice.div(entries) : twice.div(value.size));
  const steps = state.steps!.add(1);
  const correction = (decay: number): np.Array => np.negative(np.exp(steps.ref.mul(Math.log(decay)))).add(1);
  const next: NamedArrays = {};
  for (const [name, parameter] of Object.entries(parameters)) {
    const raw = detach(gradient[name]!);
    const g = np.where(np.isfinite(raw.ref), raw, 0);
    const mean = state[`${name}/mean`]!.mul(0.9).add(g.ref.mul(0.1));
    const square = state[`${name}/square`]!.mul(0.999).add(np.square(g).mul(0.001));
    const rate = np.sqrt(square.ref.div(correction(0.999))).add(1e-8);
    next[name] = parameter.sub(mean.ref.div(correction(0.9)).div(rate).mul(learningRate));
    next[`${name}/mean`] = mean;
    next[`${name}/square`] = square;
  }
  next.steps = steps;
  return { next, residual: detach(value) };
}
