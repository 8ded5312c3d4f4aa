import { execFileSync, type StdioOptions } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { version } from "../version.ts";

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

/**
 * The commit of this command's own checkout, with `-dirty` where files differ from it; null where it was installed as a
 * package. Whatever repository one stands in, or a git hook names, is not ours.
 */
export function commit(home: URL = new URL("../../../../", import.meta.url)): string | null {
  try {
    const { name } = JSON.parse(readFileSync(new URL("package.json", home), "utf8"));
    if (name !== "hardgrad-workspace" || !existsSync(new URL(".git", home))) return null;
    const env = Object.fromEntries(Object.entries(process.env).filter(([key]) => !key.startsWith("GIT_")));
    const stdio: StdioOptions = ["ignore", "pipe", "ignore"];
    const options = { cwd: fileURLToPath(home), encoding: "utf8", stdio, env } as const;
    return execFileSync("git", ["describe", "--always", "--dirty", "--exclude=*"], options).trim();
  } catch {
    return null;
  }
}
