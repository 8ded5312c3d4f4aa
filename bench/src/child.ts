import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { Failure } from "@hardgrad/cli/internal/ask/errors";
import type { Answer, Request } from "./protocol.ts";

/** How a contestant is started. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: { readonly [name: string]: string };
}

/** A contestant that runs: it answers one request at a time. */
export interface Child {
  /** @throws Failure if it dies, is too slow or answers anything but one JSON object: one sentence, and it is ended. */
  ask(request: Request, seconds: number): Promise<Answer>;
  /** The most memory it has held so far, in bytes; undefined where the system does not tell. */
  peakMemory(): number | undefined;
  stop(): void;
}

const running = new Set<ChildProcess>();

/** Ends every contestant that still runs. */
export function stopAll(): void {
  for (const child of running) child.kill("SIGKILL");
}

export function startChild(name: string, { file, args, env = {} }: Command): Child {
  const child = spawn(file, [...args], {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
  running.add(child);
  let waiting: { resolve(line: string): void; reject(error: Error): void } | undefined;
  let complaint = "";
  let ended: string | undefined;
  const end = (why: string): void => {
    running.delete(child);
    ended ??= why;
    waiting?.reject(new Failure(`${name}: ${ended}.`));
    waiting = undefined;
  };
  child.on("error", (error) => end(`could not be started: ${error.message}`));
  child.on("close", (code, signal) => {
    const last = complaint.trim().split("\n").at(-1);
    end(`the process ended by ${signal ?? `code ${code}`}${last ? ` (${last.slice(0, 200)})` : ""}`);
  });
  // A write to a process that has just died: `close` says so.
  child.stdin.on("error", () => {});
  child.stderr.on("data", (text) => {
    complaint = (complaint + text).slice(-2000);
  });
  createInterface({ input: child.stdout }).on("line", (line) => {
    const { resolve } = waiting ?? {};
    waiting = undefined;
    resolve?.(line);
  });
  const stop = (why: string): void => {
    end(why);
    child.kill("SIGKILL");
  };

  return {
    async ask(request, seconds) {
      if (ended) throw new Failure(`${name}: ${ended}.`);
      const line = await new Promise<string>((resolve, reject) => {
        const timer = setTimeout(
          () => stop(`did not answer "${request.do}" within ${seconds} s, so it was stopped`),
          1000 * seconds,
        );
        const settle =
          <T>(then: (value: T) => void) =>
          (value: T): void => {
            clearTimeout(timer);
            then(value);
          };
        waiting = { resolve: settle(resolve), reject: settle(reject) };
        child.stdin.write(`${JSON.stringify(request)}\n`);
      });
      const answer = parse(line);
      if (!answer) {
        stop(`answered "${request.do}" with what is not JSON: ${JSON.stringify(line.slice(0, 80))}`);
        throw new Failure(`${name}: ${ended}.`);
      }
      if (typeof answer.error === "string")
        throw new Failure(`${name}: ${answer.error.replace(/\.?$/, ".")}`);
      return answer;
    },
    peakMemory: () => (child.pid === undefined ? undefined : peakOf(child.pid)),
    stop: () => stop("it was stopped"),
  };
}

function parse(line: string): Answer | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Answer)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Not `getrusage`: after a fork it begins with what the parent held. */
function peakOf(pid: number): number | undefined {
  try {
    const kilobytes = /VmHWM:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return kilobytes === undefined ? undefined : 1024 * Number(kilobytes);
  } catch {
    return undefined; // not Linux
  }
}
