// What the gated kernels' table leaves out: zero inputs skipped, bit layers, whole networks, two threads.
// node packages/runtime/bench/other-kernels.mjs [--json]
import { loadRuntime, packSigns } from "../dist/index.js";
import { loadThreaded } from "../dist/threads.js";
import { generator, isolate, randomFloats } from "./layer.mjs";
import { printTable } from "./table.mjs";
import { interleave } from "./timing.mjs";

const random = generator(11);
const rows = [];

function compare(what, examples, [baseName, base], [name, work]) {
  const [a, b] = interleave(
    [base, work],
    examples === 1 ? { rounds: 40, stretch: 0.3 } : { rounds: 10, stretch: 4 },
  );
  rows.push({
    ...{ what, examples, base: baseName, with: name },
    ...{ baseMicroseconds: a.fastest, microseconds: b.fastest, ratio: a.fastest / b.fastest },
  });
}

function same(a, b, tolerance, what) {
  for (let i = 0; i < a.length; i++)
    if (!(Math.abs(a[i] - b[i]) <= tolerance)) throw new Error(`${what}: ${b[i]} at ${i}, wanted ${a[i]}`);
}

/** The share of numbers that is not zero. */
const sparse = (length, share) =>
  randomFloats(length, random).map((v) => ((random() + 1) / 2 < share ? v : 0));

for (const [inputs, outputs] of [
  [784, 2000],
  [2048, 1024],
])
  for (const share of [0.5, 0.25, 0.19, 0.1]) {
    const layer = { kind: "linear", outputs, weight: randomFloats(inputs * outputs, random) };
    const dense = await isolate({ inputs, layers: [layer] }, "dense");
    const skips = await isolate({ inputs, layers: [layer] }, "auto");
    const x = sparse(64 * inputs, share);
    for (const examples of [1, 64]) {
      const part = x.subarray(0, examples * inputs);
      dense.load(part);
      skips.load(part);
      dense.run(examples);
      skips.run(examples);
      for (let i = 0; i < examples; i++) same(dense.output(i), skips.output(i), 0, "zero inputs");
      compare(
        `${inputs}x${outputs}, ${share * 100} % of the inputs not zero`,
        examples,
        ["dense", () => dense.run(examples)],
        ["zeros skipped", () => skips.run(examples)],
      );
    }
  }

for (const size of [1024, 2048]) {
  const weight = randomFloats(size * size, random).map((v) => (v >= 0 ? 1 : -1));
  const float = await isolate({ inputs: size, layers: [{ kind: "linear", outputs: size, weight }] }, "dense");
  const signs = packSigns(weight, size, size);
  const bits = await isolate({ inputs: size, layers: [{ kind: "bits", outputs: size, signs }] }, "auto");
  const x = randomFloats(64 * size, random).map((v) => (v >= 0 ? 1 : -1));
  for (const examples of [1, 64]) {
    const part = x.subarray(0, examples * size);
    float.load(part);
    bits.load(part);
    float.run(examples);
    bits.run(examples);
    for (let i = 0; i < examples; i++) same(float.output(i), bits.output(i), 0, "bit layer");
    compare(
      `binary ${size}x${size}`,
      examples,
      ["float", () => float.run(examples)],
      ["bits", () => bits.run(examples)],
    );
  }
}

const inputs = 784;
const outputs = 2000;
const hidden = {
  outputs,
  weight: randomFloats(inputs * outputs, random),
  bias: randomFloats(outputs, random),
  unit: "relu",
};
const head = [
  { kind: "linear", outputs: 10, weight: randomFloats(outputs * 10, random) },
  { kind: "softmax" },
];
const denseNetwork = { inputs, layers: [{ kind: "linear", ...hidden }, ...head] };
const gatedNetwork = (block) => ({
  inputs,
  layers: [
    { kind: "linear", outputs: 32, weight: randomFloats(inputs * 32, random), unit: "tanh" },
    { kind: "linear", outputs: outputs / block, weight: randomFloats((32 * outputs) / block, random) },
    { kind: "gate", open: { top: Math.round(outputs / block / 10) } },
    { kind: "gated", input: 0, gates: 3, block, ...hidden },
    ...head,
  ],
});
const dense = await loadRuntime(denseNetwork, { path: "dense" });
for (const block of [8, 16])
  for (const share of [1, 0.19]) {
    const network = gatedNetwork(block);
    const gated = await loadRuntime(network);
    const masked = await loadRuntime(network, { path: "dense" });
    const x = sparse(64 * inputs, share);
    for (const examples of [1, 64]) {
      const part = x.subarray(0, examples * inputs);
      same(masked.forward(part), gated.forward(part), 0, "gated network");
      compare(
        `784-2000-10, 10 % of blocks of ${block}, ${share * 100} % of the pixels not zero, gater included`,
        examples,
        ["dense network", () => dense.forward(part)],
        ["gated network", () => gated.forward(part)],
      );
    }
  }

const network = gatedNetwork(16);
const one = await loadRuntime(network);
const two = await loadThreaded(network, { threads: 2 });
for (const examples of [64, 128, 256, 1024]) {
  const x = randomFloats(examples * inputs, random);
  same(one.forward(x), two.forward(x), 0, "threads");
  compare(
    "gated network",
    examples,
    ["one thread", () => one.forward(x)],
    ["two threads", () => two.forward(x)],
  );
}
two.close();

if (process.argv.includes("--json")) console.log(JSON.stringify({ node: process.version, rows }, null, 1));
else
  printTable(
    ["what", "examples", "against", "us", "with", "us", "ratio"],
    rows.map((r) => [
      ...[r.what, r.examples, r.base, r.baseMicroseconds.toFixed(1)],
      ...[r.with, r.microseconds.toFixed(1), r.ratio.toFixed(2)],
    ]),
  );
