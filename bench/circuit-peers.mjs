// Images a second on one thread: a trained circuit, our bit-packed binary network, and a float network 784-h-10 of the
// smallest h that is at least as accurate as the circuit, by our runtime, onnxruntime-node and PyTorch; in one run.
// Needs `npm run build`, MNIST (HARDGRAD_DATA, or it is downloaded) and an interpreter that has torch.
//   npx hardgrad train logic --data mnist --seed 1 --out digits && npx hardgrad circuit digits
//   npx hardgrad train binary --data mnist --seed 1 --out binary && npx hardgrad export binary --format runtime
//   node bench/circuit-peers.mjs --circuit digits/export/circuit.hardgrad --binary binary/export/network.hardgrad --out FILE.json
import "./sentence.mjs";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Failure } from "@hardgrad/cli/internal/ask/errors";
import { loadDataset } from "@hardgrad/cli/internal/data/datasets";
import { loadRuntime, readRuntimeFile } from "@hardgrad/runtime";
import { loadCircuit, readCircuitFile } from "@hardgrad/runtime/circuit";
import { circuitReader, classesOf, greys, peerReader, race, runtimeReader } from "./dist/circuit/race.js";
import { peers } from "./dist/contestants.js";
import { onnxruntime, pytorch } from "./dist/gated/peers.js";

const { values: flags } = parseArgs({
  options: {
    circuit: { type: "string" },
    binary: { type: "string" },
    hidden: { type: "string", default: "16,24,32,48,64,96,128,192,256,384" },
    epochs: { type: "string", default: "20" },
    rounds: { type: "string", default: "30" },
    stretch: { type: "string", default: "100" },
    python: { type: "string", default: "python3" },
    out: { type: "string" },
  },
});
const bytesOf = (file) => new Uint8Array(readFileSync(file));
const { train, test } = await loadDataset("mnist", { dataDir: process.env.HARDGRAD_DATA });
const accuracyOf = (classes) => classes.filter((c, i) => c === test.labels[i]).length / test.count;
const accuracyOfNetwork = async (network) => accuracyOf(classesOf((await loadRuntime(network)).forward(greys(test.images)), 10)); // biome-ignore format: one thought

const circuit = bytesOf(flags.circuit);
const accuracy = accuracyOf((await loadCircuit(circuit)).classify(test.images));
console.error(`circuit: ${accuracy}`);

/** The float network of the first h that is as accurate. */
function floatOf(hidden) {
  const folder = mkdtempSync(join(tmpdir(), "hardgrad-mlp-"));
  try {
    writeFileSync(join(folder, "images.bin"), train.images);
    writeFileSync(join(folder, "labels.bin"), Uint8Array.from(train.labels));
    const script = join(import.meta.dirname, "peers/pytorch/train_mlp.py");
    execFileSync(flags.python, [script, folder, String(hidden), flags.epochs, "1"], { stdio: "inherit" });
    const all = new Float32Array(new Uint8Array(readFileSync(join(folder, "weights.bin"))).buffer);
    const ends = [784 * hidden, 785 * hidden, 795 * hidden, 795 * hidden + 10];
    const [w1, b1, w2, b2] = ends.map((end, i) => all.slice(i === 0 ? 0 : ends[i - 1], end));
    return {
      inputs: 784,
      layers: [
        { kind: "linear", outputs: hidden, weight: w1, bias: b1, unit: "relu" },
        { kind: "linear", outputs: 10, weight: w2, bias: b2 },
        { kind: "softmax" },
      ],
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

let float;
const tried = [];
for (const hidden of flags.hidden.split(",").map(Number)) {
  const network = floatOf(hidden);
  const own = await accuracyOfNetwork(network);
  tried.push({ hidden, accuracy: own });
  console.error(`float network 784-${hidden}-10: ${own}`);
  if (own < accuracy) continue;
  float = network;
  break;
}
if (!float) throw new Failure(`circuit-peers: no float network of ${flags.hidden} is as accurate as the circuit (${accuracy}); add larger ones to --hidden.`); // biome-ignore format: one thought

const binary = readRuntimeFile(bytesOf(flags.binary));
const images = test.images;
const torch = peers(["pytorch"], flags.python)[0];
const others = [
  await onnxruntime(float),
  ...(torch.missing === undefined ? [await pytorch(torch, float)] : []),
];
const readers = [
  await circuitReader(circuit, images),
  await runtimeReader("binary network, bit-packed (WebAssembly)", binary, images),
  await runtimeReader("float network (WebAssembly)", float, images),
  ...others.map((peer) => peerReader(peer, images)),
];
const results = await race(readers, { rounds: Number(flags.rounds), stretch: Number(flags.stretch) });
for (const peer of others) peer.close();
const floatAccuracy = tried.at(-1).accuracy;
const binaryAccuracy = await accuracyOfNetwork(binary);
const [first] = results;
const record = {
  command: `node bench/circuit-peers.mjs --circuit FILE --binary FILE --hidden ${flags.hidden} --epochs ${flags.epochs} --rounds ${flags.rounds}`,
  processor: cpus()[0].model.trim(),
  node: process.versions.node,
  date: new Date().toISOString().slice(0, 10),
  note: "one thread each; the best batch of each; fastest of the rounds, in turn; cpu: by processor time",
  gates: readCircuitFile(circuit).gates.length,
  float: tried,
  rows: results.map(({ title, batch, imagesPerSecond }, i) => ({
    title,
    accuracy: [accuracy, binaryAccuracy][i] ?? floatAccuracy,
    batch,
    imagesPerSecond: Object.fromEntries(
      Object.entries(imagesPerSecond).map(([clock, n]) => [clock, Math.round(n)]),
    ),
    circuitIsTimesAsFast: Number((first.imagesPerSecond.cpu / imagesPerSecond.cpu).toPrecision(3)),
  })),
};
if (flags.out) writeFileSync(flags.out, `${JSON.stringify(record, undefined, 2)}\n`);
console.log(JSON.stringify(record, undefined, 2));
process.exit(0);
