import * as fs from "node:fs";
import {
  assess,
  type Backend,
  computerText,
  type Dataset,
  datasetNames,
  MOST_SEED,
  type RunConfig,
  readerOf,
} from "@hardgrad/experiments";
import type { Command } from "commander";
import { addDeviceFlags, backendOf, deviceChoice, deviceLine } from "../ask/device.ts";
import { UsageError } from "../ask/errors.ts";
import { type Flags, wholeNumberFlag } from "../ask/flags.ts";
import { unknownName } from "../ask/suggest.ts";
import { datasetOf } from "../data/progress.ts";
import { checkTarget, writeFigure } from "../disk/figure-file.ts";
import { drawerOf, refuseSilent } from "../draw/drawer.ts";
import { judgeFigure } from "../figures/judge.ts";
import { type Judge, judgePath, makeJudge, readJudge } from "../judge/file.ts";
import { partsProgress } from "../judge/steps.ts";
import { judgeSentence, verdictLines, verdictTable } from "../judge/text.ts";
import { narrator, percent, print, printJson } from "../print/console.ts";
import { environment } from "../run-folder/environment.ts";
import { type SavedRun, savedRun } from "../run-folder/saved-run.ts";

type Data = Pick<RunConfig, "data" | "drawn" | "seed">;

/** `judge RUN`: what a classifier that has only seen real images says of a generator's pictures. */
export async function judge(run: string | undefined, flags: Flags): Promise<void> {
  const count = wholeNumberFlag("--count", String(flags.count ?? "1000"), 2, 100_000);
  const seed = wholeNumberFlag("--seed", String(flags.seed ?? "0"), 0, MOST_SEED);
  const out = flags.out as string | undefined;
  const ofRun = ["out", "count", "seed", "ganTrain"].filter((flag) =>
    flag === "ganTrain" ? flags.ganTrain === false : flags[flag] !== undefined,
  );
  if (run === undefined && ofRun[0] !== undefined)
    throw new UsageError(
      `--${ofRun[0] === "ganTrain" ? "no-gan-train" : ofRun[0]} is for judging a run; give the folder of a run, or leave it out.`,
    );
  if (out !== undefined) checkTarget(out, flags.force === true);
  const choice = deviceChoice(flags);
  const trained = run === undefined ? undefined : savedRun(run, "cannot judge");
  if (trained) {
    refuseSilent(trained, "the judge reads what generators draw");
    refuseOtherData(trained, flags);
  }
  const of = trained ? trained.checkpoint.config : dataOf(flags);
  const quiet = flags.quiet === true;
  const narrate = narrator(quiet);
  const dataset = await datasetOf({ ...(of as RunConfig) }, quiet);
  if (dataset.classes.length === 0)
    throw new UsageError(
      `${of.data} has no labels for a judge to learn; use --data drawn, mnist or fashion-mnist.`,
    );
  const backend = await backendOf(choice, narrate);
  const kept = keptJudge(of, flags.judge as string | undefined);
  narrate(deviceLine(backend));
  const frozen = kept ?? (await newJudge(of, dataset, backend, quiet));
  narrate(judgeSentence(frozen, dataset.test.count));
  const where = environment(backend);
  const about = { judge: { ...frozen, parameters: undefined }, data: of.data, environment: where };
  if (!trained) {
    if (flags.json) printJson(about);
    else print(`${frozen.sha256}  ${frozen.file}`);
    return;
  }
  const generator = await drawerOf(trained, "judge", { backend });
  const names = dataset.classes;
  const silent = names.filter((_, digit) => !generator.digits.includes(digit));
  if (silent.length > 0)
    narrate(
      `no class was found that is ${silent.join(" or ")}: what is asked of it counts as not recognised`,
    );
  const steps = partsProgress(quiet);
  const reader = readerOf(frozen.parameters, dataset, backend);
  const verdict = await assess(generator, reader, dataset, backend, {
    count,
    seed,
    ganTrain: flags.ganTrain !== false,
    onProgress: steps.at,
  });
  steps.stop();
  reader.dispose();
  generator.dispose();
  if (out !== undefined) {
    const title = `${run}: ${percent(verdict.recognised.rate)} of ${names.length * count} pictures recognised as what was asked for`;
    await writeFigure(judgeFigure(verdict, dataset, title), out);
  }
  if (flags.json) {
    const { worst: _worst, ...numbers } = verdict;
    return printJson({
      run,
      ...about,
      trained: trained.age,
      count,
      seed,
      ...numbers,
    });
  }
  print(verdictTable(verdict, names));
  for (const line of verdictLines(verdict, frozen, computerText(backend))) print(line);
}

function refuseOtherData({ path, checkpoint }: SavedRun, flags: Flags): void {
  if (flags.data !== undefined && flags.data !== checkpoint.config.data)
    throw new UsageError(
      `${path} was trained on ${checkpoint.config.data}, not on ${flags.data}; leave --data out.`,
    );
}

function dataOf(flags: Flags): Data {
  const data = flags.data as string | undefined;
  if (data === undefined)
    throw new UsageError(
      "judge needs the folder of a generator run, or --data NAME to train the judge of a dataset alone.",
    );
  if (!datasetNames.includes(data)) throw unknownName("dataset", data, datasetNames);
  return { data, seed: 0, ...(data === "drawn" ? { drawn: { train: 10_000, test: 2_000 } } : {}) };
}

function keptJudge(of: Data, given: string | undefined): Judge | undefined {
  if (given !== undefined) return readJudge(given, of);
  return fs.existsSync(judgePath(of)) ? readJudge(judgePath(of), of) : undefined;
}

async function newJudge(of: Data, dataset: Dataset, backend: Backend, quiet: boolean): Promise<Judge> {
  const steps = partsProgress(quiet);
  try {
    const { data, drawn } = of;
    return await makeJudge({ data, ...(drawn ? { drawn } : {}) }, dataset, backend, steps);
  } finally {
    steps.stop();
  }
}

/** Its arguments and options. */
export function declare(command: Command): void {
  command
    .argument(
      "[run]",
      "run folder of a generator (without one: trains the judge of --data and prints its SHA-256)",
    )
    .option("--data <name>", "without a run: dataset to train the judge on")
    .option("--count <n>", "pictures per digit, 2 to 100000, without selection (default: 1000)")
    .option("--seed <n>", "seed of the pictures (default: 0)")
    .option("--judge <file>", "judge to use (default: trained once per dataset and cached)")
    .option("--no-gan-train", "skip training a classifier on drawn pictures, which takes longest")
    .option(
      "--out <file>",
      "file for the confusion matrix and worst pictures (.svg, .png) or the matrix alone (.csv)",
    )
    .option("--force", "overwrite an existing file")
    .option("--json", "print everything as JSON")
    .option("--quiet", "print results only, no progress")
    .action((run, flags) => judge(run, flags));
  addDeviceFlags(command);
}
