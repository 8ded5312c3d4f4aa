// docs/runtime.md, docs/runtime-measured.md and their figure, from the results of a bench:
//   node bench/run.mjs gated --pairs FAST=DENSE,BINARY=FLOAT --json docs/results/gated-bench.json --force && node bench/runtime.mjs
// Needs `npm run build`. Numbers of the page come from the results; only what explains them is written here.
import "./sentence.mjs";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { densityFigure } from "./dist/gated/figure.js";
import { gatedConditions, gatedTables, pairTable, wantedDensity } from "./dist/gated/report.js";
import { toMarkdown } from "./dist/report.js";

parseArgs(); // It has no flags: what is given is refused.
const place = (path) => fileURLToPath(new URL(`../docs/${path}`, import.meta.url));
const results = JSON.parse(readFileSync(place("results/gated-bench.json"), "utf8"));
const { comparisons } = results;
const of = (part, keep = () => true) => comparisons.filter((c) => c.part === part && keep(c));
const number = (value) => String(Number(value.toPrecision(2)));
const range = (found) => {
  const ratios = found.map((c) => c.ratio);
  const [low, high] = [Math.min(...ratios), Math.max(...ratios)];
  return found.length === 1 ? number(low) : `${number(low)} to ${number(high)}`;
};
const flops = (examples) => {
  const all = of("kernels", (c) => c.examples === examples).map((c) => c.gflops);
  return Math.max(...all).toFixed(0);
};
const kernelAt = (density, examples, units) =>
  of(
    "kernels",
    (c) => wantedDensity(c.density) === density && c.examples === examples && (c.block === 1) === units,
  );

/** What skipping gains. */
const gains = [
  ["dense kernel, single examples", `${flops(1)} GFLOP/s`],
  ["dense kernel, batch 64", `${flops(64)} GFLOP/s`],
  ...[0.1, 0.25].flatMap((density) =>
    [1, 64].flatMap((examples) => {
      const name = `density ${density}, ${examples === 1 ? "single examples" : "batch 64"}`;
      return [
        [`${name}, gates of blocks`, `${range(kernelAt(density, examples, false))}x`],
        [`${name}, a gate per unit`, `${range(kernelAt(density, examples, true))}x`],
      ];
    }),
  ),
  ["any density, slowest", `${number(Math.min(...of("kernels").map((c) => c.ratio)))}x`],
  ...[1, 64].map((examples) => [
    `network ${examples === 1 ? "per single example, against the dense kernel" : "per batch of 64, against the dense kernel"}`,
    `${range(of("networks", (c) => c.examples === examples && c.base === "float, dense" && c.what.includes("gates of")))}x`,
  ]),
  [
    "binary layer 1024x1024, single examples",
    `${range(of("bits", (c) => c.what.includes("1024x1024") && c.examples === 1))}x`,
  ],
  ["two threads, batches", `${range(of("threads", (c) => c.examples >= 128))}x`],
];

const captioned = ({ caption, table: made }) => `${caption ? `${caption}:\n\n` : ""}${toMarkdown(made)}`;
const table = (title) => {
  const found = gatedTables(results).find((t) => t.title === title);
  return found ? found.tables.map(captioned).join("\n\n") : "not measured";
};

const page = `# The hard runtime: running networks that skip work

<!-- Written by bench/runtime.mjs from results/gated-bench.json. -->

This page is about running a trained network with hard choices fast: \`@hardgrad/runtime\` does not compute what a gate closes and does not read its weights; it skips inputs that are 0, and it counts weights and units of one bit instead of multiplying them. It is WebAssembly compiled from AssemblyScript, the same in Node and in browsers, without any dependency and without jax-js.

## Export a run and run it

\`\`\`
npx hardgrad train gated --network fast --data mnist --out fast
npx hardgrad export fast --format runtime        # fast/export/network.hardgrad
node examples/runtime/node.mjs fast/export/network.hardgrad
\`\`\`

Before the file is written, it is run on the run's test images and compared with jax-js, where the same network is computed densely and closed gates are masked: every probability must be the same to 1e-4, and the accuracy of the file is printed beside that of jax-js. A hard choice that falls within rounding of its threshold may come out differently; such images are counted, and more than 1 % of them is an error. Without the data, drawn digits are used; \`--no-check\` leaves it out.

| run | what is in the file |
|---|---|
| \`gated\` | gater, gates (above the threshold, or the largest; with values for the kinds that have them), experts that run where their gate is open, read-out. \`--block\` 1, or a multiple of 8 |
| \`binary\` | pixels as 0 and 1, three layers of one bit per weight |
| \`binary --form rounded\` | three layers of rounded weights, as float32: there is no kernel for 2 to 8 bits, so they save neither memory nor time here; not with \`--rounding dorefa\` |
| \`classifier\` | hidden units by thresholds, 0 or 1: closed ones are skipped by the read-out, background pixels by the first layer |

A binary network and its float twin, of the same sizes:

\`\`\`
npx hardgrad train binary --estimator straight-through-sigmoid --data mnist --out binary
npx hardgrad train binary --form float --learning-rate 0.001 --data mnist --out float
node bench/run.mjs gated --pairs fast=dense,binary=float
\`\`\`

In JavaScript, with a file or with a network that was made by hand:

\`\`\`js
${readFileSync(fileURLToPath(new URL("../examples/runtime/node.mjs", import.meta.url)), "utf8").trim()}
\`\`\`

The same in a page: [examples/runtime/index.html](../examples/runtime/index.html). Batches are several examples one after another in one array. \`loadThreaded\` of \`@hardgrad/runtime/threads\` shares a batch between workers; a page must be cross-origin isolated for it. \`runtime.explain(x)\` says which path each layer took and how many gates were open; \`runtime.meta\` holds where the file is from.

An input of the wrong length, or with NaN or infinity in it, is refused with a sentence. So is a file that is truncated, damaged (a checksum), of another version, or whose sizes do not fit, before any memory is asked for.

## File format

Version 1, little-endian. Lengths are in bytes.

| at | what |
|---|---|
| 0 | \`HARDGRAD\` in ASCII |
| 8 | version, 32 bits |
| 12 | xxHash32 of everything from 16 on |
| 16 | length of the header |
| 20 | length of the data |
| 24 | 8 zero bytes |
| 32 | the header: JSON in UTF-8, padded with spaces so that the data begins at a multiple of 64 |
| then | the data: arrays, float32 or bits, each at a multiple of 64 |

The header is \`{ "inputs", "layers", "meta" }\`; layers are those of the type \`Layer\` of the package, with \`{ "offset", "length" }\` into the data in place of each array. Weights are \`[inputs, outputs]\`, row by row; signs are \`[outputs][inputs / 8]\`, lowest bit first. How weights lie in memory (panels of 8 outputs, rows, bits) is made when a file is loaded, and is no part of the format.

## How the runtime chooses a kernel

A layer can be computed densely, by its open gates, or by its open gates and non-zero inputs. The runtime measures its own kernels when it is loaded (about 30 ms, once per process; large layers by themselves), and takes the cheapest path for each batch by counting open gates and zeros. Skipping must win by a margin, which is larger where weights come from far away. Block gates in batches are grouped: for each block the examples that open it, four at a time. Unit gates go example by example, 4 to 8 rows of weights at a time; with more than 8 MB of weights, batches go row by row, times 4 to 8 of the examples that open it. All paths but that of unit gates add in the same order, so that they give the same bits; unit gates have an order of their own, in which an example gives the same bits alone as in any batch.

## How much faster

Times as fast as the dense kernel of this runtime, by the share of open gates (density); ranges are over layer sizes.

| what | measured |
| --- | --- |
${gains.map((row) => `| ${row.join(" | ")} |`).join("\n")}

How it was measured, every layer size, other runtimes and training: [measurements](runtime-measured.md).

## Limits

- A gate per unit has products of rows in place of panels, at about 0.8 of the dense kernel's speed: each number of a row is read for one product, from the third-level cache or from memory, which sets the pace. That, and looking for open gates, is why it stays below blocks at the same density.
- Blocks are of 1 unit, or of a multiple of 8. Networks are of layers one after another; there are no convolutions.
- A network may use at most 4 GB, the limit of a WebAssembly memory.
- Weights are float32 or one bit. There is no int8.
- In Node 20 products and additions are not fused (relaxed SIMD is behind a flag there, which \`@hardgrad/compiler\` sets for its process), which the kernels use where the engine has it; results then differ in the last bits from engine to engine.
- The two layers of a narrow gater run densely for every example: at a rate of 10 % they are a quarter of what is left of the network's work.
`;
const record = `# The hard runtime: measurements

<!-- Written by bench/runtime.mjs from results/gated-bench.json. -->

This page is the record behind [the hard runtime](runtime.md): how fast each kernel and each network is, against what, and how that was measured.

## How it was measured

${gatedConditions(results)}

${results.notes.map((note) => `- ${note}\n`).join("")}
Ratios compare times measured in turns in one process; outputs were compared in the same run before anything was timed. On a busy machine the fastest of many short turns is the least disturbed; \`--clock cpu\` counts processor time instead.

### Kernels

A layer with gates against the dense kernel. In brackets: the cost model chose the dense path.

${table("Gated layers against the dense kernel")}

![Time against density](figures/density.svg)

The figure shows the time of skipping at every density, including those where the runtime would compute densely, and the density at which the two take the same time.

## Networks

${results.pairs.length > 0 ? captioned(pairTable(results)) : ""}

![Which gates of the gated network open for which digit, and the share of open gates over training](figures/gates.svg)

Gater included. The gated network and its twin are those of [conditional.md](conditional.md); the figure is \`hardgrad figure gates\` of a run with seed 0. "float, zeros skipped" is the float twin in this same runtime with its background pixels skipped, which is the fairest baseline: on images that are mostly background it also beats the dense kernel.

${table("Whole networks, gater included")}

${table("Two threads")}

Two threads need two idle cores; on a busy machine they wait for each other.

Against the float twin in other runtimes, on one thread:

${table("Against other runtimes, one thread")}

## Bits and zeros

${table("Binary layers")}

${table("Zero inputs skipped")}

## Training

\`routedBlocks\` of the library gathers for each block the examples that open it: outputs, weight gradients and input gradients of open blocks only. The gradients are those of the dense masked layer to the rounding of sums (largest relative difference here ${Math.max(...of("training").map((c) => c.difference), 0).toExponential(0)}), except that a closed gate has none. So it is exact for score functions, noisy rectifier, stochastic times smooth and hard concrete, and not for straight-through, whose closed gates learn from what their block would have given.

${table("A training step of a gated layer")}

\`npx hardgrad train gated --network fast --room 0.3\` trains this way: a block has room for 30 % of a batch, and \`gate/left-out\` is the share of open gates that found none. Gathering and scattering have a cost, and a first layer, as there, needs no gradient of its inputs, which is a third of what routing saves: compare the ms per step that a run prints. On MNIST and native, three runs of one pass took 6.4 to 9.6 ms for a masked step and 5.8 to 6.2 ms with a room of 0.3, a difference within the machine's noise, and accuracy after that pass was 94.7 % instead of 96.0 %: gates open for a tenth of the images on average, but for half of one class's, and 2 % of the open ones found no room. So the default is the masked step.
`;
writeFileSync(place("runtime.md"), page);
writeFileSync(place("runtime-measured.md"), record);
writeFileSync(place("figures/density.svg"), `${densityFigure(results).svg}\n`);
console.log("wrote docs/runtime.md, docs/runtime-measured.md and docs/figures/density.svg");
