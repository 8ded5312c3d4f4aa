// Makes packages/cli/digits, the generator that `draw` has by default, out of a run: the same folder, but its checkpoint has only what drawing needs, in half precision.
// node scripts/example-generator.mjs RUN
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkpointParts, tensorBytes } from "@hardgrad/experiments";

const [run] = process.argv.slice(2);
const target = fileURLToPath(new URL("../packages/cli/digits", import.meta.url));

/** The nearest number of half precision, as its 16 bits; to even between two. */
function half(value) {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size >= 65520) throw new RangeError(`${value} is too large for half precision`);
  const exponent = size < 2 ** -14 ? -14 : Math.floor(Math.log2(size));
  const steps = size / 2 ** (exponent - 10); // 1024 to 2048, or less for subnormal numbers
  const rounded = Math.round(steps) - (steps % 2 === 0.5 ? 1 : 0);
  return sign | (rounded + (exponent + 14) * 1024); // a carry goes into the exponent by itself
}

const { metadata, tensors } = checkpointParts(readFileSync(join(run, "checkpoint.safetensors")));
const kept = Object.entries(tensors).filter(([name]) => /^params\.(decoder|prior)\./.test(name));
const halves = kept.map(([name, { shape, data }]) => ({ name, shape, data: Uint16Array.from(data, half) }));

let offset = 0;
const header = {};
for (const { name, shape, data } of halves) {
  header[name] = { dtype: "F16", shape, data_offsets: [offset, offset + data.byteLength] };
  offset += data.byteLength;
}
const data = Buffer.concat(halves.map((t) => Buffer.from(t.data.buffer)));

/** The file with these metadata. */
function file(about) {
  const text = JSON.stringify({ __metadata__: about, ...header });
  const json = Buffer.from(text.padEnd(text.length + ((8 - (Buffer.byteLength(text) % 8)) % 8), " "));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, data]);
}

const hash = createHash("sha256"); // over the numbers as they are read back
for (const part of tensorBytes(checkpointParts(file(metadata)).tensors)) hash.update(part);
const bytes = file({ ...metadata, sha256: hash.digest("hex") });

const [, command] = /## Make it again\s+```\n(.*)\n```/.exec(readFileSync(join(run, "README.md"), "utf8"));
const readme = `# A small generator of digits

It is what \`hardgrad draw\` uses when it is given no run:

\`\`\`
npx hardgrad draw --digit 7
npx hardgrad draw --grid
npx hardgrad draw --digit 3 --morph 3:8
\`\`\`

[More about generators](https://github.com/hardgrad/hardgrad/blob/main/docs/generator.md). It was trained on digits drawn by code (\`--data drawn\`):

\`\`\`
${command} --out RUN
node scripts/example-generator.mjs RUN
\`\`\`

The second command keeps of the checkpoint only what drawing needs (decoder and prior), in half precision; so the run can't be judged by its classifier or resumed.
`;

mkdirSync(target, { recursive: true });
for (const name of ["config.json", "environment.json", "metrics.jsonl", "summary.json"])
  copyFileSync(join(run, name), join(target, name));
writeFileSync(join(target, "README.md"), readme);
writeFileSync(join(target, "checkpoint.safetensors"), bytes);
console.log(`${target}: ${bytes.length} bytes`);
