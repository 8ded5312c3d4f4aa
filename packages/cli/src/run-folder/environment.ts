import { execFileSync, type StdioOptions } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { type Computer, computerText, sourceOfBits } from "@hardgrad/experiments";
import { version } from "../version.ts";

/** Where and when something was computed. */
export interface ThisMachine {
  readonly date: string;
  readonly node: string;
  readonly platform: string;
  readonly cpu: string;
  readonly hardgrad: string;
  readonly commit: string | null;
}

/** What a result depends on besides its configuration. */
export interface Environment extends ThisMachine, Computer {
  /** Where a run that was begun so continued otherwise. */
  readonly continued?: readonly (Computer & { readonly step: number })[];
}

/** Versions, machine and date. */
export function machine(): ThisMachine {
  return {
    date: new Date().toISOString(),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cpu: `${cpus()[0]?.model.trim() ?? "unknown"} x ${cpus().length}`,
    hardgrad: version(),
    commit: commit(),
  };
}

/** Versions, machine, date, and what computes. */
export function environment({ device, products, threads }: Computer): Environment {
  return { ...machine(), device, products, ...(threads === undefined ? {} : { threads }) };
}

/** `native (OpenBLAS 0.3.21, Haswell kernels, 2 threads); from step 500 wasm (WebAssembly, 1 thread)`. */
export function computersText(environment: Environment): string {
  const later = (environment.continued ?? []).map((c) => `; from step ${c.step} ${computerText(c)}`);
  return `${computerText(environment)}${later.join("")}`;
}

/** The line of a report that says where and when. */
export function environmentText(
  environment: Environment,
  computers: string = computersText(environment),
): string {
  const { date, hardgrad, commit, node, cpu } = environment;
  return `${date}, hardgrad ${hardgrad}${commit ? ` (${commit})` : ""}, Node ${node}, device ${computers} on ${cpu}.`;
}

/**
 * A run's environment, if it continues at a step with something else than before, and a sentence that says what
 * this may change; else undefined.
 */
export function continuedOn(
  before: Environment,
  step: number,
  now: Computer,
): { readonly environment: Environment; readonly sentence: string } | undefined {
  const from = sourceOfBits(before.continued?.at(-1) ?? before);
  const to = sourceOfBits(now);
  if (from === to) return undefined;
  const { device, products, threads } = now;
  const next = { step, device, products, ...(threads === undefined ? {} : { threads }) };
  // What was trained from there on, or later, is trained again.
  const kept = (before.continued ?? []).filter((c) => c.step < step);
  return {
    environment: { ...before, continued: [...kept, next] },
    sentence: `this run continues on device ${to}; before, it was trained on ${from}: the same random numbers are drawn, but float32 sums have another order, so results drift apart from what ${from} would have given.`,
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
