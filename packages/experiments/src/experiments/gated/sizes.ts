import { networks } from "./network-defaults.ts";
import type { GatedSettings } from "./options.ts";

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
