// What `hardgrad export RUN --format runtime` wrote reads a digit: node examples/runtime/node.mjs network.hardgrad
import { readFileSync } from "node:fs";
import { loadRuntime } from "@hardgrad/runtime";

const runtime = await loadRuntime(new Uint8Array(readFileSync(process.argv[2])));
const image = new Float32Array(784); // 28 x 28 grey values in [0, 1], row by row; several images one after another
for (let y = 4; y < 24; y++) image.fill(1, 28 * y + 13, 28 * y + 16); // an upright stroke
const probabilities = runtime.forward(image);
console.log("class", probabilities.indexOf(Math.max(...probabilities)), [...probabilities].join(" "));
