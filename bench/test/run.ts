import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { vi } from "vitest";
import { main } from "../src/main.ts";

const scripts = {
  bench: fileURLToPath(new URL("../run.mjs", import.meta.url)),
  hardgrad: fileURLToPath(new URL("../../packages/cli/bin/hardgrad.js", import.meta.url)),
};

/** A new empty folder. */
export const scratch = (): string => mkdtempSync(join(tmpdir(), "hardgrad-bench-"));

const ask =
  (script: string) =>
  (
    args: readonly string[],
    { cwd = scratch() } = {},
  ): { code: number | null; stdout: string; stderr: string } => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
      cwd,
      encoding: "utf8",
      env: { ...process.env, HARDGRAD_DATA: "" },
      timeout: 280_000,
    });
    return { code: status, stdout, stderr };
  };

export const bench: ReturnType<typeof ask> = ask(scripts.bench);
export const hardgrad: ReturnType<typeof ask> = ask(scripts.hardgrad);

/** What the bench says in this process of flags that it refuses: starting one for each takes longer. */
export async function refused(
  args: readonly string[],
  { cwd = scratch() } = {},
): Promise<{ code: number; stderr: string }> {
  let stderr = "";
  const spy = vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    stderr += String(text);
    return true;
  });
  const here = process.cwd();
  process.chdir(cwd);
  try {
    const code = await main(args);
    return { code, stderr };
  } finally {
    process.chdir(here);
    spy.mockRestore();
  }
}

/** Starts the bench and leaves it running. */
export const start = (args: readonly string[], cwd: string): ChildProcess =>
  spawn(process.execPath, [scripts.bench, ...args], { cwd, stdio: ["ignore", "pipe", "pipe"] });
