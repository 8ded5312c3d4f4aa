import type { DerivedDefault } from "../../contract/options.ts";
import type { GatedSettings } from "./options.ts";

/**
 * The three networks, and the defaults of each. `scale`: of the experts' first weights. A gate learns from the product of
 * its expert and that expert's output weight, so with small experts all gates learn slowly.
 */
const networks = {
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

/** The sizes of a gated network. */
export interface GatedSizes {
  /** Hidden units of the gater, tanh. */
  readonly gater: number;
  /** Experts: the hidden units that gates open. */
  readonly units: number;
  /** Units that one gate opens. */
  readonly block: number;
  /** `units / block`. */
  readonly gates: number;
  readonly experts: "linear" | "rectifier";
  /** Factor on the experts' initial weights. */
  readonly scale: number;
  /** Whether there are gates at all. */
  readonly gated: boolean;
}

/**
 * The sizes of a gated run.
 *
 * @throws RangeError if the units can't be divided into blocks.
 */
export function sizesOf(settings: GatedSettings): GatedSizes {
  const { network, gater, units, block, experts } = settings;
  if (units % block !== 0)
    throw new RangeError(
      `gated: ${units} units can't be divided into blocks of ${block}; use --units ${Math.ceil(units / block) * block}.`,
    );
  return {
    gater,
    units,
    block,
    gates: units / block,
    experts,
    scale: networks[network].scale,
    gated: network !== "dense",
  };
}
