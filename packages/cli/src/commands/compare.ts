import * as fs from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { RunConfig } from "@hardgrad/experiments";
import Table from "cli-table3";
import { labelOf, runJobs } from "../compare/pool.ts";
import { report } from "../compare/report.ts";
import { resultsOf, verdict } from "../compare/results.ts";
import { tableOf } from "../compare/table.ts";
import type { Job } from "../compare/worker.ts";
import { configurationOf, experimentOf, type Flags, seedOf } from "../configuration.ts";
import { narrator, print, printJson } from "../console.ts";
import { datasetOf } from "../data-progress.ts";
import { Failure, Interrupted, UsageError } from "../errors.ts";
import { formatEstimator } from "../estimator-spec.ts";
import { wholeNumber } from "../flags.ts";
import { progressOf } from "../progress.ts";
import { environment } from "../run-folder/environment.ts";
import { createFolder, writeWhole } from "../run-folder/files.ts";
import { readMetrics, readPictures, readSummary } from "../run-folder/folder.ts";

/** `compare EXPERIMENT`: estimators side by side, each with the same seeds. */
export async function compare(name: string, flags: Flags): Promise<void> {
  const experiment = experimentOf(name);
  const quiet = flags.quiet === true;
  const narrate = narrator(quiet);
  const names = String(flags.estimators ?? experiment.compared.join()).split(",").map((s) => s.trim()).filter(Boolean); // biome-ignore format: one thought
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
  const configs = names.flatMap((estimator) =>
    Array.from({ length: seeds }, (_, i) => configurationOf(name, estimator, first + i, flags)),
  );
  const idle = "idle" in experiment ? experiment.idle?.(configs[0]!.settings) : undefined;
  if (idle && names.length > 1)
    throw new UsageError(`compare ${name} would train the same network ${names.length} times: ${idle}`);
  const path = (flags.resume ?? flags.out ?? defaultPath(name)) as string;
  const resuming = flags.resume !== undefined;
  if (resuming && !fs.existsSync(path))
    throw new Failure(`cannot resume from ${path}: it does not exist; give the folder of a comparison.`);
  if (!resuming && fs.existsSync(path))
    throw new UsageError(
      `${path} exists and runs are never overwritten; choose another --out, or --resume ${path}.`,
    );
  const dataset = await datasetOf(configs[0]!, quiet); // refuses missing data once, before any run
  const command = commandOf(name, flags, names, seeds, first);
  if (resuming) sameComparison(path, configs);
  else createFolder(path, { "comparison.json": `${JSON.stringify({ configs, command }, null, 2)}\n` });

  const threads = Math.max(1, Math.floor(availableParallelism() / Math.min(jobs, configs.length)));
  const device = String(flags.device);
  const all = configs.map((config) => ({ ...jobOf(config, path, checkpointEvery), device, threads }));
  const todo = all.filter((job) => !readSummary(job.path));
  narrate(
    `${all.length} runs, ${Math.min(jobs, todo.length)} at a time, on ${dataset.train.count} training and ${dataset.test.count} test images: ${path}`,
  );
  const widest = Math.max(0, ...todo.map((job) => labelOf(job).length));
  const progress = progressOf(
    { runs: todo.length, workers: jobs, widest, headline: experiment.headline },
    quiet,
  );
  try {
    await runJobs(todo, jobs, {
      onRows: (job, rows, step, total) => progress.update(labelOf(job), rows, step, total),
      onEnd: (job) => progress.end(labelOf(job)),
      onNotice: (job, sentence) => narrate(`${labelOf(job)}: ${sentence}`),
    });
  } catch (error) {
    progress.stop();
    const goOn = `finished runs are kept and the others saved, go on with: ${command} --resume ${path}`;
    if (error instanceof Interrupted) throw new Interrupted(`stopped; ${goOn}`);
    narrate(goOn);
    throw error;
  }
  progress.stop();

  const runs = all.map((job) => ({ config: job.config, summary: readSummary(job.path)! }));
  const results = resultsOf(experiment, runs);
  const sentence = verdict(experiment.headline, results);
  const where = environment(String(flags.device));
  const curves = all.map(({ config, path: folder }) => ({ config, rows: readMetrics(folder) }));
  const best = runs.findIndex((r) => formatEstimator(r.config.estimator) === results[0]!.estimator);
  const pictures = readPictures(all[best]!.path);
  const title = `${experiment.title}: ${names.length} gradient estimators on ${configs[0]!.data}`;
  writeWhole(
    join(path, "results.json"),
    `${JSON.stringify({ command, environment: where, verdict: sentence, results }, null, 2)}\n`,
  );
  writeWhole(
    join(path, "report.html"),
    report({ experiment, title, command, verdict: sentence, results, curves, pictures, environment: where }),
  );
  if (flags.json) return printJson({ path, command, environment: where, verdict: sentence, results });
  const { head, rows } = tableOf(experiment, results);
  const table = new Table({
    head: [...head],
    style: { head: [], border: [], compact: true },
    colAligns: head.map((_, i) => (i === 0 ? "left" : "right")),
  });
  table.push(...rows.map((cells) => [...cells]));
  print(table.toString());
  const from = seeds > 1 ? `over ${seeds} seeds` : "of the test set as a sample (one seed)";
  print(`± one standard error ${from}; all at the end of each run`);
  print(sentence);
  print(`report: ${join(path, "report.html")}`);
  narrate(
    `try next: npx hardgrad show reinmax | npx hardgrad figure neuron --out neuron.svg | npx hardgrad compare ${name} --seeds 3 --epochs 20`,
  );
}

function jobOf(config: RunConfig, folder: string, checkpointEvery: number): Omit<Job, "device" | "threads"> {
  const name = `${formatEstimator(config.estimator).replace(/[:=]/g, "-")}-seed${config.seed}`;
  const path = join(folder, name);
  const resume = fs.existsSync(join(path, "checkpoint.safetensors"));
  if (!resume) fs.rmSync(path, { recursive: true, force: true }); // killed before its first checkpoint
  return { config, path, checkpointEvery, resume };
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
