import { bernoulli } from "hardgrad";
import type { Course, State, Tools } from "../contract.ts";
import { type EstimatesData, startEstimates } from "../estimators/estimates.ts";
import { expressionOf } from "../losses/controls.ts";
import { unitsOf } from "../losses/expression.ts";
import { objectiveOf } from "../losses/objective.ts";
import { type directionControls, MOST, OTHERS } from "./controls.ts";

/** Ticks of a course: 100,000 estimates of each. */
const LAST = 400;

type Controls = typeof directionControls;

/** Batches of estimates of every estimator that is ticked; `history` keeps their curves. */
export async function startDirections(
  state: State<Controls>,
  tools: Tools,
  history: boolean,
): Promise<Course<Controls, EstimatesData>> {
  const expression = expressionOf(state, 2, MOST);
  const a = [...state.logits, ...OTHERS].slice(0, Math.max(2, unitsOf(expression)));
  const estimates = await startEstimates(
    {
      a,
      slope: state.slope,
      f: objectiveOf(expression),
      distribution: (logits) => bernoulli(logits),
      name: `bernoulli ${JSON.stringify(expression)}`,
      ids: state.estimators,
      dials: state,
      seed: state.seed,
      history,
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

export const start = (state: State<Controls>, tools: Tools): Promise<Course<Controls, EstimatesData>> =>
  startDirections(state, tools, false);
