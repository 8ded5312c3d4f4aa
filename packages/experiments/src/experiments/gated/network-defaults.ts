import type { DerivedDefault } from "../../contract/options.ts";

/**
 * The three networks, and the defaults of each. `scale`: of the experts' first weights. A gate learns from the product of
 * its expert and that expert's output weight, so with small experts all gates learn slowly.
 */
export const networks = {
  /** Bengio, Léonard & Courville 2013: a gate for every expert, and a gater that is wider than it is fast. */
  paper: { gater: 400, block: 1, experts: "linear", scale: 2.5 },
  /** Narrow gater, gates of blocks: what a kernel can skip. */
  fast: { gater: 64, block: 16, experts: "rectifier", scale: 1 },
  /** The network without gates that the others are measured against. */
  dense: { gater: 64, block: 1, experts: "rectifier", scale: 1 },
} as const;

export type NetworkName = keyof typeof networks;

export const networkNames: readonly NetworkName[] = Object.keys(networks) as NetworkName[];

/** The default of a setting that follows the network. */
export function derived<K extends "gater" | "block" | "experts">(
  name: K,
): DerivedDefault<(typeof networks)[NetworkName][K]> {
  return {
    of: ({ network }) => networks[network as NetworkName][name],
    says: networkNames.map((n) => `${networks[n][name]} with --network ${n}`).join(", "),
  };
}
