// What the tables of frozen autoencoders share: their training, their data, and a file that measurements are added to.
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { loadDataset } from "@hardgrad/cli/internal/data/datasets";
import { readCheckpoint } from "@hardgrad/cli/internal/run-folder/checkpoint";
import { formOf, resolveSettings, vae } from "@hardgrad/experiments";
import { trainRuns } from "./train-runs.mjs";

export const loadData = (name) =>
  loadDataset(name, { dataDir: process.env.HARDGRAD_DATA, notice: (sentence) => console.error(sentence) });

/** A run of `train vae`. */
export const runOf = (path, { data, seed, estimator, settings }) => ({
  path,
  config: {
    experiment: "vae",
    estimator,
    data,
    ...(data === "drawn" ? { drawn: { train: 10_000, test: 2000 } } : {}),
    seed,
    settings: resolveSettings(vae.options, { boundSamples: 0, ...settings }, formOf({ data })),
  },
});

/** The checkpoints of runs, trained where they are not yet; a run that goes on from another trains only what is missing. */
export async function trained(runs, { device, threads }) {
  await trainRuns(runs, { jobs: 1, device, threads, checkpointEvery: 1000 });
  return runs.map(({ path }) => readCheckpoint(`${path}/checkpoint.safetensors`));
}

/** Measurements by key, one line each: a killed table goes on where it was. */
export function kept(file) {
  const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : [];
  const rows = new Map(
    lines.flatMap((line) => {
      try {
        const { key, ...row } = JSON.parse(line);
        return [[key, row]];
      } catch {
        return []; // a last line that a kill cut
      }
    }),
  );
  return {
    async of(key, measure) {
      if (!rows.has(key)) {
        const row = await measure();
        // Begins with a newline: what a kill left of a line is a line of its own.
        appendFileSync(file, `\n${JSON.stringify({ key, ...row })}\n`);
        rows.set(key, row);
      }
      return rows.get(key);
    },
  };
}

export const rounded = (_, value) => (typeof value === "number" ? Number(value.toPrecision(6)) : value);
export const text = ({ value, error }, digits = 3) => `${value.toFixed(digits)} ± ${error.toFixed(digits)}`;
