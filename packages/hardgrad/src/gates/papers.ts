import type { ReferenceKey } from "../types.ts";
import type * as gates from "./index.ts";

/**
 * The paper of a function on gates, by the function's name: a key of `references`.
 *
 * @example
 * references[gatePapers.hatGate].title; // "Overcoming Catastrophic Forgetting with Hard Attention to the Task"
 */
export const gatePapers = {
  hatSlope: "serra2018",
  hatGate: "serra2018",
  clampEmbedding: "serra2018",
  hardGate: "serra2018",
  capacityPenalty: "serra2018",
  openWeights: "serra2018",
  fisherDiagonal: "kirkpatrick2017",
  quadraticPenalty: "kirkpatrick2017",
  addAnchor: "huszar2018",
  fadeAnchor: "schwarz2018",
  pathIntegral: "zenke2017",
  pathImportance: "zenke2017",
  randomGates: "masse2018",
  scoreMask: "kang2022",
  largestFree: "mallya2018",
  signedConstant: "wortsman2020",
  taskScores: "wortsman2020",
  mixMasks: "wortsman2020",
  rateDivergence: "bengio2013",
  followRate: "bengio2013",
  gateRatePenalty: "bengio2015",
  exampleRatePenalty: "bengio2015",
  gateVariancePenalty: "bengio2015",
  logicGates: "petersen2022",
  logicNetwork: "petersen2022",
  chooseWires: "mommen2025",
  probeWires: "evci2020",
  growCandidates: "evci2020",
  topKRouter: "fedus2022",
  balanceLoss: "fedus2022",
  expertCapacity: "fedus2022",
  routerZLoss: "zoph2022",
  limitCapacity: "riquelme2021",
  expertChoiceRouter: "zhou2022",
  lossFreeRouter: "wang2024",
  followLoad: "wang2024",
  sparseMixerRouter: "liu2024",
  sparseMixerInUse: "liu2024",
  reluRouter: "wang2025",
  reluRouterPenalty: "wang2025",
  reluRouterControl: "wang2025",
  depthRouter: "raposo2024",
} as const satisfies { readonly [N in keyof typeof gates]?: ReferenceKey };
