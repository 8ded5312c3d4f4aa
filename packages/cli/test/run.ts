import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { vi } from "vitest";
import { main } from "../src/main.ts";

const bin = fileURLToPath(new URL("../bin/hardgrad.js", import.meta.url));

/** A new empty folder. */
export const scratch = (): string => mkdtempSync(join(tmpdir(), "hardgrad-"));

/** Runs the built command as a user does. */
export function hardgrad(
  args: readonly string[],
  options: { cwd?: string; env?: { [name: string]: string } } = {},
): { code: number | null; stdout: string; stderr: string } {
  const { cwd = scratch(), env = {} } = options;
  const result = spawnSync(process.execPath, [bin, ...args], {
    cwd,
    encoding: "utf8",
    env: { ...process.env, HARDGRAD_DATA: "", ...env },
    timeout: 110_000,
  });
  return { code: result.status, stdout: result.stdout, stderr: result.stderr };
}

/** Starts the command and leaves it running. */
export function start(args: readonly string[], cwd: string): ChildProcess {
  return spawn(process.execPath, [bin, ...args], { cwd, stdio: ["ignore", "pipe", "pipe"] });
}

/** The command in this process: starting one for each case takes longer than all of them. */
export async function ask(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const said = { stdout: "", stderr: "" };
  const spies = (["stdout", "stderr"] as const).map((stream) =>
    vi.spyOn(process[stream], "write").mockImplementation((text) => {
      said[stream] += String(text);
      return true;
    }),
  );
  try {
    return { code: await main(args), ...said };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
