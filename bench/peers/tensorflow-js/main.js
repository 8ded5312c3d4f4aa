// A contestant of the race: one JSON request a line on stdin, one JSON answer a line on stdout.
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import * as tf from "@tensorflow/tfjs";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { rows } from "./rows.js";
import { read, write } from "./tensors.js";

// Its greetings are no answers.
console.log = console.info = console.warn = console.error;
const entry = createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm");
setWasmPaths(`${dirname(entry)}/`);
await tf.setBackend("wasm");
await tf.ready();

let row;
const handlers = {
  hello: () => ({ tfjs: tf.version_core }),
  load: ({ row: name, file }) => {
    row = new rows[name](read(file));
    return {};
  },
  check: async ({ file }) => {
    write(file, await row.check());
    return {};
  },
  time: ({ steps }) => {
    const from = performance.now();
    const cpu = process.cpuUsage();
    let total = tf.scalar(0);
    for (let i = 0; i < steps; i++) total = tf.tidy(() => tf.add(total, row.step()));
    const loss = total.dataSync()[0] / steps;
    const { user, system } = process.cpuUsage(cpu);
    return { seconds: (performance.now() - from) / 1000, cpu: (user + system) / 1e6, loss };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  if (request.do === "quit") break;
  let answer;
  try {
    answer = await handlers[request.do](request);
  } catch (error) {
    answer = { error: String(error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
process.exit(0);
