import { type ChildProcess, fork, spawn, spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { vi } from "vitest";
import { main } from "../src/main.ts";

const bin = fileURLToPath(new URL("../bin/hardgrad.js", import.meta.url));

/** A new empty folder. */
export const scratch = (): string => mkdtempSync(join(tmpdir(), "hardgrad-"));

interface Place {
  readonly cwd?: string;
  readonly env?: { readonly [name: string]: string };
}

interface Answer {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built command as a user does, in a process of its own. */
export function spawned(args: readonly string[], { cwd = scratch(), env = {} }: Place = {}): Answer {
  const result = spawnSync(process.execPath, [bin, ...args], {
    cwd,
    encoding: "utf8",
    env: { ...process.env, HARDGRAD_DATA: "", ...env },
    timeout: 110_000,
  });
  return { code: result.status, stdout: result.stdout, stderr: result.stderr };
}

let node: ChildProcess | undefined;
let last: Promise<unknown> = Promise.resolve();

/**
 * The built command in one process for all that ask: modules of the user's are loaded by Node, not by vitest, and nothing
 * is started for each. Where a process is what is tested, or the way that it ends: `spawned`.
 */
export function outside(args: readonly string[], { cwd = scratch(), env = {} }: Place = {}): Promise<Answer> {
  node ??= fork(fileURLToPath(new URL("outside.mjs", import.meta.url)), { execArgv: [] });
  const child = node;
  const answered = last.then(
    () =>
      new Promise<Answer>((resolve, reject) => {
        const ended = (code: number | null) => reject(new Error(`the process ended with ${code}: ${args}`));
        child.once("exit", ended);
        child.once("message", (answer) => {
          child.off("exit", ended);
          child.unref();
          child.channel?.unref();
          resolve(answer as Answer);
        });
        child.ref();
        child.channel?.ref();
        child.send({ args, cwd, env: { HARDGRAD_DATA: "", ...env } });
      }),
  );
  last = answered.catch(() => {});
  return answered;
}

/** Starts the command and leaves it running. */
export function start(args: readonly string[], cwd: string): ChildProcess {
  return spawn(process.execPath, [bin, ...args], { cwd, stdio: ["ignore", "pipe", "pipe"] });
}

/** The command in this process: starting one for each case takes longer than most of them. */
export async function hardgrad(
  args: readonly string[],
  { cwd = scratch(), env = {} }: Place = {},
): Promise<Answer> {
  const said = { stdout: "", stderr: "" };
  const spies = (["stdout", "stderr"] as const).map((stream) =>
    vi.spyOn(process[stream], "write").mockImplementation((text) => {
      said[stream] += String(text);
      return true;
    }),
  );
  const here = process.cwd();
  process.chdir(cwd);
  vi.stubEnv("HARDGRAD_DATA", "");
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  try {
    return { code: await main(args), ...said };
  } finally {
    process.chdir(here);
    vi.unstubAllEnvs();
    for (const spy of spies) spy.mockRestore();
  }
}

/** The same from the folder in which the tests run. */
export const ask = (...args: string[]): Promise<Answer> => hardgrad(args, { cwd: process.cwd() });
