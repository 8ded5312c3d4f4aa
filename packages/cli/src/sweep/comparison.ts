import { checkRun, type Experiment, makeEstimator } from "@hardgrad/experiments";
import { resolveRun, seedOf } from "../ask/configuration.ts";
import { UsageError } from "../ask/errors.ts";
import { estimatorFileName, formatEstimator, wholeEstimator } from "../ask/estimator.ts";
import { type Flags, kebab, wholeNumberFlag } from "../ask/flags.ts";
import { experimentOf } from "../ask/own.ts";
import { specsOf } from "../ask/spec-text.ts";
import type { AskedRun } from "./expand.ts";
import { refuseAll } from "./refuse.ts";

/** A sweep of estimators and seeds alone, which flags say. */
export interface Comparison {
  readonly experiment: Experiment;
  readonly asked: readonly AskedRun[];
  /** What makes it again. */
  readonly command: string;
}

/** The runs of a new comparison; refused before any work if one of them can't be. */
export function comparisonOf(name: string | undefined, flags: Flags): Comparison {
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
  const asked = configs.map((config) => ({ config, varied: {} }));
  refuseSame(experiment, asked[0]!, names.length);
  refuseAll(configs, (config) => checkRun(experiment, config));
  return { experiment, asked, command: commandOf(name, flags, names, seeds, first) };
}

/** Refuses several estimators where nothing is estimated. */
function refuseSame(experiment: Experiment, { config }: AskedRun, count: number): void {
  const { settings, estimator } = config;
  if (count === 1 || !("estimated" in experiment) || experiment.estimated(settings).parameters.length > 0)
    return;
  const [why = "nothing is estimated with these settings."] =
    experiment.advice?.(settings, makeEstimator(estimator)) ?? [];
  throw new UsageError(`compare ${experiment.name} would train the same network ${count} times: ${why}`);
}

function repeated(texts: readonly string[]): string | undefined {
  return texts.find((text, i) => texts.indexOf(text) !== i);
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
