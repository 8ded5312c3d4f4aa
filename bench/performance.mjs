// docs/performance.md and its figures, from the results of a bench:
//   node bench/run.mjs race --json docs/results/race.json --force && node bench/performance.mjs
// Needs `npm run build`. Numbers of the page come from the results; only what explains them is written here.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { raceFigure, scalingFigure } from "./dist/figure.js";
import * as report from "./dist/report.js";

const place = (path) => fileURLToPath(new URL(`../docs/${path}`, import.meta.url));
const results = JSON.parse(readFileSync(place("results/race.json"), "utf8"));
const table = report.toMarkdown;

/** Rows on which a contestant of ours is ahead of a peer, and those on which it is not. */
function standing(device, peer) {
  const ratios = results.race.flatMap((row) => {
    const speed = row.contestants.find((c) => c.id === `hardgrad-${device}`)?.speed?.[peer];
    return speed ? [{ id: row.id, speed: speed.median }] : [];
  });
  const list = (found) => found.map(({ id, speed }) => `${id} (${Number(speed.toPrecision(2))})`).join(", ");
  const ahead = ratios.filter((r) => r.speed >= 1);
  const behind = ratios.filter((r) => r.speed < 1);
  if (ratios.length === 0) return "";
  const parts = [
    ...(ahead.length > 0 ? [`as fast or faster on ${list(ahead)}`] : []),
    ...(behind.length > 0 ? [`slower on ${list(behind)}`] : []),
  ];
  return `- **${device} against ${peer}**: ${parts.join("; ")}.\n`;
}

function memory() {
  const more = results.race.flatMap(({ id, contestants }) => {
    const torch = contestants.find((c) => c.id === "pytorch")?.peakMemoryMiB;
    return contestants
      .filter((c) => c.ours && torch !== undefined && c.peakMemoryMiB > torch)
      .map((c) => `${c.title} on ${id} (${c.peakMemoryMiB} MiB against ${torch})`);
  });
  return more.length > 0
    ? `Peak memory is more than PyTorch's for ${more.join(", ")}; else it is at most PyTorch's.`
    : "Peak memory is at most PyTorch's on every row.";
}

function dearest() {
  const over = results.estimators.filter((e) => e.evaluations === 1 && e.ratio.median > 1.1);
  if (over.length === 0) return "None costs more than 1.1 times straight-through.";
  return `More than 1.1 times straight-through: ${over.map((e) => `${e.estimator} on ${e.device} (${e.ratio.median.toFixed(2)})`).join(", ")}.`;
}

const devices = [...new Set(results.race.flatMap((row) => row.contestants.filter((c) => c.ours).map((c) => c.id.replace("hardgrad-", ""))))]; // biome-ignore format: one thought
const peers = ["pytorch", "tensorflow-js", "pytorch-masked"];

const page = `# Speed

<!-- Written by bench/performance.mjs from results/race.json. -->

\`npm run bench\` does the same work in hardgrad, PyTorch and TensorFlow.js, each in a process of its own. First, all of them compute from the same parameters, data and noise; a contestant whose losses, gradients or updated parameters differ by more than 1e-4 of their size is disqualified. Then they take turns, each with its own noise, so that other load on the machine affects all alike. Numbers are medians over the rounds, with quartiles in brackets. Data: [results/race.json](results/race.json).

${report.conditions(results)}

## Against PyTorch and TensorFlow.js

"times PyTorch" is PyTorch's time divided by ours in the same round: above 1, hardgrad is faster.

![Speed of every contestant over PyTorch's](figures/race.svg)

${results.race.map(({ id, title }) => `- **${id}**: ${title}`).join("\n")}

${table(report.raceTable(results.race))}

${devices.flatMap((device) => peers.map((peer) => standing(device, peer))).join("")}
${memory()}

Every contestant, with the number of threads that was best for it:

${table(report.contestantTable(results.race))}

Peak memory, and the largest difference of its numbers from those of hardgrad on wasm:

${table(report.memoryTable(results.race))}

How to read it:

- The peers' scripts are in [bench/peers](../bench/peers), written as their users would. PyTorch runs eagerly, with foreach optimizers and denormals flushed to zero, with one thread or all, whichever is faster. The build is Debian's, of 2023; choose another with \`--python\`.
- hardgrad's step is the function that \`hardgrad train\` compiles. On native it runs in onnxruntime; on wasm in jax-js, with one thread and 128-bit SIMD.
- TensorFlow.js spends most of its time multiplying by transposed matrices: its gradients need them, and its wasm backend has only a slow kernel for them.
- The routed layer writes its units back to the batch by scatter on native, and by a product with a 0/1 matrix on wasm, where scatter is slow. Its backward pass is hand-written; PyTorch uses autograd.
- The exact gradient is \`exact()\` of the library, with a network of 32 tanh units as the objective. Here the probabilities of the states are a tree of outer products; in PyTorch, a product with the matrix of states and an exponential.

## Estimators

Time of a classifier step with each estimator, relative to straight-through with the sigmoid's derivative. ${dearest()}

${table(report.estimatorTable(results))}

## Cost against size

A step of the classifier, by hidden units (batch 100) and by batch (100 hidden units). An exponent of 1 means linear growth. Small steps are dominated by a fixed cost, so the exponent over the whole curve is lower.

![Step time against parameters and batch](figures/scaling.svg)

${table(report.scalingTable(results))}

## Outside the compiled step

The share of training time spent outside the compiled step: batches, schedules, keys and metrics.

${table(report.outsideTable(results))}

## Audit

\`npm run bench:audit\`, 2026-11-24, wasm on 2 cores that were busy with a test run:

| work | time |
|---|---|
| exact gradient of a two-layer objective, 2^16 states | 0.26 s |
| the same, 2^20 states (90 MB of memory) | 1.5 s |
| audit of one estimator, 10 units, 20,000 estimates, compilation included | 0.2 to 0.6 s |

An audit of every estimator on a problem takes about a minute. Nearly all of it is compilation of the costliest estimators, which learn control variates or unroll bisections.
`;
writeFileSync(place("performance.md"), page);
writeFileSync(place("figures/race.svg"), `${raceFigure(results).svg}\n`);
writeFileSync(place("figures/scaling.svg"), `${scalingFigure(results).svg}\n`);
console.log("wrote docs/performance.md, docs/figures/race.svg and docs/figures/scaling.svg");
