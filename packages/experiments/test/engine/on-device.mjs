// Run by webgpu.test.ts in a process of its own, since a Vulkan driver is chosen by the environment at its start.
// node on-device.mjs DEVICE: random bits and losses as JSON; with `lose`, what happens when the GPU goes away.

import {
  DeviceLost,
  drawnDigits,
  experiments,
  resolveSettings,
  startRun,
  useDevice,
} from "@hardgrad/experiments";
import { getWebGPUDevice, random } from "@jax-js/jax";

const [device, lose] = process.argv.slice(2);
const backend = await useDevice(device);
const dataset = drawnDigits({ train: 160, test: 40 });

async function start(name, id, settings, options = {}) {
  const experiment = experiments.find((e) => e.name === name);
  const estimator = { id, options };
  const all = resolveSettings(experiment.options, { epochs: 2, batch: 40, ...settings }, dataset);
  return startRun(
    experiment,
    { experiment: name, estimator, data: "drawn", seed: 3, settings: all },
    dataset,
    backend,
  );
}

if (lose) {
  const run = await start("classifier", "reinmax", { hidden: 20 });
  await run.advance();
  const pending = run.advance();
  getWebGPUDevice().destroy();
  const failures = [];
  for (const work of [pending, run.advance(), run.checkpoint()])
    await work.catch((error) => failures.push([error instanceof DeviceLost, error.message]));
  console.log(JSON.stringify(failures));
} else {
  const bits = [...(await random.bits(random.key(7), [8]).data())];
  const losses = {};
  for (const [name, id, settings, options] of [
    ["classifier", "reinmax", { hidden: 20 }],
    ["classifier", "gumbel-rao", { hidden: 20 }, { samples: 10 }],
    ["classifier", "rloo", { hidden: 20, optimizer: "adam", learningRate: 0.01 }],
    ["vae", "reinmax", { hidden: "16", variables: 6, categories: 4 }],
    ["vae", "straight-through-sigmoid", { latents: "bernoulli", variables: 8, hidden: "16" }],
    [
      "gated",
      "straight-through",
      { router: "sparse-mixer", network: "fast", units: 64, block: 8, gater: 12, rate: 0.25, room: 0.5 },
    ],
  ]) {
    const run = await start(name, id, settings, options);
    const rows = [];
    while (run.step < run.totalSteps)
      for (const row of await run.advance()) rows.push(row.values["loss/train"]);
    losses[`${name} ${id}`] = rows;
    run.dispose();
  }
  console.log(JSON.stringify({ bits, losses }));
}
