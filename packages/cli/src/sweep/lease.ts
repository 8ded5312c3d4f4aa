import * as fs from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import lockfile from "@bybrave/proper-lockfile2";

/** A folder that this process holds: its lock's time is renewed until it is released. */
export interface Lease {
  release(): Promise<void>;
}

const LOCK = "lock";

/**
 * Holds a folder, or gives undefined where another process does. Whoever has not renewed his for `seconds` is taken for
 * dead. Two may hold a folder at once where clocks differ or a process slept: what they may do is decided by renames.
 */
export async function hold(folder: string, seconds: number): Promise<Lease | undefined> {
  try {
    const release = await lockfile.lock(folder, {
      lockfilePath: join(folder, LOCK),
      stale: seconds * 1000,
      update: (seconds * 1000) / 4,
      realpath: false,
      onCompromised: () => {}, // the next rename says whether somebody else has taken it
    });
    return { release: () => release().catch(() => {}) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ELOCKED" || code === "ENOENT") return undefined; // ENOENT: its run was published just now
    throw error;
  }
}

/** Whether somebody holds a folder. */
export function isHeld(folder: string, seconds: number): boolean {
  try {
    return Date.now() - fs.statSync(join(folder, LOCK)).mtimeMs < seconds * 1000;
  } catch {
    return false;
  }
}

/** Lets go of a folder for a holder who is known to be dead. */
export function breakLease(folder: string): void {
  fs.rmSync(join(folder, LOCK), { recursive: true, force: true });
}

/** What a process id means something in: this machine since it was started, and this container. */
export function machineId(): string {
  const read = (of: () => string): string => {
    try {
      return of();
    } catch {
      return "";
    }
  };
  const boot = read(() => fs.readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim());
  return [hostname(), boot, read(() => fs.readlinkSync("/proc/self/ns/pid"))].join(" ");
}

/** Whether a process of this machine lives. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
