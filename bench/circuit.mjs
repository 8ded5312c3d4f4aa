// How many images a second the circuit runtime reads, one thread, packing, counting and argmax included: a circuit file, or
// random circuits of the sizes of the documentation. Needs `npm run build`.
//   node bench/circuit.mjs [FILE.hardgrad ...] [--out FILE.json]
import "./sentence.mjs";
import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { circuitStatistics, loadCircuit, readCircuitFile, simplifyCircuit } from "@hardgrad/runtime/circuit";

const {
  values: { out },
  positionals: files,
} = parseArgs({ options: { out: { type: "string" } }, allowPositionals: true });
const IMAGES = 2560;
const ROUNDS = 400;

let state = 1;
const below = (n) => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * n);
};

/** Layers of equally many gates that read both inputs, each anywhere in the layer before; ten classes share the last. */
function randomCircuit(gates, bits, layers) {
  const thresholds = Array.from({ length: 784 * bits }, (_, i) => [
    Math.floor(i / bits),
    [127, 63, 191][i % bits],
  ]);
  const operations = [1, 2, 4, 6, 7, 8, 9, 11, 13, 14];
  const [list, width] = [[], gates / layers];
  for (let layer = 0; layer < layers; layer++) {
    const [first, wires] =
      layer === 0 ? [0, thresholds.length] : [thresholds.length + (layer - 1) * width, width];
    for (let i = 0; i < width; i++)
      list.push([operations[below(10)], first + below(wires), first + below(wires)]);
  }
  const last = thresholds.length + gates - width;
  const classes = Array.from({ length: 10 }, (_, c) => ({
    wires: Array.from({ length: width / 10 }, (__, i) => last + (c * width) / 10 + i),
  }));
  return { inputs: 784, thresholds, gates: list, classes };
}

const subjects =
  files.length > 0
    ? files.map((name) => ({ name, circuit: readCircuitFile(new Uint8Array(readFileSync(name))) }))
    : [
        ["8,000 gates, 1 layer, 2 bits", 8000, 2, 1],
        ["48,000 gates, 1 layer, 3 bits", 48_000, 3, 1],
        ["48,000 gates, 6 layers, 1 bit", 48_000, 1, 6],
      ].map(([name, ...sizes]) => ({ name, circuit: randomCircuit(...sizes) }));

const best = (run, rounds) => {
  let time = Number.POSITIVE_INFINITY;
  for (let i = 0; i < rounds; i++) {
    const begin = performance.now();
    run();
    time = Math.min(time, performance.now() - begin);
  }
  return time;
};

const rows = [];
for (const { name, circuit } of subjects) {
  const runtime = await loadCircuit(circuit);
  const images = Uint8Array.from({ length: IMAGES * runtime.inputs }, () => below(256));
  const one = images.subarray(0, runtime.inputs);
  best(() => runtime.classify(images), 3);
  // The engine optimizes beside the program.
  await new Promise((resolve) => setTimeout(resolve, 200));
  const many = best(() => runtime.classify(images), ROUNDS);
  const single = best(() => runtime.classify(one), 1000);
  rows.push({
    name,
    gates: circuit.gates.length,
    simplified: circuitStatistics(simplifyCircuit(circuit)).gates,
    imagesPerSecond: Math.round((IMAGES / many) * 1000),
    microsecondsForOne: Math.round(single * 10_000) / 10,
  });
}
const result = {
  command: `node bench/circuit.mjs ${files.join(" ")}`.trim(),
  processor: cpus()[0].model,
  node: process.versions.node,
  date: new Date().toISOString().slice(0, 10),
  note: `fastest of ${ROUNDS} runs over ${IMAGES} images, one thread`,
  rows,
};
if (out) writeFileSync(out, `${JSON.stringify(result, null, 2)}\n`);
console.table(rows);
