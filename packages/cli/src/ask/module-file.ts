import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Failure, reasonOf } from "./errors.ts";

const typed = [".ts", ".mts"];

/** Whether a word names a module file, not something built in: `./mine.mjs`. */
export function isModuleFile(text: string): boolean {
  return [".js", ".mjs", ...typed].includes(extname(text));
}

/** A module of the user's. */
export interface ModuleFile {
  readonly path: string;
  readonly sha256: string;
  /** Its default export. */
  readonly value: unknown;
}

/**
 * Loads a module of the user's.
 *
 * @param text how it was named; `path`: where it is.
 * @throws Failure that names the file, and the line where there is one: missing, TypeScript on an old Node, a syntax error,
 *   an error while it loads, no default export.
 */
export async function loadModule(text: string, path: string = resolve(text)): Promise<ModuleFile> {
  if (!existsSync(path)) throw new Failure(`${text}: there is no such file; give the path of a module.`);
  if (!statSync(path).isFile()) throw new Failure(`${text}: is a folder; give the path of a module in it.`);
  if (typed.includes(extname(path)) && !(process.features as { typescript?: unknown }).typescript)
    throw new Failure(
      `${text}: Node ${process.versions.node} does not read TypeScript; write it in JavaScript (.mjs), ` +
        "or use Node 22.18 or later, which strips the types.",
    );
  const source = readFileSync(path);
  const sha256 = createHash("sha256").update(source).digest("hex");
  refuseOtherCopy(text, path, source.toString());
  let loaded: { default?: unknown };
  console.log = console.info = console.debug = console.error; // stdout is for results
  try {
    loaded = await import(/* @vite-ignore */ pathToFileURL(path).href);
  } catch (error) {
    const reason = reasonOf(error).split("\n")[0];
    const ours = /Cannot find package '(?:hardgrad|@hardgrad\/[a-z]+|@jax-js\/jax)'/.test(reason!);
    const way = ours ? ` In its folder: npm install @hardgrad/cli; then npx hardgrad there.` : "";
    throw new Failure(`${whereOf(text, path, error)}: can't be loaded: ${reason}.${way}`);
  }
  if (loaded.default === undefined)
    throw new Failure(
      `${text}: the default export is missing; write export default in front of what the file is for.`,
    );
  if (typeof (loaded.default as { then?: unknown } | null)?.then === "function")
    throw new Failure(`${text}: the default export is a promise; write export default await.`);
  return { path, sha256, value: loaded.default };
}

/** Where jax-js is for a module; undefined where it finds none. */
function jaxOf(path: string): string | undefined {
  try {
    return dirname(realpathSync(createRequire(path).resolve("@jax-js/jax")));
  } catch {
    return undefined;
  }
}

/**
 * The arrays of one copy of jax-js are unknown to another, whose errors don't say so. `npx` makes two: the command line
 * in its cache, and what a project installed.
 */
function refuseOtherCopy(text: string, path: string, source: string): void {
  if (!/["'](?:@jax-js\/jax|hardgrad|@hardgrad\/)/.test(source)) return;
  const theirs = jaxOf(realpathSync(path));
  const ours = jaxOf(import.meta.filename);
  if (theirs && ours && theirs !== ours)
    throw new Failure(
      `${text}: imports another copy of @jax-js/jax (${theirs}) than this command does (${ours}), and their arrays don't mix; ` +
        "in its folder: npm install @hardgrad/cli; then npx hardgrad there.",
    );
}

/** What a function of a module throws, with the file, and the line where the stack has it. */
export function inFile(text: string, path: string, cause: unknown, what: string): Failure {
  const error = cause instanceof Error ? cause : new Error(String(cause));
  const message = usedTwice(error) ?? error.message.split("\n")[0]!;
  return new Failure(`${whereOf(text, path, error)}: ${what}: ${message.replace(/[.?]$/, "")}.`, { cause });
}

/** jax-js's own words for this name a tracer, which the file does not. */
function usedTwice(error: Error): string | undefined {
  if (!(error instanceof ReferenceError) || !/^Referenced (tracer|array)/i.test(error.message))
    return undefined;
  return "an array was used again after it was consumed; write x.ref at every use of x but the last.";
}

/** The file and line of an error: in the module itself, or in one that it imports. */
function whereOf(text: string, path: string, error: unknown): string {
  const own = pathToFileURL(path).href;
  // Node tells the line of a syntax error to nobody but the terminal.
  const stack =
    error instanceof SyntaxError
      ? spawnSync(process.execPath, ["--check", path], { encoding: "utf8" }).stderr
      : error instanceof Error
        ? (error.stack ?? "")
        : "";
  const line = stack.split("\n").find((l) => l.includes(`${own}:`) || l.includes(`${path}:`));
  const number = line && /:(\d+)(?::\d+)?\)?$/.exec(line.trim())?.[1];
  return number ? `${text}:${number}` : text;
}
