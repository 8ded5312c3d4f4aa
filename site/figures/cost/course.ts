import { bernoulli } from "hardgrad";
import type { Course, State, Tools } from "../contract.ts";
import { type EstimatesData, startEstimates } from "../estimators/estimates.ts";
import { objectiveOf } from "../losses/objective.ts";
import { compared, type costControls } from "./controls.ts";
import { problemOf } from "./problem.ts";

type Controls = typeof costControls;

const LAST = 2000;

/** Every estimator of Bernoulli units, in turns. */
export async function start(state: State<Controls>, tools: Tools): Promise<Course<Controls, EstimatesData>> {
  const { expression, logits } = problemOf(state);
  const estimates = await startEstimates(
    {
      a: logits,
      slope: 1,
      f: objectiveOf(expression),
      distribution: (a) => bernoulli(a),
      name: `bernoulli ${JSON.stringify(expression)}`,
      ids: compared.map(({ id }) => id),
      dials: state,
      seed: state.seed,
      timed: state.cost === "microseconds",
      atOnce: 8,
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
