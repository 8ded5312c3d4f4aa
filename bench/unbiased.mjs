// Variance of unbiased estimators on a frozen binary autoencoder at 2, 3 and 4 evaluations: 200 Bernoulli latents, the
// protocol of Double CV and RODEO but shorter; goes on where it was stopped.
//   node bench/unbiased.mjs [--seeds 3] [--epochs 1,5] [--draws 256] [--warmup 2000] [--json FILE]
import "./sentence.mjs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { parseEstimator } from "@hardgrad/cli/internal/ask/estimator";
import { environment } from "@hardgrad/cli/internal/run-folder/environment";
import { makeEstimator, useDevice } from "@hardgrad/experiments";
import { random } from "@jax-js/jax";
import { estimates, examplesOf } from "./dist/frozen/draws.js";
import { overNetworks, spread, sumsOf } from "./dist/frozen/moments.js";
import { frozenNetworks, loadData, measurements, writeResults } from "./frozen-runs.mjs";

const { values: flags } = parseArgs({
  options: {
    seeds: { type: "string", default: "3" },
    epochs: { type: "string", default: "1,5" },
    draws: { type: "string", default: "256" },
    warmup: { type: "string", default: "2000" },
    images: { type: "string", default: "100" },
    data: { type: "string", default: "mnist" },
    variables: { type: "string", default: "200" },
    hidden: { type: "string", default: "200-200" },
    device: { type: "string", default: "native" },
    threads: { type: "string", default: "1" },
    out: { type: "string", default: join("runs", "unbiased") },
    json: { type: "string" },
    quiet: { type: "boolean", default: false },
  },
});
const [draws, images, warmup] = [flags.draws, flags.images, flags.warmup].map(Number);
const epochs = flags.epochs.split(",").map(Number);

/** By evaluations per example: all of a group cost the same. `disarm` with 4 would be the mean of two pairs. */
const groups = {
  2: ["rloo:samples=2", "disarm", "double-cv:samples=2", "rodeo:samples=2"],
  3: ["rloo:samples=3", "arms:samples=3", "double-cv:samples=3", "rodeo:samples=3", "rebar", "relax"],
  4: ["rloo:samples=4", "arms:samples=4", "double-cv:samples=4", "rodeo:samples=4"],
};

const backend = await useDevice(flags.device, { threads: Number(flags.threads) });
const { train } = await loadData(flags.data);
// Binarized at random once: the same pixels for all.
const uniform = await random.uniform(random.key(1), [images, train.size]).data();
const x = {
  shape: [images, train.size],
  data: Float32Array.from(train.images.subarray(0, images * train.size), (v, i) =>
    uniform[i] < v / 255 ? 1 : 0,
  ),
};
const trainer = { id: "rloo", options: { samples: 2 } };
const networks = await frozenNetworks(
  {
    seeds: Number(flags.seeds),
    epochs,
    out: flags.out,
    data: flags.data,
    estimator: trainer,
    settings: {
      latents: "bernoulli",
      variables: Number(flags.variables),
      hidden: flags.hidden,
      activation: "leaky-relu",
      leak: 0.3,
      binarize: "dynamic",
      learningRate: 1e-3,
    },
  },
  { device: flags.device, threads: Number(flags.threads) },
);

const store = measurements(flags.out, (sentence) => flags.quiet || console.error(sentence));
const measured = [];
for (const { seed, epoch, vae: network } of networks) {
  const examples = await examplesOf(network, x, backend);
  for (const [evaluations, specs] of Object.entries(groups))
    for (const spec of specs) {
      const estimator = makeEstimator(parseEstimator(spec));
      const key = JSON.stringify([seed, epoch, spec, draws, images, warmup]);
      const row = await store.of(key, `seed ${seed}, epoch ${epoch}, ${spec}`, async () => {
        const rows = estimates(network, examples, estimator, backend, { draws, warmup, seed });
        return spread(await sumsOf(rows, draws));
      });
      measured.push({ seed, epoch, evaluations: Number(evaluations), estimator: spec, ...row });
    }
}

/** Variance over that of RLOO with as many evaluations, network by network. */
const ratio = (row) => {
  const base = measured.find(
    (r) => r.seed === row.seed && r.epoch === row.epoch && r.estimator === `rloo:samples=${row.evaluations}`,
  );
  const value = row.variance.value / base.variance.value;
  const parts = [row, base].map(({ variance }) => variance.error / variance.value);
  return { value, error: row === base ? 0 : value * Math.hypot(...parts) };
};
const table = Object.entries(groups).flatMap(([evaluations, specs]) =>
  specs.flatMap((estimator) =>
    epochs.map((epoch) => {
      const own = measured.filter((r) => r.estimator === estimator && r.epoch === epoch);
      const [variance, squaredNorm] = ["variance", "squaredNorm"].map((name) =>
        overNetworks(own.map((r) => r[name])),
      );
      const overRloo = overNetworks(own.map(ratio));
      return {
        estimator,
        evaluations: Number(evaluations),
        epoch,
        networks: own.length,
        variance,
        squaredNorm,
        overRloo,
      };
    }),
  ),
);
for (const { estimator, evaluations, epoch, variance, squaredNorm, overRloo } of table) {
  const text = ({ value, error }) => `${value.toPrecision(4)} ± ${error.toPrecision(2)}`;
  console.log(
    `| ${evaluations} | ${estimator} | ${epoch} | ${text(variance)} | ${text(overRloo)} | ${text(squaredNorm)} |`,
  );
}
if (flags.json)
  writeResults(flags.json, {
    command: `node bench/unbiased.mjs --seeds ${flags.seeds} --epochs ${flags.epochs} --draws ${draws} --warmup ${warmup} --data ${flags.data}`,
    environment: environment(backend),
    images,
    draws,
    warmup,
    trainer,
    table,
    measured,
  });
