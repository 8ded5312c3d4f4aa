import * as fs from "node:fs";
import { reopen } from "./claim.ts";
import { placesOf } from "./places.ts";
import type { Plan, PlannedRun } from "./plan.ts";
import { readFailure } from "./records.ts";

/** Lets failed runs be tried again that have failed less often than `most`; those, and the ones that have had their tries. */
export function reopenFailed(
  path: string,
  plan: Plan,
  most: number,
): { readonly again: readonly PlannedRun[]; readonly spent: readonly PlannedRun[] } {
  const failed = plan.runs.filter((run) => {
    const { published, failed } = placesOf(path, run.name);
    return !fs.existsSync(published) && fs.existsSync(failed);
  });
  const timesOf = ({ name }: PlannedRun): number => readFailure(placesOf(path, name).failed)?.times ?? 1;
  const again = failed.filter((run) => timesOf(run) < most);
  for (const { name } of again) reopen(path, name);
  return { again, spent: failed.filter((run) => !again.includes(run)) };
}
