// docs/performance.md and its figures, from the results of a bench:
//   node bench/run.mjs race --json docs/results/race.json --force && node bench/performance.mjs
// Needs `npm run build`. Numbers of the page come from the results; only what explains them is written here.
import "./sentence.mjs";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { findEstimator } from "hardgrad";
import { raceFigure, scalingFigure } from "./dist/figure.js";
import * as report from "./dist/report.js";

// Started by itself it has no flags: what is given is refused. bench.mjs hands its own to the race.
if (process.argv[1] === fileURLToPath(import.meta.url)) parseArgs();
const place = (path) => fileURLToPath(new URL(`../docs/${path}`, import.meta.url));
const results = JSON.parse(readFileSync(place("results/race.json"), "utf8"));
const table = report.toMarkdown;
const two = (x) => Number(x.toPrecision(2));
const titleOf = (id) =>
  results.race.flatMap(({ contestants }) => contestants).find((c) => c.id === id)?.title ?? id;

/** Rows on which a contestant of ours is ahead of a peer, and those on which it is not. */
function standing(device, peer) {
  const ratios = results.race.flatMap((row) => {
    const speed = row.contestants.find((c) => c.id === `hardgrad-${device}`)?.speed?.[peer];
    return speed ? [{ id: row.id, speed: speed.median }] : [];
  });
  const behind = ratios.filter((r) => r.speed < 1);
  if (ratios.length === 0) return "";
  const speeds = ratios.map(({ speed }) => two(speed));
  const range = [...new Set([Math.min(...speeds), Math.max(...speeds)])].join(" to ");
  const where =
    behind.length === 0
      ? "never slower"
      : `slower on ${behind.map(({ id, speed }) => `${id} (${two(speed)})`).join(", ")}`;
  return `- ${device}: ${range} times the speed of ${titleOf(peer)}, ${where}.\n`;
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

function limits() {
  if (!results.limits?.length) return "";
  const { gigaflopsPerSecond, gigabytesPerSecond } = results.limits.at(-1);
  return `
## How near that is to the machine's limit

The limit of a row: the multiplications of its matrix products at the pace of a product of 1024 by 1024 (${two(gigaflopsPerSecond)} GFLOP/s here), and every array that one of its fused loops or products reads or writes, at the pace at which two arrays are added in as much memory (${two(gigabytesPerSecond)} GB/s in the last row); one after the other, with the fastest products installed and all cores. A contestant's percentage is that limit over its time. What keeps a step from it: products smaller than 1024 by 1024, random numbers, and functions such as exp, which compute longer than memory takes.

${table(report.limitTable(results))}
`;
}

function estimators() {
  if (results.estimators.length === 0) return "";
  const one = results.estimators.filter((e) => e.evaluations === 1);
  const over = one.filter((e) => e.ratio.median > 1.1);
  const averages = (e) => "samples" in findEstimator(e.estimator).create().options;
  const listed = (some) =>
    some.map((e) => `${e.estimator} on ${e.device} (${e.ratio.median.toFixed(2)})`).join(", ");
  const [several, others] = [over.filter(averages), over.filter((e) => !averages(e))];
  const said = [
    several.length > 0 && `These average over several samples: ${listed(several)}.`,
    others.length > 0 && `Slower with one sample: ${listed(others)}.`,
  ]
    .filter(Boolean)
    .join(" ");
  return `
## Estimators

A classifier step with each estimator that evaluates the loss once: ${one.length - over.length} of ${one.length} measurements are at most 1.1 times straight-through with the sigmoid's derivative. ${said}
`;
}

const parts = {
  scaling: () => `
## Cost against size

A step of the classifier, by hidden units (batch 100) and by batch (100 hidden units). An exponent of 1 means linear growth; small steps are dominated by a fixed cost.

![Step time against parameters and batch](figures/scaling.svg)

${table(report.scalingTable(results))}
`,
  outside: () => `
## Outside the compiled step

The share of training time spent on batches, schedules, keys and metrics:

${table(report.outsideTable(results))}
`,
};

function inPage() {
  const { environment, chromium, rounds, results: rows } = JSON.parse(readFileSync(place("results/page.json"), "utf8")); // biome-ignore format: one thought
  const cells = ({ row, contestants, isolatedOverNode, plainOverNode }) =>
    `| ${[row, ...contestants.map(({ milliseconds }) => milliseconds.toPrecision(3)), `${isolatedOverNode.toFixed(2)}, ${plainOverNode.toFixed(2)}`].join(" | ")} |`;
  const [{ contestants }] = rows;
  return `
## In a page

The same step on device wasm in Node and in Chromium ${chromium.split(".")[0]}, ms: in a page that is cross-origin isolated, which has threads (${contestants[1].threads} here), and in one that is not. Median of ${rounds} rounds in turns; page over Node is the median of the ratios, isolated and not.

| row | Node | isolated | Node, 1 thread | not isolated | page / Node |
| --- | --- | --- | --- | --- | --- |
${rows.map(cells).join("\n")}

\`node bench/page.mjs --json docs/results/page.json\`, ${environment.date.slice(0, 10)}, ${environment.cpu}, Node ${environment.node}.
`;
}

const devices = [...new Set(results.race.flatMap((row) => row.contestants.filter((c) => c.ours).map((c) => c.id.replace("hardgrad-", ""))))]; // biome-ignore format: one thought
const peers = ["pytorch", "pytorch-masked", "tensorflow-js"];

const page = `# Speed

<!-- Written by bench/performance.mjs from results/race.json. -->

\`npm run bench\` does the same work in hardgrad and its peers, each in a process of its own. First, all of them compute from the same parameters, data and noise; one whose losses, gradients or updated parameters differ by more than 1e-4 of their size is disqualified. Then they take turns, each with the number of threads that is best for it. Numbers are medians over the rounds, with quartiles in brackets; [results/race.json](results/race.json) has all of them, with memory and processor time.

${report.conditions(results)}

## Against PyTorch

"times PyTorch" is PyTorch's time divided by ours in the same round: above 1, hardgrad is faster.

![Speed of every contestant over PyTorch's](figures/race.svg)

${results.race.map(({ id, title }) => `- **${id}**: ${title}`).join("\n")}

${table(report.raceTable(results.race))}

${devices.flatMap((device) => peers.map((peer) => standing(device, peer))).join("")}
${memory()}

hardgrad's step is the function that \`hardgrad train\` compiles: one WebAssembly program, run by all threads; on native a BLAS computes its matrix products, on wasm its own kernels. The peers' scripts are in [bench/peers](../bench/peers), written as their users would. PyTorch runs eagerly, with foreach optimizers and denormals flushed to zero; choose another build with \`--python\`.
${limits()}${estimators()}${results.scaling.length > 0 ? parts.scaling() : ""}${results.outside.length > 0 ? parts.outside() : ""}${inPage()}
## Audits

An exact gradient of a two-layer objective over 2^16 states takes 0.26 s and over 2^20 states 1.5 s; an audit of one estimator on 10 units with 20,000 estimates 0.2 to 0.6 s, compilation included (\`npm run bench:audit\`, 2026-11-24, wasm on 2 cores that were busy with a test run).
`;
writeFileSync(place("performance.md"), page);
writeFileSync(place("figures/race.svg"), `${raceFigure(results).svg}\n`);
if (results.scaling.length > 0)
  writeFileSync(place("figures/scaling.svg"), `${scalingFigure(results).svg}\n`);
console.log("wrote docs/performance.md and its figures");
