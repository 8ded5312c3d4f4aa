import * as fs from "node:fs";
import { join } from "node:path";
import type { Checkpoint, MetricRow, Picture, Summary } from "@hardgrad/experiments";
import { type Purpose, readCheckpoint } from "./checkpoint.ts";

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
  return fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, "utf8")) as Summary) : undefined;
}

/** The pictures of a run that has ended, as SVG. */
export function readPictures(path: string): { title: string; svg: string }[] {
  const list = JSON.parse(fs.readFileSync(join(path, "figures", "pictures.json"), "utf8")) as Picture[];
  return list.map(({ name, title }) => ({
    title,
    svg: fs.readFileSync(join(path, "figures", `${name}.svg`), "utf8"),
  }));
}

/** The last checkpoint of a run. */
export function lastCheckpoint(path: string, purpose?: Purpose): Checkpoint {
  return readCheckpoint(join(path, "checkpoint.safetensors"), purpose);
}

/** How many epochs, with a fraction, a run had trained at a step; undefined if its metrics do not say. */
export function epochAt(path: string, step: number): number | undefined {
  return step === 0 ? 0 : readMetrics(path).find((row) => row.step === step)?.epoch;
}
