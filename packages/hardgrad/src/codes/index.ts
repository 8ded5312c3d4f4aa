export {
  codebookLoss,
  codeVectors,
  commitmentLoss,
  nearestCode,
  straightThroughCode,
} from "./codebook.ts";
export { replaceDeadCodes } from "./dead-codes.ts";
export { diveq } from "./diveq.ts";
export { type FsqOptions, fsq, fsqCodes, fsqIndices } from "./fsq.ts";
export { type KMeansOptions, kMeansCodebook } from "./k-means.ts";
export { type LfqOptions, lfq, lfqCodes, lfqIndices } from "./lfq.ts";
export { lfqEntropies } from "./lfq-entropies.ts";
export { type CodebookState, moveCodebook, moveCounts, startMovingCodebook } from "./moving-codebook.ts";
export { rotationTrick } from "./rotation.ts";
export { frozenCodes, simVqCodebook } from "./simvq.ts";
export { codebookUse, countCodes } from "./use.ts";
export type { VectorWeights } from "./weights.ts";
