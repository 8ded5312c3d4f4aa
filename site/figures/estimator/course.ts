import type { numpy as np } from "@jax-js/jax";
import {
  bernoulli,
  binomial,
  categorical,
  type Distribution,
  type Kind,
  plackettLuce,
  poisson,
  subset,
} from "hardgrad";
import type { Course, State, Tools } from "../contract.ts";
import { type EstimatesData, startEstimates } from "../estimators/estimates.ts";
import { objectiveOf } from "../losses/objective.ts";
import { type estimatorControls, kindOf, kinds, lossOf } from "./controls.ts";

type Controls = typeof estimatorControls;

const LAST = 400;

const made: { readonly [K in Kind]: (logits: np.Array) => Distribution } = {
  bernoulli: (logits) => bernoulli(logits),
  categorical: (logits) => categorical(logits),
  subset: (logits) => subset(logits, 2),
  "plackett-luce": (logits) => plackettLuce(logits, 2),
  poisson: (logits) => poisson(logits),
  binomial: (logits) => binomial(logits, 6),
};

/** One estimator beside the exact gradient. */
export async function start(state: State<Controls>, tools: Tools): Promise<Course<Controls, EstimatesData>> {
  const kind = kindOf(state);
  const a = [...state.logits, ...kinds[kind].more];
  const expression = lossOf(state, a.length);
  const estimates = await startEstimates(
    {
      a,
      slope: 1,
      f: objectiveOf(expression),
      distribution: made[kind],
      name: `${kind} ${JSON.stringify(expression)}`,
      ids: [state.estimator],
      dials: state,
      seed: state.seed,
      history: true,
    },
    tools,
  );
  let ticks = 0;
  return {
    data: estimates.data,
    async tick() {
      await estimates.tick();
      return ++ticks < LAST;
    },
    end: estimates.end,
  };
}
