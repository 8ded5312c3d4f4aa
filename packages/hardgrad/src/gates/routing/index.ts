export { type BalanceOptions, balanceLoss, routerZLoss } from "./balance.ts";
export { type CapacityOptions, expertCapacity, limitCapacity } from "./capacity.ts";
export { depthRouter } from "./depth.ts";
export { type ExpertChoiceOptions, expertChoiceRouter } from "./expert-choice.ts";
export { type FollowLoadOptions, followLoad, lossFreeRouter, startRouterBias } from "./loss-free.ts";
export { openShare, reluRouter, reluRouterControl, reluRouterPenalty } from "./relu.ts";
export { type SparseMixerOptions, sparseMixerInUse, sparseMixerRouter } from "./sparse-mixer.ts";
export type { Padding } from "./tokens.ts";
export { type TopKOptions, topKRouter } from "./top-k.ts";
