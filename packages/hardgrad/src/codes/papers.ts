import type { ReferenceKey } from "../types.ts";
import type * as codes from "./index.ts";

/**
 * The paper of a function on quantizers, by the function's name: a key of `references`.
 *
 * @example
 * references[codePapers.rotationTrick].title; // "Restructuring Vector Quantization with the Rotation Trick"
 */
export const codePapers = {
  fsq: "mentzer2024",
  fsqIndices: "mentzer2024",
  fsqCodes: "mentzer2024",
  lfq: "yu2024",
  lfqIndices: "yu2024",
  lfqCodes: "yu2024",
  lfqEntropies: "yu2024",
  straightThroughCode: "oord2017",
  codebookLoss: "oord2017",
  commitmentLoss: "oord2017",
  moveCodebook: "oord2017",
  kMeansCodebook: "zeghidour2021",
  replaceDeadCodes: "dhariwal2020",
  rotationTrick: "fifty2025",
  diveq: "vali2025",
  simVqCodebook: "zhu2024",
} as const satisfies { readonly [N in keyof typeof codes]?: ReferenceKey };
