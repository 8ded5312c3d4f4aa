import type { Distribution } from "../../types.ts";

/** Refuses more categories than an estimator can take whose memory grows with their square. */
export function checkCategories(name: string, q: Distribution, most: number, cost: string): void {
  const count = q.kind === "categorical" ? q.eventShape.at(-1)! : 0;
  if (count > most)
    throw new RangeError(
      `${name}: ${count} categories are more than ${most}, and ${cost}; use rloo(), raoBlackwell() or reinmax().`,
    );
}
