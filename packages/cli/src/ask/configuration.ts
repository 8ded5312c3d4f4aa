import { existsSync } from "node:fs";
import {
  checkRun,
  datasetNames,
  type Experiment,
  experiments,
  formOf,
  type RunConfig,
  resolveSettings,
} from "@hardgrad/experiments";
import type { Command } from "commander";
import { ownForm } from "../data/own-data.ts";
import { addDeviceFlags } from "./device.ts";
import { UsageError } from "./errors.ts";
import { parseEstimator } from "./estimator.ts";
import { addSetting, type Flags, givenSettings, kebab, wholeNumberFlag } from "./flags.ts";
import { filesOf, ownExperiments } from "./own.ts";
import { unknownName } from "./suggest.ts";

/** The estimator of experiments that name none. */
const STANDARD = "straight-through";

/** Adds the flags that every training command has: data, device, checkpoints, output. */
export function addTrainingFlags(command: Command): Command {
  command
    .option(
      "--data <name>",
      `data: ${datasetNames.join(", ")}, or a .csv file or folder of yours (default: drawn)`,
    )
    .option("--train-size <n>", "training images to draw (data drawn only; default 10000)")
    .option("--test-size <n>", "test images to draw (data drawn only; default 2000)");
  addDeviceFlags(command)
    .option("--checkpoint-every <steps>", "steps between checkpoints (default: 500)")
    .option("--json", "print results as JSON")
    .option("--quiet", "print results only, no progress");
  return command;
}

/** A subcommand for each experiment, with its own flags; those of the command above it hold as well. */
export function addExperiments(
  command: Command,
  action: (experiment: string, flags: Flags) => Promise<void>,
): void {
  for (const { name, title, options } of [...experiments, ...ownExperiments()]) {
    const taken = Object.keys(options).find((option) =>
      ["--help", ...command.options.map((o) => o.long)].includes(`--${kebab(option)}`),
    );
    if (taken !== undefined)
      throw new UsageError(`${name}: its option ${taken} is a flag of ${command.name()} already; rename it.`);
    const sub = command.command(name).description(title).configureHelp({ showGlobalOptions: true });
    for (const [option, spec] of Object.entries(options)) addSetting(sub, option, spec);
    sub.action((_flags, self: Command) => action(name, self.optsWithGlobals()));
  }
}

/** The names of all experiments, for help: `a, b or c`. */
export function experimentNames(): string {
  const names = experiments.map((e) => e.name);
  return `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
}

/** The estimators that `train` takes if none is named, for help. */
export function defaultEstimators(): string {
  const own = experiments.flatMap((e) => {
    const id = e.estimator?.(resolveSettings(e.options, {}, formOf({ data: "drawn" }))) ?? STANDARD;
    return id === STANDARD ? [] : [`for ${e.name}: ${id}`];
  });
  return [STANDARD, ...own].join("; ");
}

/** The names of the experiments with an ability: `classifier or vae`. */
export function whichCan(ability: (experiment: Experiment) => unknown): string {
  return experiments
    .filter((e) => ability(e) !== undefined)
    .map((e) => e.name)
    .join(" or ");
}

/** The configuration of one run out of flags. Without an estimator: the experiment's own. */
export function resolveRun(
  experiment: Experiment,
  estimatorText: string | undefined,
  seed: number,
  flags: Flags,
): RunConfig {
  const data = String(flags.data ?? "drawn");
  const form = ownForm(data);
  if (!form && !datasetNames.includes(data)) {
    if (existsSync(data)) throw new UsageError(`--data ${data} is not a dataset; for the folder of that name, write ./${data}.`); // biome-ignore format: one thought
    throw unknownName("dataset", data, datasetNames);
  }
  const sizes = [flags.trainSize, flags.testSize];
  if (data !== "drawn" && sizes.some((s) => s !== undefined))
    throw new UsageError(`--train-size and --test-size are for --data drawn, not ${data}; leave them out.`);
  const given = givenSettings(experiment.options, flags);
  const shaped = form ?? formOf({ data });
  const asked = resolveSettings(experiment.options, given, shaped);
  const { id, options } = parseEstimator(estimatorText ?? experiment.estimator?.(asked) ?? STANDARD);
  const suited = experiment.recommended(id, data, asked);
  const estimator = { id, options: { ...suited.options, ...options } };
  const settings = resolveSettings(experiment.options, { ...suited.settings, ...given }, shaped);
  const size = (flag: string, text: unknown, fallback: number): number =>
    typeof text === "string" ? wholeNumberFlag(flag, text, 1, 1_000_000) : fallback;
  return {
    experiment: experiment.name,
    estimator,
    data,
    ...(form ? { form } : {}),
    ...(data === "drawn"
      ? {
          drawn: {
            train: size("--train-size", flags.trainSize, 10_000),
            test: size("--test-size", flags.testSize, 2_000),
          },
        }
      : {}),
    seed,
    settings,
    ...filesOf([experiment.name, id], data),
  };
}

/** Seeds are 32-bit words. */
const MOST_SEED = 2 ** 32 - 1;

/** `--seed`, the first of `count` seeds. */
export function seedOf(flags: Flags, count = 1): number {
  return wholeNumberFlag("--seed", String(flags.seed ?? "0"), 0, MOST_SEED - (count - 1));
}

/** `--checkpoint-every`. */
export function checkpointEveryOf(flags: Flags): number {
  return wholeNumberFlag("--checkpoint-every", String(flags.checkpointEvery ?? "500"), 1, 1e9);
}

/** Refuses a run that can't be, before any work, by what is known without its data. */
export function refuseImpossible(experiment: Experiment, config: RunConfig): void {
  try {
    checkRun(experiment, config);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
