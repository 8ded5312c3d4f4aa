import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { writeFailure } from "../ask/errors.ts";
import { writeInto, writeWhole } from "../disk/files.ts";
import { CHECKPOINT, keptStep } from "../run-folder/checkpoint.ts";
import { breakLease, hold, isAlive, machineId } from "./lease.ts";
import { isSettled, logLine, type Places, placesOf } from "./places.ts";
import type { PlannedRun } from "./plan.ts";
import { type Owner, type RunFailure, readFailure, readOwner } from "./records.ts";

/** Seconds without a sign of life after which a run is taken over. */
export const LEASE = 60;

/** Processes of one run that may end by themselves, and workers that may vanish with it, without a new checkpoint. */
const MOST = { deaths: 3, takeovers: 10 };

/** A run that this process may train, until it publishes it, gives it up or loses it. */
export interface RunClaim {
  readonly run: PlannedRun;
  readonly places: Places;
  /** The folder it is trained in: nobody else has one of that name. */
  readonly attempt: string;
  /** Whether there is a checkpoint to go on from. */
  readonly resume: boolean;
  /** Whether the last one had finished it, all but its publication. */
  readonly finished: boolean;
  readonly from: number;
  /** Says how far it is, now and then. */
  tell(step: number, total: number, left: number | undefined): void;
  /** Puts the finished run in its place; whether it was this attempt that is there. */
  publish(): Promise<boolean>;
  /** Records that it failed. */
  fail(reason: string): Promise<void>;
  /** Its process died: the next one goes on, unless that happened too often without progress. */
  die(why: string): Promise<void>;
  /** Leaves it to the next one, who goes on from the checkpoint. */
  release(): Promise<void>;
}

const TELL_EVERY = 2_000;

/** Claims a run; undefined if it has ended, or another has it. */
export async function claimRun(path: string, run: PlannedRun, lease: number): Promise<RunClaim | undefined> {
  const places = placesOf(path, run.name);
  if (isSettled(places)) return undefined;
  const { working } = places;
  makeFolder(path, working);
  const before = readOwner(working);
  if (before && before.machine === machineId() && !isAlive(before.pid)) breakLease(working);
  const held = await hold(working, lease);
  if (!held) return undefined;
  if (isSettled(places)) {
    await held.release();
    if (fs.existsSync(places.published)) clear(working);
    return undefined;
  }
  const mine = join(working, `attempt-${hostname()}-${process.pid}-${randomBytes(4).toString("hex")}`);
  const from = adopt(working, mine);
  const last = readOwner(working); // it may have changed hands since
  const again = last?.from === from;
  const now = new Date().toISOString();
  let owner: Owner = {
    ...{ host: hostname(), pid: process.pid, machine: machineId(), since: now, from, at: now },
    ...{ step: from, total: last?.total ?? null, left: null },
    deaths: again ? last.deaths : 0,
    takeovers: again ? last.takeovers + 1 : 0,
    ...(again && last.why !== undefined ? { why: last.why } : {}),
  };
  const save = (): void => writeWhole(join(working, "owner.json"), `${JSON.stringify(owner)}\n`);
  const fail = async (reason: string): Promise<void> => {
    const { step } = owner;
    const times = (readFailure(join(working, "failed.json"))?.times ?? 0) + 1;
    const failure: RunFailure = { reason, at: new Date().toISOString(), host: hostname(), step, times };
    logLine(places, `failed: ${reason}`);
    writeInto(places.failed, `${JSON.stringify(failure, null, 2)}\n`);
    fs.rmSync(join(working, "owner.json"), { force: true });
    await held.release();
  };
  save();
  if (owner.deaths >= MOST.deaths || owner.takeovers > MOST.takeovers) {
    const what = owner.deaths >= MOST.deaths ? "its process ended" : "its worker vanished";
    const count = Math.max(owner.deaths, owner.takeovers);
    await fail(
      `${what} ${count} times at step ${from} without getting further${owner.why ? `: ${owner.why}` : ""}`,
    );
    return undefined;
  }
  logLine(places, `${from > 0 ? "goes on" : "begins"} at step ${from}, ${hostname()} process ${process.pid}`);
  let told = Date.now();
  return {
    run,
    places,
    attempt: mine,
    resume: from > 0 || fs.existsSync(join(mine, CHECKPOINT)),
    finished: fs.existsSync(join(mine, "summary.json")),
    from,
    tell(step, total, left) {
      owner = { ...owner, at: new Date().toISOString(), step, total, left: left ?? null };
      if (Date.now() - told < TELL_EVERY) return;
      told = Date.now();
      try {
        save();
      } catch {
        // the run itself says that the disk is full
      }
    },
    async publish() {
      const done = moveInto(mine, places.published);
      if (!done && !fs.existsSync(places.published)) return false; // its lease, too, is another's now
      logLine(places, done ? "published" : "another worker has published it");
      await held.release();
      clear(working);
      return done;
    },
    fail,
    async die(why) {
      logLine(places, why);
      // A takeover by whoever comes next, as it is counted above, is no second mark against it.
      const kept = keptStep(mine) ?? 0;
      const further = kept > from;
      owner = {
        ...owner,
        from: kept,
        why,
        deaths: further ? 1 : owner.deaths + 1,
        takeovers: further ? -1 : owner.takeovers - 1,
      };
      save();
      await held.release();
    },
    async release() {
      fs.rmSync(join(working, "owner.json"), { force: true });
      await held.release();
    },
  };
}

/** A folder in that of the sweep, which has to be there: one that was removed is not made again. */
function makeFolder(path: string, working: string): void {
  try {
    for (const folder of [join(path, "working"), working]) if (!fs.existsSync(folder)) fs.mkdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw writeFailure(working, error);
  }
}

/**
 * Takes over the attempt that is furthest, under a name of one's own: who had it before finds nothing at the old name, and
 * can write nothing more.
 *
 * @returns the step of its checkpoint; 0 where there is none.
 */
function adopt(working: string, mine: string): number {
  const found = fs
    .readdirSync(working)
    .filter((name) => name.startsWith("attempt-"))
    .map((name) => join(working, name))
    .map((attempt) => ({ attempt, step: keptStep(attempt) }))
    .sort((a, b) => (b.step ?? -1) - (a.step ?? -1));
  for (const [i, { attempt, step }] of found.entries()) {
    if (step === undefined) continue;
    try {
      fs.renameSync(attempt, mine);
    } catch {
      continue; // another was faster
    }
    for (const { attempt: other } of found.slice(i + 1)) clear(other);
    for (const name of fs.readdirSync(mine))
      if (name.endsWith(".tmp")) fs.rmSync(join(mine, name), { force: true });
    return step;
  }
  for (const { attempt } of found) clear(attempt);
  return 0;
}

/** Removes what workers who looked for a run left behind after it was published. */
export function tidy(path: string): void {
  const working = join(path, "working");
  if (!fs.existsSync(working)) return;
  for (const name of fs.readdirSync(working))
    if (fs.existsSync(placesOf(path, name).published)) clear(join(working, name));
}

/** Removes a folder; another worker may be looking into it, who then removes what is left. */
function clear(folder: string): void {
  try {
    fs.rmSync(folder, { recursive: true, force: true });
  } catch {
    // nothing in it is needed
  }
}

/** One rename: the finished run is there whole, and once. */
function moveInto(attempt: string, published: string): boolean {
  try {
    fs.renameSync(attempt, published);
    return true;
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (fs.existsSync(published)) {
      clear(attempt);
      return false;
    }
    if (code === "ENOENT") return false; // somebody has taken it over, and will publish it
    throw writeFailure(published, error);
  }
}

/** Lets a failed run be tried again; how often it has failed is remembered. */
export function reopen(path: string, name: string): void {
  const { failed, working } = placesOf(path, name);
  makeFolder(path, working);
  try {
    fs.renameSync(failed, join(working, "failed.json"));
  } catch (error) {
    throw writeFailure(failed, error);
  }
}
