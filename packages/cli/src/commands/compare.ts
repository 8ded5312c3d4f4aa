import * as fs from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { RunConfig } from "@hardgrad/experiments";
import Table from "cli-table3";
import { type Finished, labelOf, runJobs } from "../compare/pool.ts";
import { report } from "../compare/report.ts";
import { resultsOf, verdict } from "../compare/results.ts";
import type { Job } from "../compare/worker.ts";
import { configurationOf, type Flags, seedOf } from "../configuration.ts";
import { narrator, percent, print, printJson, short } from "../console.ts";
import { datasetOf } from "../data-progress.ts";
import { Failure, Interrupted, UsageError } from "../errors.ts";
import { formatEstimator } from "../estimator-spec.ts";
import { wholeNumber } from "../flags.ts";
import { progressOf } from "../progress.ts";
import { environment } from "../run-folder/environment.ts";
import { createFolder, writeWhole } from "../run-folder/files.ts";
import { readMetrics, readSummary } from "../run-folder/folder.ts";

const DEFAULT =
  "straight-through-sigmoid,reinmax,straight-through,gumbel-softmax,disarm,rloo,reinforce-leave-one-out,reinforce";

/** `compare EXPERIMENT`: estimators side by side, each with the same seeds. */
export async function compare(experiment: string, flags: Flags): Promise<void> {
  const quiet = flags.quiet === true;
  const narrate = narrator(quiet);
  const names = String(flags.estimators ?? DEFAULT).split(",").map((s) => s.trim()).filter(Boolean); // biome-ignore format: one thought
  if (names.length === 0)
    throw new UsageError(
      "--estimators is empty; give ids separated by commas, as in --estimators reinmax,rloo.",
    );
  if (new Set(names).size < names.length)
    throw new UsageError(`--estimators names one twice: ${names.join(",")}; name each once.`);
  const first = seedOf(flags);
  const seeds = wholeNumber("--seeds", String(flags.seeds ?? "1"), 1, 1000);
  const jobs = wholeNumber("--jobs", String(flags.jobs ?? availableParallelism()), 1, 256);
  const checkpointEvery = wholeNumber("--checkpoint-every", String(flags.checkpointEvery), 1, 1e9);
  const configs = names.flatMap((name) =>
    Array.from({ length: seeds }, (_, i) => configurationOf(experiment, name, first + i, flags)),
  );
  const path = (flags.resume ?? flags.out ?? defaultPath(experiment)) as string;
  const resuming = flags.resume !== undefined;
  if (resuming && !fs.existsSync(path))
    throw new Failure(`cannot resume from ${path}: it does not exist; give the folder of a comparison.`);
  if (!resuming && fs.existsSync(path))
    throw new UsageError(
      `${path} exists and runs are never overwritten; choose another --out, or --resume ${path}.`,
    );
  const dataset = await datasetOf(configs[0]!, quiet); // refuses missing data once, before any run
  const command = commandOf(experiment, flags, names, seeds, first);
  if (resuming) sameComparison(path, configs);
  else createFolder(path, { "comparison.json": `${JSON.stringify({ configs, command }, null, 2)}\n` });

  const all = configs.map((config) => jobOf(config, path, String(flags.device), checkpointEvery));
  const todo = all.filter((job) => !readSummary(job.path));
  narrate(
    `${all.length} runs, ${Math.min(jobs, todo.length)} at a time, on ${dataset.train.count} training and ${dataset.test.count} test images: ${path}`,
  );
  const widest = Math.max(0, ...todo.map((job) => labelOf(job).length));
  const progress = progressOf({ runs: todo.length, workers: jobs, widest }, quiet);
  let finished: Finished[];
  try {
    finished = await runJobs(todo, jobs, {
      onRows: (job, rows, step, total) => progress.update(labelOf(job), rows, step, total),
      onEnd: (job) => progress.end(labelOf(job)),
    });
  } catch (error) {
    progress.stop();
    if (!(error instanceof Interrupted)) throw error;
    throw new Interrupted(
      `stopped; finished runs are kept and the others saved, go on with: ${command} --resume ${path}`,
    );
  }
  progress.stop();

  // In the order of the configurations, not of finishing: the same seeds give the same files.
  finished.sort((a, b) => all.indexOf(a.job) - all.indexOf(b.job));
  const runs = all.map((job) => ({ config: job.config, summary: readSummary(job.path)! }));
  const results = resultsOf(runs, dataset.test.count);
  const sentence = verdict(results);
  const where = environment(String(flags.device));
  const curves = all.map(({ config, path: folder }) => ({ config, rows: readMetrics(folder) }));
  const title = `${names.length} gradient estimators on ${configs[0]!.data} digits`;
  writeWhole(
    join(path, "results.json"),
    `${JSON.stringify({ command, environment: where, verdict: sentence, results }, null, 2)}\n`,
  );
  writeWhole(
    join(path, "report.html"),
    report({ title, command, verdict: sentence, results, curves, finished, environment: where }),
  );
  if (flags.json) return printJson({ path, command, environment: where, verdict: sentence, results });
  const table = new Table({
    head: ["estimator", "test accuracy", "best", "gradient variance", "ms/step", "seeds"],
    style: { head: [], border: [], compact: true },
    colAligns: ["left", "right", "right", "right", "right", "right"],
  });
  for (const r of results)
    table.push([
      r.estimator,
      `${percent(r.accuracy)} ± ${(100 * r.standardError).toFixed(2)}`,
      percent(r.best),
      short(r.gradientVariance),
      short(r.msPerStep),
      r.seeds.length,
    ]);
  print(table.toString());
  const from = seeds > 1 ? `over ${seeds} seeds` : "of the test set as a sample (one seed)";
  print(`± one standard error ${from}; gradient variance of the hidden layer, at the end of each run`);
  print(sentence);
  print(`report: ${join(path, "report.html")}`);
  narrate(
    "try next: npx hardgrad show reinmax | npx hardgrad figure neuron --out neuron.svg | npx hardgrad compare classifier --seeds 3 --epochs 20",
  );
}

function jobOf(config: RunConfig, folder: string, device: string, checkpointEvery: number): Job {
  const name = `${formatEstimator(config.estimator).replace(/[:=]/g, "-")}-seed${config.seed}`;
  const path = join(folder, name);
  const resume = fs.existsSync(join(path, "checkpoint.safetensors"));
  if (!resume) fs.rmSync(path, { recursive: true, force: true }); // killed before its first checkpoint
  return { config, path, device, checkpointEvery, resume };
}

function sameComparison(path: string, configs: readonly RunConfig[]): void {
  let saved: unknown;
  try {
    saved = JSON.parse(fs.readFileSync(join(path, "comparison.json"), "utf8")).configs;
  } catch {
    throw new Failure(
      `cannot resume from ${path}: comparison.json is missing or damaged; give the folder of a comparison.`,
    );
  }
  if (JSON.stringify(saved) !== JSON.stringify(configs))
    throw new UsageError(
      `${path} is of another comparison; repeat the flags it was started with, or leave --resume out.`,
    );
}

/** The command with the flags that were given, to paste. */
function commandOf(
  experiment: string,
  flags: Flags,
  names: readonly string[],
  seeds: number,
  seed: number,
): string {
  const skip = ["estimators", "seeds", "seed", "out", "resume", "json", "quiet", "jobs"];
  const standard: { [name: string]: string } = { data: "drawn", device: "wasm", checkpointEvery: "500" };
  const kept = Object.entries(flags).filter(
    ([name, value]) => !skip.includes(name) && value !== standard[name],
  );
  const text = kept.map(
    ([name, value]) => `--${name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)} ${value}`,
  );
  const data = `--data ${flags.data}`;
  const rest = text.filter((t) => !t.startsWith("--data "));
  return [
    "npx hardgrad compare",
    experiment,
    `--estimators ${names.join(",")}`,
    data,
    `--seeds ${seeds}`,
    `--seed ${seed}`,
    ...rest,
  ].join(" ");
}

function defaultPath(experiment: string): string {
  const stamp = new Date().toISOString().slice(0, 19).replace(/[-:]/g, "").replace("T", "-");
  return join("runs", `compare-${experiment}-${stamp}`);
}
