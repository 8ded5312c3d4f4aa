import * as fs from "node:fs";
import { join } from "node:path";

/** Where a sweep keeps what of a run. */
export interface Places {
  /** The finished run: it is there whole, or not at all. */
  readonly published: string;
  /** While it is trained: who does it, and his attempt. */
  readonly working: string;
  /** Why it failed. */
  readonly failed: string;
  /** What its processes said. */
  readonly log: string;
}

export function placesOf(path: string, name: string): Places {
  return {
    published: join(path, name),
    working: join(path, "working", name),
    failed: join(path, "failed", `${name}.json`),
    log: join(path, "logs", `${name}.log`),
  };
}

/** Whether a run of a sweep has ended, well or not. */
export function isSettled({ published, failed }: Places): boolean {
  return fs.existsSync(published) || fs.existsSync(failed);
}

/** Adds a line to a run's log; that it can't be written is no reason to stop. */
export function logLine({ log }: Places, line: string): void {
  try {
    fs.mkdirSync(join(log, ".."), { recursive: true });
    fs.appendFileSync(log, `${new Date().toISOString()} ${line.trimEnd()}\n`);
  } catch {
    // a full disk is said by the run itself
  }
}
