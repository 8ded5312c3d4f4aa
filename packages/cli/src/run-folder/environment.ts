import { execFileSync, type StdioOptions } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus } from "node:os";

/** What a result depends on besides its configuration. */
export interface Environment {
  readonly date: string;
  readonly node: string;
  readonly platform: string;
  readonly cpu: string;
  readonly device: string;
  readonly hardgrad: string;
  readonly commit: string | null;
}

/** Versions, machine and date of this run. */
export function environment(device: string): Environment {
  return {
    date: new Date().toISOString(),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cpu: `${cpus()[0]?.model.trim() ?? "unknown"} x ${cpus().length}`,
    device,
    hardgrad: version(),
    commit: commit(),
  };
}

/** The version of this command. */
export function version(): string {
  return JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")).version;
}

function commit(): string | null {
  try {
    const stdio: StdioOptions = ["ignore", "pipe", "ignore"];
    return execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8", stdio }).trim();
  } catch {
    return null;
  }
}
