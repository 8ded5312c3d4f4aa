import * as fs from "node:fs";
import { join } from "node:path";
import type { MetricRow, Picture, RunConfig, Summary } from "@hardgrad/experiments";
import { z } from "zod";
import { Failure } from "../ask/errors.ts";
import { configSchema } from "./checkpoint.ts";
import type { Environment } from "./environment.ts";

/** The rows of `metrics.jsonl`; a last line that a kill cut is left out. */
export function readMetrics(path: string): MetricRow[] {
  const file = join(path, "metrics.jsonl");
  if (!fs.existsSync(file)) return [];
  return fs
    .readFileSync(file, "utf8")
    .split("\n")
    .flatMap((line) => {
      try {
        return line ? [JSON.parse(line) as MetricRow] : [];
      } catch {
        return [];
      }
    });
}

/** The summary of a run that has ended, or undefined. */
export function readSummary(path: string): Summary | undefined {
  const file = join(path, "summary.json");
  if (!fs.existsSync(file)) return undefined;
  const summary = readJson(file);
  if (!summarySchema.safeParse(summary).success)
    throw new Failure(`${file} is damaged; delete it, and ${path} can be resumed, which writes it again.`);
  return summary as Summary;
}

const summarySchema = z.object({
  steps: z.number(),
  metrics: z.record(z.string(), z.number().nullable()),
  bests: z.record(z.string(), z.unknown()),
});

/** What a JSON file says; undefined for one that is missing or no JSON. */
function readJson(file: string): unknown {
  try {
    return JSON.parse(fs.readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

/** What a run was begun with; undefined if config.json is missing or damaged. */
export function readConfig(path: string): RunConfig | undefined {
  return configSchema.safeParse(readJson(join(path, "config.json"))).data;
}

/** The pictures of a run that has ended, as SVG. */
export function savedPictures(path: string): { title: string; svg: string }[] {
  const folder = join(path, "figures");
  try {
    const list = JSON.parse(fs.readFileSync(join(folder, "pictures.json"), "utf8")) as Picture[];
    return list.map(({ name, title }) => ({
      title,
      svg: fs.readFileSync(join(folder, `${name}.svg`), "utf8"),
    }));
  } catch {
    throw new Failure(
      `a file of ${folder} is missing or damaged; delete ${join(path, "summary.json")}, and the run can be resumed, which draws them again.`,
    );
  }
}

/** Where and when a run was begun; undefined if the file that says it is missing or damaged. */
export function readEnvironment(path: string): Environment | undefined {
  const where = readJson(join(path, "environment.json"));
  return environmentSchema.safeParse(where).success ? (where as Environment) : undefined;
}

const environmentSchema = z.object({
  date: z.string(),
  node: z.string(),
  device: z.string(),
  products: z.string(),
  cpu: z.string(),
});

/** How many epochs, with a fraction, a run had trained at a step; undefined if its metrics do not say. */
export function epochAt(path: string, step: number): number | undefined {
  return step === 0 ? 0 : readMetrics(path).find((row) => row.step === step)?.epoch;
}
