// A contestant for tests: says what it is told to. Arguments: how it behaves, and its seconds per step.
import { writeFileSync } from "node:fs";
import { createInterface } from "node:readline";

const [behaviour = "good", secondsPerStep = "0.001"] = process.argv.slice(2);

/** A safetensors file with one number, `loss`. */
function write(file, name, values) {
  const json = JSON.stringify({
    [name]: { dtype: "F32", shape: [values.length], data_offsets: [0, 4 * values.length] },
  });
  const text = Buffer.from(json.padEnd(8 * Math.ceil(json.length / 8)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  writeFileSync(file, Buffer.concat([length, text, Buffer.from(Float32Array.from(values).buffer)]));
}

let turns = 0;
for await (const line of createInterface({ input: process.stdin })) {
  const { do: what, file, steps } = JSON.parse(line);
  let answer = {};
  if (what === "check") {
    if (behaviour === "garbage") {
      console.log("Hello! I am loading...");
      continue;
    }
    if (behaviour === "slow") continue;
    if (behaviour === "complains") answer = { error: "out of memory" };
    else if (behaviour === "other-name") write(file, "accuracy", [1, 2]);
    else if (behaviour === "other-shape") write(file, "loss", [1, 2, 3]);
    else write(file, "loss", behaviour === "wrong" ? [1, 2.01] : [1, 2]);
  }
  if (what === "time") {
    turns++;
    if (behaviour === "dies" && turns > 3) {
      console.error("Segmentation fault");
      process.exit(139);
    }
    const loss = behaviour === "diverges" ? "nan" : 1;
    answer = { seconds: steps * Number(secondsPerStep), loss };
  }
  console.log(JSON.stringify(answer));
}
