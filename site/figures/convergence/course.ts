import type { Course, State, Tools } from "../contract.ts";
import type { directionControls } from "../directions/controls.ts";
import { startDirections } from "../directions/course.ts";
import type { EstimatesData } from "../estimators/estimates.ts";

type Controls = typeof directionControls;

export const start = (state: State<Controls>, tools: Tools): Promise<Course<Controls, EstimatesData>> =>
  startDirections(state, tools, true);
