import type { GatedSettings } from "./options.ts";
import { sizesOf } from "./sizes.ts";

/** How many gates `--gate top` and routers open for each example. */
export function openOf(settings: GatedSettings): number {
  return Math.max(1, Math.round(settings.rate * sizesOf(settings).gates));
}
