export { decoupledStraightThrough } from "./decoupled.ts";
export { gappedStraightThrough } from "./gapped.ts";
export { gaussianGate } from "./gaussian-gate.ts";
export { gumbelRao } from "./gumbel-rao.ts";
export { gumbelSoftmax, straightThroughGumbelSoftmax } from "./gumbel-softmax.ts";
export { hardConcrete } from "./hard-concrete.ts";
export { meanField } from "./mean-field.ts";
export {
  gumbelTopK,
  lapsumTopK,
  neuralSortTopK,
  relaxedSubset,
  softSortTopK,
  softThresholdTopK,
} from "./top-k.ts";
