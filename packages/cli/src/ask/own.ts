import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { addEstimator, type Experiment, experiments, type RunConfig } from "@hardgrad/experiments";
import type { Estimator } from "hardgrad";
import { isOwnData, loadOwnData, ownFile } from "../data/own-data.ts";
import { Failure, reasonOf, UsageError } from "./errors.ts";
import { isModuleFile, loadModule, type ModuleFile } from "./module-file.ts";
import { guardedExperiment, wrongExperiment } from "./own-experiment.ts";
import { specsOf, splitSpec } from "./spec-text.ts";
import { unknownName } from "./suggest.ts";

/** Modules of the user's that this command was given, by how they were named. They are loaded once, before it starts. */
const loaded = new Map<string, ModuleFile>();

type Create = (options?: { readonly [name: string]: unknown }) => Estimator;

/** Flags whose value is a file or folder that is written, or read by the command itself. */
const elsewhere = ["--out", "--problem", "--judge", "--data"];

/** Loads every module that the words of a command name, and those that the runs of a folder were made with. */
export async function loadNamed(words: readonly string[]): Promise<void> {
  const quiet = words.includes("--quiet");
  for (const [i, word] of words.entries()) {
    const data = /^--data=(.*)$/.exec(word)?.[1] ?? (words[i - 1] === "--data" ? word : "");
    if (isOwnData(data)) await loadOwnData(data, quiet);
    if (i === 0 || elsewhere.includes(words[i - 1]!)) continue;
    const value = word.startsWith("--") ? (/^--[^=]+=(.*)$/.exec(word)?.[1] ?? "") : word;
    if (elsewhere.some((flag) => word.startsWith(`${flag}=`))) continue;
    for (const spec of specsOf(value)) {
      const { id } = splitSpec(spec);
      if (isModuleFile(id)) await load(id);
    }
    for (const config of configsIn(value)) await loadModulesOf(config, value);
  }
}

/** Loads the modules among these names, and these data of the user's. */
export async function loadModules(names: readonly string[], data: readonly string[]): Promise<void> {
  for (const name of names) {
    const { id } = splitSpec(name);
    if (isModuleFile(id)) await load(id);
  }
  for (const name of data) if (isOwnData(name)) await loadOwnData(name, true);
}

/** Loads the modules that a run was made with. @throws Failure for one that has changed since. */
export async function loadModulesOf({ data, files = {} }: RunConfig, run: string): Promise<void> {
  for (const [name, { path, sha256 }] of Object.entries(files)) {
    if (name === data) continue; // read, and compared, where they are needed
    if (!loaded.has(name) && !existsSync(path))
      throw new Failure(`${run} was made with ${name}, and ${path} is not there; put that file back, or train a new run.`); // biome-ignore format: one thought
    const found = loaded.get(name) ?? (await load(name, path));
    if (found.sha256 !== sha256)
      throw new Failure(
        `${run} was made with another ${name} (SHA-256 ${sha256.slice(0, 12)}; ${path} now has ${found.sha256.slice(0, 12)}); ` +
          "put that file back, or train a new run.",
      );
  }
}

async function load(name: string, path?: string): Promise<ModuleFile> {
  const known = loaded.get(name);
  if (known) return known;
  const module = await loadModule(name, path);
  if (typeof module.value === "function") addEstimator(name, checkedFactory(name, module.value as Create));
  loaded.set(name, module);
  return module;
}

/** The factory, whose estimators are called as their file is. */
function checkedFactory(name: string, create: Create): Create {
  const example = "export default defineEstimator({ id, supports, ..., path or losses })";
  let made: Partial<Estimator> | undefined;
  try {
    made = create();
  } catch (error) {
    throw new UsageError(
      `${name}: its default export fails without options: ${reasonOf(error).replace(/\.$/, "")}.`,
    );
  }
  const missing =
    typeof made !== "object" || made === null || made instanceof Promise
      ? "an estimator"
      : (["losses", "noise", "init", "evaluations"] as const).find((m) => typeof made[m] !== "function") ||
        (["supports", "options", "settings"] as const).find((m) => typeof made[m] !== "object");
  if (missing)
    throw new UsageError(
      `${name}: its default export must return an estimator, but ${missing === "an estimator" ? "returns none" : `${missing} is missing`}; write ${example}.`,
    );
  return (options) => ({ ...create(options), id: name });
}

/** The experiment of a name or of a module file; a UsageError with a suggestion if there is none. */
export function experimentOf(name: string): Experiment {
  const found = [...experiments, ...ownExperiments()].find((e) => e.name === name);
  if (found) return found;
  if (loaded.has(name)) throw refusedExperiment(name, loaded.get(name)!);
  throw unknownName("experiment", name, experiments.map((e) => e.name)); // biome-ignore format: one thought
}

/** Those of the modules in hand, each called as its file is. */
export function ownExperiments(): Experiment[] {
  return [...loaded].flatMap(([name, module]) =>
    wrongExperiment(module.value) === undefined ? [guardedExperiment(name, module)] : [],
  );
}

function refusedExperiment(name: string, { value }: ModuleFile): UsageError {
  if (typeof value === "function")
    return new UsageError(
      `${name}: is an estimator, not an experiment; use it with --estimator ${name}, or see docs/own-experiment.md.`,
    );
  return new UsageError(
    `${name}: its default export must be an experiment, but ${wrongExperiment(value)}; see docs/own-experiment.md.`,
  );
}

/** What kind of thing a module in hand is. */
export function moduleKind(name: string): "estimator" | "experiment" | "problem" | undefined {
  const value = loaded.get(name)?.value;
  if (value === undefined) return undefined;
  if (typeof value === "function") return "estimator";
  return typeof value === "object" && value !== null && "objective" in value ? "problem" : "experiment";
}

/** The factory of a module in hand, with the id that it gives itself. */
export function ownFactory(name: string): Create | undefined {
  return moduleKind(name) === "estimator" ? (loaded.get(name)!.value as Create) : undefined;
}

/** For a run's configuration: path and SHA-256 of the modules among these names, and of data of the user's. */
export function filesOf(names: readonly string[], data: string): Pick<RunConfig, "files"> {
  const files = names.flatMap((name) => {
    const module = loaded.get(name);
    return module ? [[name, { path: module.path, sha256: module.sha256 }] as const] : [];
  });
  const all = { ...Object.fromEntries(files), ...ownFile(data) };
  return Object.keys(all).length > 0 ? { files: all } : {};
}

/** The configurations of a run, or of a sweep; none where it is neither, which the command says. */
export function configsIn(folder: string): RunConfig[] {
  const read = (file: string): unknown => {
    try {
      return JSON.parse(readFileSync(join(folder, file), "utf8"));
    } catch {
      return undefined;
    }
  };
  if (folder === "" || !existsSync(folder) || !statSync(folder).isDirectory()) return [];
  const run = read("config.json") as RunConfig | undefined;
  return [...(run ? [run] : []), ...planned(join(folder, "plan.jsonl"))];
}

/** The configurations in a plan; a line that can't be read is left out: the command says what is wrong with it. */
function planned(file: string): RunConfig[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8")
    .split("\n")
    .flatMap((line) => {
      try {
        const { config } = JSON.parse(line) as { config?: RunConfig };
        return config ? [config] : [];
      } catch {
        return [];
      }
    });
}
