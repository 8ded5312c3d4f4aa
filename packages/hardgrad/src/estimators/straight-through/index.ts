export { straightThroughAdaptive } from "./adaptive.ts";
export { straightThroughArgmax } from "./argmax.ts";
export { darn } from "./darn.ts";
export { entropyWeightedStraightThrough } from "./entropy-weighted.ts";
export { fini2, fini3 } from "./fini.ts";
export { mve } from "./mve.ts";
export { redge, redgeCov, reindge } from "./redge.ts";
export { reinmax } from "./reinmax.ts";
export { reinmaxCv, reinmaxRao } from "./reinmax-rao.ts";
export { simple } from "./simple.ts";
export {
  straightThrough,
  straightThroughHardSigmoid,
  straightThroughSigmoid,
} from "./straight-through.ts";
export { zgr } from "./zgr.ts";
