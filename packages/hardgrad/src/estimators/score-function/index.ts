export { drGrpo, grpo } from "./grpo.ts";
export { nvil } from "./nvil.ts";
export { raoBlackwell } from "./rao-blackwell.ts";
export {
  reinforce,
  reinforceLeaveOneOut,
  reinforceMinimumVariance,
  reinforceMovingAverage,
} from "./reinforce.ts";
export { rloo } from "./rloo.ts";
export { unorderedSet } from "./unordered-set.ts";
export { vimco } from "./vimco.ts";
