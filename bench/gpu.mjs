// The race on a machine with a GPU, in one run of at most eight minutes: device webgpu against PyTorch on CUDA, eager and
// compiled, and device wasm beside them. Everybody computes the same numbers first. The results have the GPU's name.
//   npm ci --ignore-scripts && node bench/gpu.mjs [FILE.json] [--python PATH] [--rows IDS]
// PyTorch is left out where there is none that sees a GPU. Without a GPU, a Vulkan driver in software serves for a rehearsal:
//   VK_ICD_FILENAMES=/usr/lib/chromium/vk_swiftshader_icd.json node bench/gpu.mjs --rows classifier
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const MINUTES = 8;
const place = (path) => fileURLToPath(new URL(path, import.meta.url));
const [first, ...rest] = process.argv.slice(2);
const flags = first === undefined || first.startsWith("--") ? process.argv.slice(2) : rest;
const file = flags === rest ? first : "race-gpu.json";
const run = (script, ...args) =>
  spawnSync(process.execPath, [place(script), ...args], { stdio: "inherit", timeout: MINUTES * 60_000 });

const built = run("../scripts/build.mjs");
if (built.status !== 0) process.exit(1);
const race = run(
  "run.mjs",
  ...["race", "--parts", "race", "--device", "wasm,webgpu", "--peers", "pytorch-cuda", "--rounds", "5"],
  ...["--json", file, "--force", ...flags],
);
if (race.signal) console.error(`stopped: it was not done within ${MINUTES} minutes; take fewer --rows.`);
else console.log(`results: ${file}`);
process.exitCode = race.status ?? 1;
