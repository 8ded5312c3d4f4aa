import { numpy as np, tree } from "@jax-js/jax";
import { type Estimator, grad, type NamedArrays, valueAndGrad } from "hardgrad";
import type { Backend, HostArray, HostArrays, Resident } from "../contract/backend.ts";
import type { StepExperiment, StepInputs } from "../contract/experiment.ts";
import type { Settings } from "../contract/options.ts";
import type { RunSetup } from "../contract/run.ts";
import { keepAll } from "../nn/named-arrays.ts";
import { groupOf, named } from "./arrays.ts";
import { atTemperature } from "./estimator.ts";

/** The compiled functions of one run. */
export interface Program {
  /** Forward, gradient and optimizer together. Adds the mean loss to `run.total`. */
  step(resident: Resident, inputs: HostArrays): Promise<void>;
  /** The gradient of the mean loss, by parameter. */
  gradient(resident: Resident, inputs: HostArrays): Promise<{ [name: string]: HostArray }>;
  /** The experiment's evaluation functions. */
  readonly evaluations: { readonly [name: string]: ReturnType<Backend["evaluate"]> };
}

type TracedStep = (resident: NamedArrays, inputs: NamedArrays) => NamedArrays;

export function compileProgram(
  experiment: StepExperiment,
  { backend, config: { settings }, estimator }: Pick<RunSetup, "backend" | "config" | "estimator">,
): Program {
  const evaluations = Object.entries(experiment.evaluations).map(([name, fn]) => {
    const traced: TracedStep = (resident, inputs) => {
      const { params, rest } = paramsOf(resident);
      tree.dispose(rest);
      return fn(params, inputs, settings, estimator);
    };
    return [name, backend.evaluate(traced)] as const;
  });
  return {
    step: backend.update(stepOf(experiment, settings, estimator)),
    gradient: backend.evaluate(gradientOf(experiment, settings, estimator)),
    evaluations: Object.fromEntries(evaluations),
  };
}

/** The mean loss over a batch, the estimator's next state, and what the step saw. Consumes everything. */
function meanLoss(
  experiment: StepExperiment,
  settings: Settings,
  estimator: Estimator,
  params: NamedArrays,
  state: NamedArrays,
  inputs: NamedArrays,
): [np.Array, { state: NamedArrays; seen: NamedArrays }] {
  const { learningRate, temperature, ...rest } = inputs;
  learningRate?.dispose();
  const now = temperature ? atTemperature(estimator, temperature) : estimator;
  const result = experiment.losses(params, rest as StepInputs, now, state, settings);
  return [np.mean(result.losses), { state: result.state, seen: result.seen ?? {} }];
}

/** One step of training. */
export function stepOf(experiment: StepExperiment, settings: Settings, estimator: Estimator): TracedStep {
  const optimizer = experiment.optimizer(settings);
  const { parameters: estimated, rate = 1 } = experiment.estimated(settings);
  return (resident, inputs) => {
    const params = groupOf(resident, "params");
    const learningRate = inputs.learningRate!.ref;
    const [[loss, { state, seen }], gradients] = valueAndGrad(
      (p: NamedArrays) =>
        meanLoss(experiment, settings, estimator, p, groupOf(resident, "estimator"), inputs),
      { hasAux: true },
    )(keepAll(params));
    const scaled = Object.fromEntries(
      Object.entries(gradients).map(([name, g]) => [
        name,
        estimated.includes(name) && rate !== 1 ? g.mul(rate) : g,
      ]),
    );
    const next = optimizer.update(scaled, groupOf(resident, "optimizer"), params, learningRate);
    learningRate.dispose();
    const followed = experiment.follow ? experiment.follow(next.params, seen, settings) : next.params;
    const total = resident["run.total"]!.add(loss);
    return named({ params: followed, optimizer: next.state, estimator: state, run: { total } });
  };
}

/** The gradient of the mean loss, by parameter. */
function gradientOf(experiment: StepExperiment, settings: Settings, estimator: Estimator): TracedStep {
  return (resident, inputs) => {
    const loss = (p: NamedArrays): np.Array => {
      const [value, next] = meanLoss(
        experiment,
        settings,
        estimator,
        p,
        groupOf(resident, "estimator"),
        inputs,
      );
      tree.dispose(next);
      return value;
    };
    const gradients = grad(loss)(groupOf(resident, "params"));
    tree.dispose(groupOf(resident, "optimizer"));
    tree.dispose(groupOf(resident, "run"));
    // All of them: jax-js would fuse what only the others need into the matrix products of these, 40 times slower.
    return gradients;
  };
}

function paramsOf(resident: NamedArrays): { params: NamedArrays; rest: NamedArrays } {
  const rest = Object.fromEntries(Object.entries(resident).filter(([name]) => !name.startsWith("params.")));
  return { params: groupOf(resident, "params"), rest };
}
