// A comparison of the 8 x 4 autoencoder with the published learning curves: `node bench/vae.mjs FOLDER [--json FILE]`.
import "./sentence.mjs";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { UsageError } from "@hardgrad/cli/internal/ask/errors";

/** Train and test -ELBO with the standard deviation of a seed, at epochs; 10 seeds. Raw logs of Wang & Bui's repository. */
const published = {
  reinmax: {
    1: [208.7, 188.1, 1.8],
    2: [182.1, 172.8, 3.0],
    5: [150.7, 148.7, 1.9],
    10: [139.8, 139.0, 0.6],
  },
  "gumbel-rao": {
    1: [206.8, 180.1, 2.2],
    2: [166.0, 155.1, 2.6],
    5: [144.1, 142.7, 0.3],
    10: [138.1, 137.4, 0.5],
  },
  "straight-through-gumbel-softmax": {
    1: [216.9, 191.3, 2.5],
    2: [180.1, 168.0, 3.8],
    5: [149.6, 147.6, 0.6],
    10: [142.2, 141.4, 0.4],
  },
  "gapped-straight-through": {
    1: [213.5, 186.6, 4.4],
    2: [170.2, 156.8, 3.3],
    5: [145.0, 143.5, 0.4],
    10: [139.2, 138.5, 0.6],
  },
  "reinmax-rao": {
    1: [207.9, 186.2, 2.3],
    2: [175.6, 163.9, 5.3],
    5: [146.1, 144.0, 1.3],
    10: [138.0, 137.1, 0.5],
  },
};

const {
  values: { json },
  positionals: [folder],
} = parseArgs({ options: { json: { type: "string" } }, allowPositionals: true });
if (!folder)
  throw new UsageError("vae.mjs needs the folder of a comparison: node bench/vae.mjs FOLDER [--json FILE].");
const read = (...parts) => readFileSync(join(folder, ...parts), "utf8");
const { command, environment } = JSON.parse(read("results.json"));
const names = readdirSync(folder)
  .filter((name) => existsSync(join(folder, name, "summary.json")))
  .sort();
const specOf = ({ id, options }) =>
  [id, ...Object.entries(options).map(([name, v]) => `${name}=${v}`)].join(":");

const runs = names.map((name) => {
  const config = JSON.parse(read(name, "config.json"));
  const rows = read(name, "metrics.jsonl").trim().split("\n").map((line) => JSON.parse(line)); // biome-ignore format: one thought
  const { msPerStep, outsideFraction } = JSON.parse(read(name, "summary.json"));
  const epochs = rows.filter((row) => "loss/test" in row.values);
  return {
    estimator: specOf(config.estimator),
    seed: config.seed,
    msPerStep,
    outsideFraction,
    train: epochs.map((row) => row.values["loss/epoch"]),
    test: epochs.map((row) => row.values["loss/test"]),
  };
});

const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;
const standardError = (values) =>
  Math.sqrt(values.reduce((s, v) => s + (v - mean(values)) ** 2, 0) / (values.length - 1) / values.length);

const comparison = [...new Set(runs.map((run) => run.estimator))].flatMap((estimator) => {
  const seeds = runs.filter((run) => run.estimator === estimator);
  return Object.entries(published[estimator.split(":")[0]] ?? {}).flatMap(([epoch, [train, test, spread]]) =>
    [
      ["train", train],
      ["test", test],
    ].flatMap(([split, target]) => {
      const values = seeds.map((run) => run[split][epoch - 1]).filter((v) => v !== undefined);
      if (values.length === 0) return [];
      // One seed alone is as far from the mean as the published seeds are.
      const [ours, error] = [mean(values), values.length > 1 ? standardError(values) : null];
      const agrees = Math.abs(ours - target) <= 2 * (error ?? spread) + spread;
      return [
        {
          estimator,
          epoch: Number(epoch),
          split,
          ours,
          standardError: error,
          published: target,
          spread,
          agrees,
        },
      ];
    }),
  );
});

if (json) writeFileSync(json, `${JSON.stringify({ command, environment, comparison, runs }, null, 1)}\n`);
const text = (x, digits = 1) => x.toFixed(digits);
console.table(
  comparison.map((row) => ({
    ...row,
    ours: `${text(row.ours)}${row.standardError === null ? "" : ` ± ${text(row.standardError)}`}`,
  })),
);
