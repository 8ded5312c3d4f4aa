import * as fs from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Experiment, RunConfig } from "@hardgrad/experiments";
import { Failure } from "../ask/errors.ts";
import { formatEstimator } from "../ask/estimator.ts";
import { experimentOf } from "../ask/own.ts";
import { writeWhole } from "../disk/files.ts";
import { computersText, type Environment, environmentText, machine } from "../run-folder/environment.ts";
import { readConfig, readEnvironment, readMetrics, readSummary, savedPictures } from "../run-folder/read.ts";
import { emptyCurves } from "./curves.ts";
import { evaluationsPerStep } from "./evaluations.ts";
import { placesOf } from "./places.ts";
import { experimentOfPlan, type Plan, type PlannedRun } from "./plan.ts";
import { type RunFailure, readFailure } from "./records.ts";
import { report } from "./report.ts";
import { type Ended, type Result, resultsOf } from "./results.ts";
import { resultsCsv } from "./table.ts";
import { verdict } from "./verdict.ts";

/** What came out of a sweep so far. */
export interface SweepOutcome {
  readonly experiment: Experiment;
  readonly results: readonly Result[];
  readonly verdict: string;
  readonly environment: Environment;
  /** All computers that had a part in it. */
  readonly computers: readonly string[];
  readonly failed: readonly ({ readonly name: string } & RunFailure)[];
  /** How many have neither ended nor failed. */
  readonly open: number;
}

/** Reads the runs that have ended, and writes results.json, results.csv and report.html. */
export function writeOutcome(path: string, plan: Plan): SweepOutcome {
  const experiment = experimentOf(experimentOfPlan(plan));
  const ended: (Ended & { readonly run: PlannedRun; readonly folder: string })[] = [];
  const failed: SweepOutcome["failed"][number][] = [];
  const environments: Environment[] = [];
  const curves = emptyCurves();
  for (const run of plan.runs) {
    const places = placesOf(path, run.name);
    const folder = places.published;
    if (!fs.existsSync(folder)) {
      const failure = readFailure(places.failed);
      if (failure) failed.push({ name: run.name, ...failure });
      continue;
    }
    refuseForeignRun(run, folder);
    const summary = readSummary(folder);
    if (!summary)
      throw new Failure(`${folder} has no summary.json; move it away, and the run is trained again.`);
    ended.push({ run, summary, folder });
    const evaluations = evaluationsPerStep(run.config);
    curves.add(run.group, readMetrics(folder), { ms: summary.msPerStep, evaluations });
    const environment = readEnvironment(folder);
    if (environment) environments.push(environment);
  }
  if (ended.length === 0) {
    const why = failed[0] ? `: ${failed.length} failed, ${failed[0].name} because ${failed[0].reason}` : "";
    throw new Failure(
      `${path} has no run that ended well${why.replace(/\.$/, "")}; see npx hardgrad sweep status ${path}.`,
    );
  }
  const results = resultsOf(experiment, ended);
  const sentence = verdict(experiment.headline, results);
  const computers = [...new Set(environments.map(computersText))];
  const { device = "", products = "", threads } = environments[0] ?? {};
  const environment = { ...machine(), device, products, ...(threads === undefined ? {} : { threads }) };
  const open = plan.runs.length - ended.length - failed.length;
  const best = ended.find(({ run }) => run.group === results[0]!.group)!;
  const what = results.every((r) => Object.keys(r.varied).length === 0)
    ? "gradient estimators"
    : "combinations";
  const on = `${results.length} ${what} on ${plan.runs[0]!.config.data}`;
  const title = plan.title ?? `${experiment.title}: ${on}`;
  const { command } = plan;
  const runs = ended.map(({ run, summary }) => ({ name: run.name, key: run.key, metrics: summary.metrics }));
  const said = { command, environment, computers, verdict: sentence, results, failed, open };
  writeWhole(join(path, "results.json"), `${JSON.stringify({ ...said, runs }, null, 2)}\n`);
  writeWhole(join(path, "results.csv"), resultsCsv(results));
  writeWhole(
    join(path, "report.html"),
    report({
      experiment,
      title,
      command,
      verdict: sentence,
      results,
      curves,
      failed,
      ...(plan.report ? { reported: plan.report } : {}),
      pictures: savedPictures(best.folder),
      where: environmentText(environment, computers.join(" and ")),
    }),
  );
  return { experiment, results, verdict: sentence, environment, computers, failed, open };
}

/** Refuses a folder that is in the place of a run, and is of another one, or was trained otherwise since. */
export function refuseForeignRun({ config }: Pick<PlannedRun, "config">, folder: string): void {
  const trained = readConfig(folder);
  const instead = `move ${folder} away, and the run is trained again`;
  if (!trained) throw new Failure(`${folder} has no readable config.json; ${instead}.`);
  const [asked, found] = [config, trained].map(({ settings, ...rest }) => ({ ...rest, ...settings }));
  const names = [...new Set([...Object.keys(asked!), ...Object.keys(found!)])];
  const textOf = (of: unknown, name: string): string =>
    name === "estimator" ? formatEstimator(of as RunConfig["estimator"]) : JSON.stringify(of);
  for (const name of names) {
    const [a, b] = [asked, found].map((all) => (all as { [name: string]: unknown })[name]);
    if (isDeepStrictEqual(a, b)) continue;
    throw new Failure(
      `${folder} was trained with ${name} ${textOf(b, name)}, but the plan is of ${textOf(a, name)}; ${instead}.`,
    );
  }
}
