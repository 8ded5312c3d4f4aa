export { expandGates } from "./blocks.ts";
export {
  type Certificate,
  type CertificateReport,
  certify,
  checkCertificate,
  type Evidence,
  fingerprint,
  type PlainArray,
} from "./certificate.ts";
export {
  type Anchor,
  addAnchor,
  fadeAnchor,
  fisherDiagonal,
  noAnchor,
  pathImportance,
  pathIntegral,
  quadraticPenalty,
} from "./consolidation.ts";
export { type GateReport, gateReport } from "./gate-report.ts";
export { capacityPenalty, clampEmbedding, hardGate, hatGate, hatSlope } from "./hat.ts";
export * from "./logic/index.ts";
export {
  clipByNorm,
  keepClosed,
  openGradients,
  type ProtectedRule,
  protect,
  type UpdateRule,
} from "./protect.ts";
export { exampleRatePenalty, gateRatePenalty, gateVariancePenalty, rateDivergence } from "./rate.ts";
export { followRate, type RateControl, startRateControl } from "./rate-control.ts";
export { thresholdForRate } from "./rate-threshold.ts";
export { type RoutedOptions, routedBlocks, routedOverflow } from "./routed.ts";
export { routedExperts } from "./routed-experts.ts";
export * from "./routing/index.ts";
export { mixMasks, predictiveEntropy, taskScores } from "./task-inference.ts";
export { openUnits, openWeights, randomGates, union, usedWeights } from "./unit-masks.ts";
export {
  followThreshold,
  largestFree,
  scoreMask,
  signedConstant,
  thresholdOf,
} from "./weight-masks.ts";
