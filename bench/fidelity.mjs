// Gradient fidelity on trained networks: estimates of every categorical estimator against the exact gradient of the 8 x 4
// autoencoder, by enumeration of its 4,096 states; goes on where it was stopped.
//   node bench/fidelity.mjs [--seeds 3] [--epochs 1,5,10] [--draws 512] [--others 128]
//     [--estimators SPEC,SPEC] [--json FILE] [--figure FILE]
import "./sentence.mjs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { formatEstimator, parseEstimator } from "@hardgrad/cli/internal/ask/estimator";
import { writeWhole } from "@hardgrad/cli/internal/disk/files";
import { environment } from "@hardgrad/cli/internal/run-folder/environment";
import { makeEstimator, useDevice } from "@hardgrad/experiments";
import { catalogue } from "hardgrad";
import { decodedAt, estimates, examplesOf } from "./dist/frozen/draws.js";
import { exactCategoricalGradient, lossesAtStates, oneHotStates } from "./dist/frozen/exact.js";
import { fidelityFigure } from "./dist/frozen/figure.js";
import { fidelity, overNetworks, sumsOf } from "./dist/frozen/moments.js";
import { frozenNetworks, loadData, measurements, text, writeResults } from "./frozen-runs.mjs";

const { values: flags } = parseArgs({
  options: {
    seeds: { type: "string", default: "3" },
    epochs: { type: "string", default: "1,5,10" },
    estimators: { type: "string" },
    draws: { type: "string", default: "512" },
    // Of estimators that no cosine is published of: a quarter serves.
    others: { type: "string", default: "128" },
    images: { type: "string", default: "100" },
    data: { type: "string", default: "mnist" },
    variables: { type: "string", default: "4" },
    categories: { type: "string", default: "8" },
    hidden: { type: "string", default: "512-256" },
    device: { type: "string", default: "native" },
    threads: { type: "string", default: "1" },
    out: { type: "string", default: join("runs", "fidelity") },
    json: { type: "string" },
    figure: { type: "string" },
    quiet: { type: "boolean", default: false },
  },
});
const [draws, others, images] = [flags.draws, flags.others, flags.images].map(Number);
const sizes = [Number(flags.variables), Number(flags.categories)];
const epochs = flags.epochs.split(",").map(Number);
const WARMUP = 200;

/** Published at temperature 1: mean over 10 networks of the cosine of the mean of 512 estimates, at epochs 1, 5, 10. */
const published = {
  "reinmax:temperature=1": [0.772, 0.9, 0.85],
  "reinmax-rao:temperature=1:samples=100": [0.635, 0.613, 0.551],
  "straight-through-sigmoid": [0.471, 0.512, 0.488],
  "gapped-straight-through:temperature=1:gap=1": [0.534, 0.554, 0.519],
  "straight-through-gumbel-softmax:temperature=1": [0.545, 0.53, 0.482],
  "gumbel-rao:temperature=1:samples=100": [0.529, 0.474, 0.399],
};
const publishedEpochs = [1, 5, 10];
/** Of those that list all 4,096 states in every draw. */
const ENUMERATED = 16;
const drawsOf = (spec) => {
  if (published[spec]) return draws;
  return Math.min(draws, others, makeEstimator(parseEstimator(spec)).enumerates ? ENUMERATED : Infinity);
};

/** The published six, then all others of the catalogue by their defaults; `exact` is what they are compared with. */
const specs = flags.estimators
  ? flags.estimators.split(",")
  : [
      ...Object.keys(published),
      ...catalogue
        .filter((entry) => entry.create().supports.includes("categorical") && entry.id !== "exact")
        // Its target is a bound of several samples, another objective.
        .filter(
          ({ id }) => id !== "vimco" && !Object.keys(published).some((spec) => spec.split(":")[0] === id),
        )
        .map(({ id }) => id),
    ];

const backend = await useDevice(flags.device, { threads: Number(flags.threads) });
const { train } = await loadData(flags.data);
const x = {
  shape: [images, train.size],
  data: Float32Array.from(train.images.subarray(0, images * train.size), (v) => v / 255),
};
const trainer = { id: "reinmax", options: { temperature: 1 } };
const networks = await frozenNetworks(
  {
    seeds: Number(flags.seeds),
    epochs,
    out: flags.out,
    data: flags.data,
    estimator: trainer,
    settings: {
      variables: sizes[0],
      categories: sizes[1],
      hidden: flags.hidden,
      learningRate: 5e-4,
    },
  },
  { device: flags.device, threads: Number(flags.threads) },
);

const store = measurements(flags.out, (sentence) => flags.quiet || console.error(sentence));
const measured = [];
for (const { seed, epoch, vae: network } of networks) {
  const examples = await examplesOf(network, x, backend);
  const width = sizes[0] * sizes[1];
  const losses = lossesAtStates(
    x.data,
    await decodedAt(network, oneHotStates(...sizes), backend),
    train.size,
  );
  const exact = new Float64Array(images * width);
  for (const [i, values] of losses.entries())
    exact.set(
      exactCategoricalGradient(examples.logits.data.subarray(i * width, (i + 1) * width), values, sizes),
      i * width,
    );
  for (const spec of specs) {
    const estimator = makeEstimator(parseEstimator(spec));
    const count = drawsOf(spec);
    const key = JSON.stringify([seed, epoch, spec, count, images]);
    const row = await store.of(key, `seed ${seed}, epoch ${epoch}, ${spec}`, async () => {
      const rows = estimates(network, examples, estimator, backend, { draws: count, warmup: WARMUP, seed });
      return fidelity(await sumsOf(rows, count), exact, images);
    });
    measured.push({ seed, epoch, spec, ...row });
  }
}

const table = specs.flatMap((spec) =>
  epochs.map((epoch) => {
    const own = measured.filter((row) => row.spec === spec && row.epoch === epoch);
    const { unbiased, law } = makeEstimator(parseEstimator(spec));
    const over = (name) => overNetworks(own.map((row) => row[name]));
    return {
      estimator: formatEstimator(parseEstimator(spec)),
      epoch,
      networks: own.length,
      draws: drawsOf(spec),
      unbiased,
      ...(law ? { law } : {}),
      cosine: over("cosine"),
      cosineOfMean: over("cosineOfMean"),
      cosineByExample: over("cosineByExample"),
      squaredBias: over("squaredBias"),
      variance: over("variance"),
      published: published[spec]?.[publishedEpochs.indexOf(epoch)] ?? null,
      seconds: own.reduce((sum, row) => sum + row.seconds, 0) / own.length,
    };
  }),
);
/** The relative bias, or what it is below where none is seen. */
const biasText = ({ value, error }) =>
  value > 3 * error
    ? Math.sqrt(value).toFixed(3)
    : `< ${Math.sqrt(Math.max(0, value) + 3 * error).toFixed(3)}`;
const lastEpoch = table.filter((row) => row.epoch === epochs.at(-1));
for (const row of lastEpoch) {
  const cosines = table.filter((r) => r.estimator === row.estimator).map((r) => text(r.cosine));
  console.log(
    `| ${row.estimator} | ${cosines.join(" | ")} | ${biasText(row.squaredBias)} | ${row.variance.value.toPrecision(3)} |`,
  );
}
if (flags.json)
  writeResults(flags.json, {
    command: `node bench/fidelity.mjs --seeds ${flags.seeds} --epochs ${flags.epochs} --draws ${draws} --others ${others} --data ${flags.data}${flags.estimators ? ` --estimators ${flags.estimators}` : ""}`,
    environment: environment(backend),
    images,
    draws,
    others,
    warmup: WARMUP,
    trainer,
    table,
  });
if (flags.figure) writeWhole(flags.figure, fidelityFigure(table));
