// Runs a network in the hard runtime: a runtime file, or a small network made here.
import { readFileSync } from "node:fs";
import { loadRuntime, writeRuntimeFile } from "@hardgrad/runtime";

/** @param {number} length */
const random = (length) => Float32Array.from({ length }, () => Math.random() - 0.5);
/** @returns {import("@hardgrad/runtime").Network} */
const small = () => ({
  inputs: 784,
  layers: [
    { kind: "linear", outputs: 25, weight: random(784 * 25) },
    { kind: "gate", open: { top: 3 } }, // 3 of 25 blocks of 8 units are computed
    { kind: "gated", input: 0, gates: 2, block: 8, outputs: 200, weight: random(784 * 200), unit: "relu" },
    { kind: "linear", outputs: 10, weight: random(2000) },
    { kind: "softmax" },
  ],
});

const path = process.argv[2];
const runtime = await loadRuntime(path ? new Uint8Array(readFileSync(path)) : writeRuntimeFile(small()));
const images = Float32Array.from({ length: 100 * runtime.inputs }, Math.random);
const begin = performance.now();
const outputs = runtime.forward(images);
console.log(
  `100 examples in ${(performance.now() - begin).toFixed(2)} ms; the first: [${[...outputs.slice(0, runtime.outputs)].map((p) => p.toFixed(2))}]`,
);
for (const { layer, kind, paths, rate } of runtime.explain(images))
  if (paths || rate)
    console.log(`layer ${layer} ${kind}`, paths ?? `${(100 * (rate ?? 0)).toFixed(0)} % open`);
