import * as fs from "node:fs";
import { join } from "node:path";
import {
  type Checkpoint,
  type Computer,
  type Experiment,
  type MetricRow,
  type Picture,
  type RunConfig,
  type Summary,
  withoutEnd,
} from "@hardgrad/experiments";
import { UsageError, writeFailure } from "../ask/errors.ts";
import { appendWhole, createFolder, writeWhole } from "../disk/files.ts";
import { CHECKPOINT, writeCheckpoint } from "./checkpoint.ts";
import { continuedOn, environment } from "./environment.ts";
import { metricsCsv } from "./metrics-csv.ts";
import { modelCard } from "./model-card.ts";
import { readEnvironment, readMetrics } from "./read.ts";
import { encodeFileVersion, encodeScalars, eventStep, record as frame, readRecords } from "./tfevents.ts";

const EVENTS = "events.out.tfevents.0.hardgrad";

/** A run on disk. Every file is whole at any moment. */
export interface RunFolder {
  readonly path: string;
  append(rows: readonly MetricRow[]): void;
  saveCheckpoint(checkpoint: Checkpoint): void;
  /** The end of the run: its figures as SVG, by file name, and which of them are pictures. */
  finish(
    summary: Summary,
    figures: { readonly [file: string]: string },
    pictures: readonly Pick<Picture, "name" | "title">[],
  ): void;
}

/**
 * Makes a new folder, or goes on in one: metrics after the checkpoint are dropped, they come again. `longer`: what was
 * measured because the run had ended is dropped too. `notice` is told if it goes on with another device.
 */
export function openRunFolder(
  path: string,
  experiment: Experiment,
  config: RunConfig,
  computer: Computer,
  notice: (sentence: string) => void,
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
      "environment.json": json(environment(computer)),
      "metrics.jsonl": "",
      [EVENTS]: encodeFileVersion(Date.now() / 1000),
    });
  } else {
    // What says that a run has ended, in case it is to be trained further.
    for (const name of ["summary.json", "README.md"]) fs.rmSync(join(path, name), { force: true });
    writeWhole(join(path, "config.json"), json(config));
    const before = readEnvironment(path);
    const changed = before && continuedOn(before, resumeAt, computer);
    if (changed) notice(changed.sentence);
    if (!before || changed)
      writeWhole(join(path, "environment.json"), json(changed?.environment ?? environment(computer)));
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
    saveCheckpoint: (checkpoint) => writeCheckpoint(join(path, CHECKPOINT), checkpoint),
    finish: (summary, figures, pictures) => {
      const where = readEnvironment(path) ?? environment(computer);
      makeFolder(join(path, "figures"));
      for (const [file, svg] of Object.entries(figures)) writeWhole(join(path, "figures", file), `${svg}\n`);
      writeWhole(
        join(path, "figures", "pictures.json"),
        json(pictures.map(({ name, title }) => ({ name, title }))),
      );
      writeWhole(join(path, "README.md"), modelCard(experiment, config, summary, where, pictures));
      writeWhole(join(path, "metrics.csv"), metricsCsv(readMetrics(path)));
      writeWhole(join(path, "summary.json"), json(summary));
    },
  };
}

/** Not its parents: a run whose folder was taken away has lost it. */
function makeFolder(path: string): void {
  try {
    if (!fs.existsSync(path)) fs.mkdirSync(path);
  } catch (error) {
    throw writeFailure(path, error);
  }
}

function rewindEvents(file: string, step: number): void {
  const records = fs.existsSync(file) ? readRecords(fs.readFileSync(file)) : [];
  const kept = records.filter((data) => eventStep(data) <= step).map(frame);
  writeWhole(file, kept.length ? Buffer.concat(kept) : encodeFileVersion(Date.now() / 1000));
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
