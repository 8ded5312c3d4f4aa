// Makes packages/cli/digits, the generator that `draw` and the site have by default, out of a run: the same folder, but its checkpoint has only what drawing needs, matrices in 8 bits and the rest in 16.
// node scripts/example-generator.mjs RUN [JUDGED.json]   and again with what `hardgrad judge packages/cli/digits --no-gan-train --json` said of it
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkpointParts, tensorBytes } from "@hardgrad/experiments";

const [run, judged] = process.argv.slice(2);
const target = fileURLToPath(new URL("../packages/cli/digits", import.meta.url));
const site = fileURLToPath(new URL("../site/public/generator", import.meta.url));

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

/** A matrix as whole numbers from -127 to 127, times a step for each column: its largest number over 127. */
function eightBits(name, { shape, data }) {
  const columns = shape.at(-1);
  const steps = new Float32Array(columns);
  for (const [i, value] of data.entries())
    steps[i % columns] = Math.max(steps[i % columns], Math.abs(value) / 127);
  const counts = Int8Array.from(data, (value, i) =>
    value === 0 ? 0 : Math.round(value / steps[i % columns]),
  );
  return [
    { name, dtype: "I8", shape, data: counts },
    { name: `${name}.steps`, dtype: "F32", shape: [columns], data: steps },
  ];
}

const { metadata, tensors } = checkpointParts(readFileSync(join(run, "checkpoint.safetensors")));
const parts = Object.entries(tensors)
  .filter(([name]) => /^params\.(decoder|prior)\./.test(name))
  .flatMap(([name, tensor]) =>
    tensor.shape.length === 2
      ? eightBits(name, tensor)
      : [{ name, dtype: "F16", shape: tensor.shape, data: Uint16Array.from(tensor.data, half) }],
  );

let offset = 0;
const header = {};
for (const { name, dtype, shape, data } of parts) {
  header[name] = { dtype, shape, data_offsets: [offset, offset + data.byteLength] };
  offset += data.byteLength;
}
const data = Buffer.concat(parts.map((t) => Buffer.from(t.data.buffer)));

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
/** What the judge said. */
function verdict() {
  const { recognised, varianceRatio, nearest, judge, environment } = JSON.parse(readFileSync(judged, "utf8"));
  const percent = (share) => `${(100 * share).toFixed(2)} %`;
  return `
The judge (${percent(judge.accuracy)} on real test images) recognised ${percent(recognised.rate)} of ${recognised.trials} pictures as the digit that was asked for (95 % interval: ${percent(recognised.low)} to ${percent(recognised.high)}). Variance ratio ${varianceRatio.toFixed(2)}, nearest images ${nearest.trainOverTest.toFixed(2)}. Device ${environment.device}, Node ${environment.node}, ${environment.cpu}, ${environment.date.slice(0, 10)}:

\`\`\`
npx hardgrad judge packages/cli/digits --no-gan-train --json
\`\`\`
`;
}

const { date, device, products, threads, node } = JSON.parse(
  readFileSync(join(run, "environment.json"), "utf8"),
);
const readme = `# A small generator of digits

It is what \`hardgrad draw\` uses when it is given no run:

\`\`\`
npx hardgrad draw --digit 7
npx hardgrad draw --grid
npx hardgrad draw --digit 3 --morph 3:8
\`\`\`

[More about generators](https://github.com/hardgrad/hardgrad/blob/main/docs/generator.md). It was trained on MNIST:

\`\`\`
${command} --out RUN
node scripts/example-generator.mjs RUN
\`\`\`

The second command keeps of the checkpoint only what drawing needs (decoder and prior): matrices in 8 bits, a step for each column, the rest in half precision. So the run can't be resumed. \`--sharpness\` acts on drawing alone: the pictures are as grey as MNIST's, and the training is the same without it. Trained on device ${device} (${products}, threads: ${threads}), Node ${node}, ${date.slice(0, 10)}.
${judged === undefined ? "" : verdict()}`;

mkdirSync(target, { recursive: true });
for (const name of ["config.json", "environment.json", "summary.json"])
  copyFileSync(join(run, name), join(target, name));
const epochs = readFileSync(join(run, "metrics.jsonl"), "utf8")
  .split("\n")
  .filter((row) => row.includes("loss/epoch"));
writeFileSync(join(target, "metrics.jsonl"), `${epochs.join("\n")}\n`);
writeFileSync(join(target, "README.md"), readme);
mkdirSync(site, { recursive: true });
for (const folder of [target, site]) writeFileSync(join(folder, "checkpoint.safetensors"), bytes);
writeFileSync(
  join(site, "README.md"),
  `# The generator of the site

The checkpoint of [packages/cli/digits](../../../packages/cli/digits/README.md), byte for byte: how it was trained, and what the judge says of it, stands there. \`node scripts/example-generator.mjs RUN\` writes both.
`,
);
console.log(`${target}: ${bytes.length} bytes`);
