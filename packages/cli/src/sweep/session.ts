import { join } from "node:path";
import { backendOf, type DeviceChoice, deviceLine } from "../ask/device.ts";
import { Failure } from "../ask/errors.ts";
import { experimentOf } from "../ask/own.ts";
import { narrator, print, printJson } from "../print/console.ts";
import { tableText } from "../print/table.ts";
import { refuseOtherComputer } from "./computer.ts";
import { type SweepOutcome, writeOutcome } from "./outcome.ts";
import { isSettled, placesOf } from "./places.ts";
import { experimentOfPlan, type Plan, type PlannedRun } from "./plan.ts";
import { tableOf } from "./table.ts";
import { workOff } from "./work-off.ts";

/** How a command works off a plan. */
export interface WorkSession {
  readonly jobs: number;
  readonly quiet: boolean;
  /** `on 10000 training and 2000 test images` */
  readonly data: string;
  readonly choice: DeviceChoice;
  /** Whether it may go on with other bits, which is said then. */
  readonly anyComputer: boolean;
  readonly goOn: string;
  /** Only these; else all. */
  readonly only?: readonly PlannedRun[];
}

/** Works off a plan on this machine, until all of it has ended. */
export async function workHere(path: string, plan: Plan, session: WorkSession): Promise<void> {
  const { jobs, quiet, data, choice, anyComputer, goOn, only = plan.runs } = session;
  const narrate = narrator(quiet);
  const todo = only.filter((run) => !isSettled(placesOf(path, run.name)));
  const count = Math.min(jobs, todo.length);
  narrate(
    `${plan.runs.length} runs, ${count === 0 ? "which have ended" : `${count} at a time`}, ${data}: ${path}`,
  );
  if (count === 0) return;
  const backend = await backendOf(choice);
  if (!anyComputer) refuseOtherComputer(path, backend);
  narrate(deviceLine(backend));
  // What auto is for one run, it is for all.
  const { device, threads = 1 } = backend;
  const { headline } = experimentOf(experimentOfPlan(plan));
  await workOff(path, plan, todo, { jobs, device, threads, headline, quiet, narrate, goOn });
}

/** The table, the report, and an error if a run failed. */
export function finish(path: string, plan: Plan, json: boolean): void {
  const outcome = writeOutcome(path, plan);
  const { experiment, results, failed, verdict, ...rest } = outcome;
  if (json) printJson({ path, command: plan.command, ...rest, verdict, results, failed });
  else printOutcome(path, plan, outcome);
  if (failed.length > 0) {
    const { name, reason } = failed[0]!;
    const others = failed.length > 1 ? ` (and ${failed.length - 1} more)` : "";
    throw new Failure(
      `${name} failed${others}: ${reason.replace(/\.$/, "")}; try again with: npx hardgrad sweep retry ${path}.`,
    );
  }
}

function printOutcome(path: string, plan: Plan, { experiment, results, verdict }: SweepOutcome): void {
  const { head, rows } = tableOf(experiment, results, plan.report);
  print(tableText(head, rows, { left: [0] }));
  const seeds = Math.max(...results.map((r) => r.seeds.length));
  const from = seeds > 1 ? `over ${seeds} seeds` : "of the test set as a sample (one seed)";
  print(`± one standard error ${from}; all at the end of each run`);
  print(verdict);
  print(`report: ${join(path, "report.html")}`);
}
