import { grad, jit, numpy as np, tree, vjp } from "@jax-js/jax";
import type { State } from "hardgrad";
import type { RunConfig } from "../contract.ts";
import type { Experiment } from "../experiment.ts";
import { adam, keepAll, type Optimizer, type Params, sgd } from "../optimizers.ts";
import { makeEstimator } from "./estimator.ts";

/** Numbers that change during a run, as scalar arrays. */
export type Schedules = { learningRate: np.Array; slope: np.Array; temperature: np.Array };

export interface Carry {
  params: Params;
  optimizer: Params;
  estimator: State;
}

/** The compiled functions of one run. All consume their arguments. */
export interface Program {
  readonly optimizer: Optimizer;
  /** One step: forward, gradient and optimizer together. Adds the mean loss to `total`. */
  step(
    carry: Carry,
    total: np.Array,
    images: np.Array,
    labels: np.Array,
    key: np.Array,
    schedules: Schedules,
  ): [Carry, np.Array];
  /** The estimated gradient of the parameters below the hard layer, flattened. */
  gradient(
    params: Params,
    state: State,
    images: np.Array,
    labels: np.Array,
    key: np.Array,
    schedules: Schedules,
  ): np.Array;
  /** Predicted classes `[batch]`. */
  predict(params: Params, images: np.Array, key: np.Array, slope: np.Array): np.Array;
  predictThreshold(params: Params, images: np.Array, key: np.Array, slope: np.Array): np.Array;
}

export function compile(experiment: Experiment, config: RunConfig, annealed: boolean): Program {
  const { settings } = config;
  const optimizer = settings.optimizer === "adam" ? adam() : sgd({ momentum: settings.momentum as number });
  const rate = experiment.estimatedRate(settings);

  const meanLoss = (
    params: Params,
    state: State,
    images: np.Array,
    labels: np.Array,
    key: np.Array,
    s: Schedules,
  ): [np.Array, State] => {
    const { temperature } = s;
    const estimator = makeEstimator(config.estimator, annealed ? temperature : undefined);
    const inputs = { images, labels, key, slope: s.slope };
    const result = experiment.losses(params, inputs, estimator, state, settings);
    return [np.mean(result.losses), result.state];
  };

  const step: Program["step"] = (carry, total, images, labels, key, s) => {
    const learningRate = s.learningRate.ref;
    // vjp of loss and state together: jax-js 0.1.25 can't carry an auxiliary output past the gradients that learned
    // control variates take inside.
    const [[loss, state], backward] = vjp(
      (params: Params) => meanLoss(params, carry.estimator, images, labels, key, s),
      [keepAll(carry.params)],
    ) as unknown as [[np.Array, State], ((cotangents: [np.Array, State]) => [Params]) & { dispose(): void }];
    const zeros = tree.map((x: np.Array) => np.zeros(x.shape), state) as State;
    const [gradients] = backward([np.onesLike(loss.ref), zeros]);
    backward.dispose();
    const scaled = Object.fromEntries(
      Object.entries(gradients).map(([name, g]) => [
        name,
        experiment.estimated.includes(name) && rate !== 1 ? g.mul(rate) : g,
      ]),
    );
    const next = optimizer.update(scaled, carry.optimizer, carry.params, learningRate);
    learningRate.dispose();
    return [{ params: next.params, optimizer: next.state, estimator: state }, total.add(loss)];
  };

  const gradient: Program["gradient"] = (params, state, images, labels, key, s) => {
    const loss = (p: Params): np.Array => {
      const [value, next] = meanLoss(p, state, images, labels, key, s);
      tree.dispose(next);
      return value;
    };
    const gradients = grad(loss)(params) as unknown as Params;
    const parts = experiment.estimated.map((name) => gradients[name]!.flatten());
    for (const [name, g] of Object.entries(gradients)) if (!experiment.estimated.includes(name)) g.dispose();
    return np.concatenate(parts, 0);
  };

  const predict =
    (hidden: "sample" | "threshold") =>
    (params: Params, images: np.Array, key: np.Array, slope: np.Array): np.Array =>
      np.argmax(experiment.scores(params, { images, key, slope }, hidden, settings), -1);

  return {
    optimizer,
    step: jit(step as never) as never,
    gradient: jit(gradient as never) as never,
    predict: jit(predict("sample") as never) as never,
    predictThreshold: jit(predict("threshold") as never) as never,
  };
}
