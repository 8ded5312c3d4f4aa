import * as fs from "node:fs";
import { join } from "node:path";
import {
  type Checkpoint,
  findExperiment,
  type MetricRow,
  type Picture,
  type RunConfig,
  type Summary,
  withoutEnd,
} from "@hardgrad/experiments";
import { UsageError } from "../ask/errors.ts";
import { lineChart } from "../figures/chart.ts";
import { continualFigure } from "../figures/continual.ts";
import { pictureSvg } from "../figures/pictures.ts";
import { writeCheckpoint } from "./checkpoint.ts";
import { environment } from "./environment.ts";
import { appendWhole, createFolder, writeWhole } from "./files.ts";
import { modelCard } from "./model-card.ts";
import { readEnvironment, readMetrics } from "./read.ts";
import { encodeFileVersion, encodeScalars, record as frame, readRecords, stepOf } from "./tfevents.ts";

export { epochAt, lastCheckpoint, readConfig, readMetrics, readPictures, readSummary } from "./read.ts";

const EVENTS = "events.out.tfevents.0.hardgrad";

/** A run on disk. Every file is whole at any moment. */
export interface RunFolder {
  readonly path: string;
  append(rows: readonly MetricRow[]): void;
  saveCheckpoint(checkpoint: Checkpoint): void;
  finish(config: RunConfig, summary: Summary, pictures: readonly Picture[]): void;
}

/**
 * Makes a new folder, or goes on in one: metrics after the checkpoint are dropped, they come again. `longer`: what was
 * measured because the run had ended is dropped too.
 */
export function openRunFolder(
  path: string,
  config: RunConfig,
  device: string,
  resumeAt?: number,
  longer = false,
): RunFolder {
  if (resumeAt === undefined) {
    if (fs.existsSync(path))
      throw new UsageError(
        `${path} exists and runs are never overwritten; choose another --out, or --resume ${path}.`,
      );
    createFolder(path, {
      "config.json": json(config),
      "environment.json": json(environment(device)),
      "metrics.jsonl": "",
      [EVENTS]: encodeFileVersion(Date.now() / 1000),
    });
  } else {
    // What says that a run has ended, in case it is to be trained further.
    for (const name of ["summary.json", "README.md"]) fs.rmSync(join(path, name), { force: true });
    writeWhole(join(path, "config.json"), json(config));
    if (!readEnvironment(path)) writeWhole(join(path, "environment.json"), json(environment(device)));
    const experiment = findExperiment(config.experiment);
    const kept = readMetrics(path)
      .filter((row) => row.step <= resumeAt)
      .map((row) => (longer ? { ...row, values: withoutEnd(experiment, row.values) } : row));
    writeWhole(join(path, "metrics.jsonl"), kept.map((row) => `${JSON.stringify(row)}\n`).join(""));
    rewindEvents(join(path, EVENTS), resumeAt);
  }
  return {
    path,
    append: (rows) => {
      if (rows.length === 0) return;
      appendWhole(join(path, "metrics.jsonl"), rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
      const wallTime = Date.now() / 1000;
      const events = rows.map(({ step, values }) => encodeScalars({ wallTime, step, values }));
      appendWhole(join(path, EVENTS), Buffer.concat(events));
    },
    saveCheckpoint: (checkpoint) => writeCheckpoint(join(path, "checkpoint.safetensors"), checkpoint),
    finish: (finished, summary, pictures) => {
      const where = readEnvironment(path) ?? environment(device);
      fs.mkdirSync(join(path, "figures"), { recursive: true });
      const { headline } = findExperiment(finished.experiment);
      const all = readMetrics(path);
      for (const [tag, file, percent] of [
        ["loss/train", "loss.svg", false],
        [headline.tag, `${headline.tag.replace("/", "-")}.svg`, headline.unit === "percent"],
      ] as const) {
        const rows = all.filter((r) => tag in r.values);
        const points = rows.map((r) => ({ x: r.epoch, y: r.values[tag]!, series: finished.estimator.id }));
        writeWhole(join(path, "figures", file), `${lineChart(points, { x: "epoch", y: tag, percent })}\n`);
      }
      if (finished.experiment === "continual")
        writeWhole(
          join(path, "figures", "continual.svg"),
          `${continualFigure(all, String(finished.settings.method)).svg}\n`,
        );
      for (const picture of pictures)
        writeWhole(join(path, "figures", `${picture.name}.svg`), `${pictureSvg(picture)}\n`);
      writeWhole(
        join(path, "figures", "pictures.json"),
        json(pictures.map(({ name, title }) => ({ name, title }))),
      );
      writeWhole(join(path, "README.md"), modelCard(finished, summary, where, pictures));
      writeWhole(join(path, "summary.json"), json(summary));
    },
  };
}

function rewindEvents(file: string, step: number): void {
  const records = fs.existsSync(file) ? readRecords(fs.readFileSync(file)) : [];
  const kept = records.filter((data) => stepOf(data) <= step).map(frame);
  writeWhole(file, kept.length ? Buffer.concat(kept) : encodeFileVersion(Date.now() / 1000));
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
