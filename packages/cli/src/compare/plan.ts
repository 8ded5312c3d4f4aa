import * as fs from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { checkRun, type Experiment, makeEstimator, type RunConfig } from "@hardgrad/experiments";
import { z } from "zod";
import { resolveRun, seedOf } from "../ask/configuration.ts";

import { Failure, UsageError } from "../ask/errors.ts";
import { estimatorFileName, formatEstimator, wholeEstimator } from "../ask/estimator.ts";
import { type Flags, kebab, wholeNumberFlag } from "../ask/flags.ts";
import { experimentOf } from "../ask/own.ts";
import { refuseContradictions } from "../ask/resume.ts";
import { specsOf } from "../ask/spec-text.ts";
import { configSchema } from "../run-folder/checkpoint.ts";
import { hasCheckpoint, savedRun } from "../run-folder/saved-run.ts";

const schema = z.object({ configs: z.array(configSchema).min(1), command: z.string() });

/** The runs of a comparison. */
export interface Comparison {
  readonly configs: readonly RunConfig[];
  /** What makes it again. */
  readonly command: string;
}

/** The runs of a new comparison; refused before any work if one of them can't be. */
export function plannedComparison(name: string | undefined, flags: Flags): Comparison {
  if (name === undefined)
    throw new UsageError(
      "compare needs an experiment, such as: hardgrad compare classifier --estimators reinmax,rloo.",
    );
  const experiment = experimentOf(name);
  const names = specsOf(String(flags.estimators ?? experiment.compared.join()));
  if (names.length === 0)
    throw new UsageError(
      "--estimators is empty; give ids separated by commas, as in --estimators reinmax,rloo.",
    );
  const seeds = wholeNumberFlag("--seeds", String(flags.seeds ?? "1"), 1, 1000);
  const first = seedOf(flags, seeds);
  const configs = names.flatMap((estimator) =>
    Array.from({ length: seeds }, (_, i) => resolveRun(experiment, estimator, first + i, flags)),
  );
  const specs = configs.filter((c) => c.seed === first).map((c) => c.estimator);
  const twice = repeated(specs.map(wholeEstimator));
  if (twice !== undefined)
    throw new UsageError(`--estimators names one twice: ${names.join(",")} (${twice}); name each once.`);
  const folder = repeated(specs.map(estimatorFileName));
  if (folder !== undefined) {
    const same = specs.filter((spec) => estimatorFileName(spec) === folder).map(formatEstimator);
    throw new UsageError(
      `--estimators: the runs of ${same.join(" and ")} would have one folder, ${folder}; rename one of the files.`,
    );
  }
  refuseSame(experiment, configs[0]!, names.length);
  refuseAll(configs, (config) => checkRun(experiment, config));
  return { configs, command: commandOf(name, flags, names, seeds, first) };
}

/** The runs of a comparison that was begun. */
export function resumedComparison(path: string, name: string | undefined, flags: Flags): Comparison {
  if (!fs.existsSync(path))
    throw new Failure(`cannot resume from ${path}: it does not exist; give the folder of a comparison.`);
  const comparison = readComparison(path);
  refuseContradictions({ path, configs: comparison.configs, what: "comparison" }, name, flags);
  return comparison;
}

/** What `comparison.json` says: the runs of a comparison, and the command that began it. */
function readComparison(path: string): Comparison {
  try {
    const { configs, command } = schema.parse(
      JSON.parse(fs.readFileSync(join(path, "comparison.json"), "utf8")),
    );
    return { configs, command };
  } catch {
    if (hasCheckpoint(path))
      throw new UsageError(
        `${path} is one run, not a comparison; continue with: npx hardgrad train --resume ${path}.`,
      );
    throw new Failure(
      `cannot resume from ${path}: comparison.json is missing or damaged; give the folder of a comparison.`,
    );
  }
}

/** Refuses what is in the folder of a run, and can't be its beginning: damaged, or trained otherwise since. */
export function refuseForeignFolder(config: RunConfig, path: string): void {
  if (!hasCheckpoint(path)) return;
  const instead = `move ${path} away, and the comparison trains that run again`;
  const { config: trained } = savedRun(path, "cannot resume from", instead).checkpoint;
  const [asked, found] = [config, trained].map(({ settings, ...rest }) => ({ ...rest, ...settings }));
  const names = [...new Set([...Object.keys(asked!), ...Object.keys(found!)])];
  const textOf = (of: unknown, name: string): string =>
    name === "estimator" ? formatEstimator(of as RunConfig["estimator"]) : JSON.stringify(of);
  for (const name of names) {
    const [a, b] = [asked, found].map((all) => (all as { [name: string]: unknown })[name]);
    if (isDeepStrictEqual(a, b)) continue;
    throw new Failure(
      `${path} was trained with ${name} ${textOf(b, name)}, but the comparison is of ${textOf(a, name)}; ${instead}.`,
    );
  }
}

/** Refuses several estimators where nothing is estimated. */
function refuseSame(experiment: Experiment, { settings, estimator }: RunConfig, count: number): void {
  if (count === 1 || !("estimated" in experiment) || experiment.estimated(settings).parameters.length > 0)
    return;
  const [why = "nothing is estimated with these settings."] =
    experiment.advice?.(settings, makeEstimator(estimator)) ?? [];
  throw new UsageError(`compare ${experiment.name} would train the same network ${count} times: ${why}`);
}

function repeated(texts: readonly string[]): string | undefined {
  return texts.find((text, i) => texts.indexOf(text) !== i);
}

/** Refuses runs that can't be, all of them at once, so that the next try is not the next refusal. */
export function refuseAll(configs: readonly RunConfig[], check: (config: RunConfig) => void): void {
  const reasons = configs.flatMap((config) => {
    try {
      check(config);
      return [];
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return [error.message];
    }
  });
  if (reasons.length > 0) throw new UsageError([...new Set(reasons)].join(" "));
}

/** The command with the flags that were given, to paste. */
function commandOf(
  experiment: string,
  flags: Flags,
  names: readonly string[],
  seeds: number,
  seed: number,
): string {
  const said = ["estimators", "data", "seeds", "seed"];
  const without = ["out", "resume", "json", "quiet", "jobs"];
  const kept = Object.entries(flags).filter(([name]) => ![...said, ...without].includes(name));
  return [
    "npx hardgrad compare",
    experiment,
    `--estimators ${names.join(",")}`,
    `--data ${flags.data ?? "drawn"}`,
    `--seeds ${seeds}`,
    `--seed ${seed}`,
    ...kept.map(([name, value]) => `--${kebab(name)} ${value}`),
  ].join(" ");
}
