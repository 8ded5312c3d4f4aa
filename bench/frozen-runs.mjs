// What the tables of frozen autoencoders share: their training, their data, and a file that measurements are added to.
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { loadDataset } from "@hardgrad/cli/internal/data/datasets";
import { writeWhole } from "@hardgrad/cli/internal/disk/files";
import { readCheckpoint } from "@hardgrad/cli/internal/run-folder/checkpoint";
import { formOf, resolveSettings, vae } from "@hardgrad/experiments";
import { frozenVae } from "./dist/frozen/network.js";
import { trainRuns } from "./train-runs.mjs";

export const loadData = (name) =>
  loadDataset(name, { dataDir: process.env.HARDGRAD_DATA, notice: (sentence) => console.error(sentence) });

/** A run of `train vae`. */
const runOf = (path, { data, seed, estimator, settings }) => ({
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

/**
 * Autoencoders of seeds 0 to `seeds` - 1 after each of `epochs`, with what trains them, in folders of `out`: trained where
 * they are not yet.
 */
export async function frozenNetworks({ seeds, epochs, out, settings, ...training }, { device, threads }) {
  mkdirSync(out, { recursive: true });
  const networks = Array.from({ length: seeds }, (_, seed) =>
    epochs.map((epoch) => ({ seed, epoch })),
  ).flat();
  const runs = networks.map(({ seed, epoch }) =>
    runOf(join(out, `seed${seed}-epoch${epoch}`), {
      ...training,
      seed,
      settings: { ...settings, epochs: epoch },
    }),
  );
  await trainRuns(runs, { jobs: 1, device, threads, checkpointEvery: 1000 });
  return networks.map((network, i) => ({
    ...network,
    vae: frozenVae(readCheckpoint(join(runs[i].path, "checkpoint.safetensors"))),
  }));
}

/**
 * Measurements by key in `measured.jsonl` of a folder, one line each, with the seconds they took: a killed table goes on
 * where it was. Told by `say` what was measured.
 */
export function measurements(folder, say) {
  const file = join(folder, "measured.jsonl");
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
    async of(key, what, measure) {
      if (!rows.has(key)) {
        const start = performance.now();
        const found = await measure();
        const row = { ...found, seconds: (performance.now() - start) / 1000 };
        say(`${what}: ${row.seconds.toFixed(1)} s`);
        // Begins with a newline: what a kill left of a line is a line of its own.
        appendFileSync(file, `\n${JSON.stringify({ key, ...row })}\n`);
        rows.set(key, row);
      }
      return rows.get(key);
    },
  };
}

const rounded = (_, value) => (typeof value === "number" ? Number(value.toPrecision(6)) : value);
/** A cosine whose noise is as large as the mean is undecided. */
export const text = ({ value, error }, digits = 3) =>
  Number.isFinite(value) && Number.isFinite(error)
    ? `${value.toFixed(digits)} ± ${error.toFixed(digits)}`
    : "undecided";

/** The results of a table as a JSON file. */
export const writeResults = (file, results) => writeWhole(file, `${JSON.stringify(results, rounded, 1)}\n`);
