import { type ChildProcess, fork, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
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

/** In milliseconds: what has not ended by then never will, on a busy machine too. */
const PATIENCE = 280_000;

/** Runs the built command as a user does, in a process of its own. */
export function spawned(args: readonly string[], { cwd = scratch(), env = {} }: Place = {}): Answer {
  const result = spawnSync(process.execPath, [bin, ...args], {
    cwd,
    encoding: "utf8",
    env: { ...process.env, HARDGRAD_DATA: "", ...env },
    timeout: PATIENCE,
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

/** A command that runs. */
export interface Started {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Its exit code and what it said. */
  readonly ended: Promise<{ readonly code: number | null; readonly stderr: string }>;
}

/** Starts the command and leaves it running. */
export function start(args: readonly string[], cwd: string, env: Place["env"] = {}): Started {
  const child = spawn(process.execPath, [bin, ...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stderr = "";
  child.stderr.on("data", (text) => {
    stderr += text;
  });
  const ended = new Promise<{ code: number | null; stderr: string }>((resolve) =>
    child.on("close", (code) => resolve({ code, stderr })),
  );
  return { child, pid: child.pid!, ended };
}

/** Runs that wait in their middle. */
export interface Held {
  readonly env: NonNullable<Place["env"]>;
  /** To their end; or slowly, so that what was sent to them arrives before that. */
  letGo(how?: "slowly"): void;
}

/** An environment in which runs whose folder `runs` matches wait from this row on, until `letGo`. */
export function held(runs: string, row: number): Held {
  const file = join(scratch(), "go");
  const hold = new URL("held.mjs", import.meta.url).href;
  return {
    env: { NODE_OPTIONS: `--import=${hold}`, HELD_RUNS: runs, HELD_ROW: String(row), LET_GO: file },
    letGo: (how) => {
      writeFileSync(`${file}.new`, how ?? "");
      renameSync(`${file}.new`, file); // whole at once
    },
  };
}

/** Waits for something outside this process. */
export async function until(what: string, happened: () => boolean): Promise<void> {
  for (const begin = performance.now(); performance.now() - begin < PATIENCE; ) {
    if (happened()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`waited in vain for: ${what}`);
}

/** How many rows a run has that is trained in this folder. */
export function rowsIn(folder: string): number {
  const file = join(folder, "metrics.jsonl");
  return existsSync(file) ? readFileSync(file, "utf8").split("\n").length - 1 : 0;
}

/** The folder in which a run of a sweep is trained now; undefined where none is. */
export function attemptOf(sweep: string, run: string): string | undefined {
  const working = join(sweep, "working", run);
  const names = existsSync(working) ? readdirSync(working) : [];
  const name = names.find((n) => n.startsWith("attempt-"));
  return name && join(working, name);
}

/** Waits until a run of a sweep has so many rows. */
export const rowsOf = (sweep: string, run: string, rows: number): Promise<void> =>
  until(`row ${rows} of ${run}`, () => rowsIn(attemptOf(sweep, run) ?? "") >= rows);

/** The process ids of the children of a process, once there are so many: the kernel may leave some out of its list. */
export async function childrenOf(pid: number, count: number): Promise<number[]> {
  const file = `/proc/${pid}/task/${pid}/children`;
  const children = () => readFileSync(file, "utf8").trim().split(" ").filter(Boolean).map(Number);
  await until(`${count} children of ${pid}`, () => children().length === count);
  return children();
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
