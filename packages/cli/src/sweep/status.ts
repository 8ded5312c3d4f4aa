import * as fs from "node:fs";
import { duration } from "../print/console.ts";
import { LEASE } from "./claim.ts";
import { isHeld } from "./lease.ts";
import { placesOf } from "./places.ts";
import type { Plan } from "./plan.ts";
import { type Owner, readFailure, readOwner } from "./records.ts";

export type State = "done" | "running" | "failed" | "waiting";

/** How one run of a sweep stands. */
export interface RunStatus {
  readonly name: string;
  readonly key: string;
  readonly state: State;
  /** Of a run that runs: where, since when, how far, and the seconds that are left, once they are known. */
  readonly host?: string;
  readonly pid?: number;
  readonly since?: string;
  readonly step?: number;
  readonly total?: number | null;
  readonly left?: number | null;
  /** Of a run that failed. */
  readonly reason?: string;
  readonly at?: string;
  readonly times?: number;
  /** Its task of a Slurm job, the state of that, and why it is pending. */
  readonly job?: string;
  readonly slurm?: string;
  readonly why?: string;
  /** What its processes said, where they said something. */
  readonly log?: string;
}

export function statusOf(path: string, plan: Plan, lease: number = LEASE): RunStatus[] {
  return plan.runs.map(({ name, key }) => {
    const places = placesOf(path, name);
    const log = fs.existsSync(places.log) ? { log: places.log } : {};
    if (fs.existsSync(places.published)) return { name, key, state: "done", ...log };
    const failure = readFailure(places.failed);
    if (failure) {
      const { reason, at, host, step, times } = failure;
      return { name, key, state: "failed", reason, at, host, step, times, ...log };
    }
    const owner = isHeld(places.working, lease) ? readOwner(places.working) : undefined;
    if (!owner) return { name, key, state: "waiting", ...log };
    const { host, pid, since, step, total, left } = owner;
    return { name, key, state: "running", host, pid, since, step, total, left: leftOf(owner, left), ...log };
  });
}

/** What was left when it was written, less the time since. */
function leftOf({ at }: Owner, left: number | null): number | null {
  return left === null ? null : Math.max(0, left - (Date.now() - Date.parse(at)) / 1000);
}

/** How many runs are in each state. */
export function countsOf(runs: readonly RunStatus[]): { readonly [S in State]: number } {
  const count = (state: State): number => runs.filter((run) => run.state === state).length;
  return {
    done: count("done"),
    running: count("running"),
    failed: count("failed"),
    waiting: count("waiting"),
  };
}

/** Lines for a person. */
export function statusText(path: string, runs: readonly RunStatus[]): string {
  const { done, running, failed, waiting } = countsOf(runs);
  const lines = [
    `${path}: ${done} of ${runs.length} runs done, ${running} running, ${failed} failed, ${waiting} waiting`,
  ];
  for (const run of runs.filter((r) => r.state === "running")) {
    const far = run.total ? `, step ${run.step} of ${run.total}` : "";
    const left = typeof run.left === "number" ? `, ${duration(run.left)} left` : "";
    const job = run.job ? `, job ${run.job}` : "";
    lines.push(
      `running  ${run.name}: ${run.host} process ${run.pid}${job}, since ${run.since?.slice(0, 19)}Z${far}${left}`,
    );
  }
  for (const run of runs.filter((r) => r.state === "failed")) {
    const log = run.log ? `; log: ${run.log}` : "";
    lines.push(`failed   ${run.name}: ${run.reason?.replace(/\.$/, "")}${log}`);
  }
  const inQueue = runs.filter((r) => r.state === "waiting" && r.slurm !== undefined);
  const first = inQueue.find((r) => r.why !== undefined);
  if (inQueue.length > 0)
    lines.push(
      `in Slurm's queue: ${inQueue.length}${first ? `, ${first.job} ${first.slurm} (${first.why})` : ""}`,
    );
  if (failed > 0) lines.push(`try again: npx hardgrad sweep retry ${path}`);
  return lines.join("\n");
}
