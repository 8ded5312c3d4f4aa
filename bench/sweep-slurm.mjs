// The same on Slurm, where nodes go down at random: `node sweep-slurm.mjs --runs 30 --nodes 3 --downs 5 --seed 1`
import "./sentence.mjs";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { bitsOf, randomOf, tinyRuns } from "./sweep-load.mjs";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "30" },
    nodes: { type: "string", default: "3" },
    downs: { type: "string", default: "5" },
    seed: { type: "string", default: "1" },
    steps: { type: "string", default: "200" },
    out: { type: "string" },
  },
});
const [runs, nodes, downs, seed, steps] = ["runs", "nodes", "downs", "seed", "steps"].map((n) =>
  Number(values[n]),
);
const bin = fileURLToPath(new URL("../packages/cli/bin/hardgrad.js", import.meta.url));
const script = fileURLToPath(new URL("../scripts/slurm/cluster.sh", import.meta.url));
const cwd = mkdtempSync(join(tmpdir(), "hardgrad-slurm-"));
const folder = join(cwd, "cluster");
const env = { ...process.env, HARDGRAD_DATA: "", SLURM_CONF: join(folder, "slurm.conf") };

function run(program, ...args) {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, env, encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: exit ${status}\n${stderr}`);
  return stdout;
}
const hardgrad = (...args) => run(process.execPath, bin, ...args);
const cluster = (...args) => run("bash", script, ...args);

writeFileSync(join(cwd, "sweep.json"), JSON.stringify(tinyRuns(runs, steps)));
const random = randomOf(seed);
let down = 0;
try {
  cluster("start", folder, String(nodes));
  hardgrad("sweep", "sweep.json", "--out", "calm", "--quiet");
  const from = performance.now();
  hardgrad("sweep", "sweep.json", "--out", "wild", "--quiet", "--submit", "slurm", "--time", "5");
  const ended = () => existsSync(join(cwd, "wild", "report.html"));
  while (!ended()) {
    await sleep(1000 * (3 + 8 * random()));
    if (down >= downs || ended()) continue;
    const node = `n${1 + Math.floor(random() * nodes)}`;
    cluster("down", folder, node);
    down++;
    await sleep(12_000); // until Slurm misses it
    cluster("up", folder, node);
  }
  const seconds = (performance.now() - from) / 1000;
  const calm = bitsOf(join(cwd, "calm"));
  const wild = bitsOf(join(cwd, "wild"));
  const logs = join(cwd, "wild", "logs");
  const result = {
    ...{ date: new Date().toISOString().slice(0, 10), node: process.version, cpu: `${cpus()[0].model.trim()} x ${cpus().length}`, device: "wasm" }, // biome-ignore format: one thought
    ...{ runs, nodes, down, seed, seconds },
    ended: Object.keys(wild).length,
    equal: Object.keys(calm).filter((name) => calm[name] === wild[name]).length,
    leftovers: readdirSync(join(cwd, "wild", "working")),
    publishedTwice: Object.keys(wild).filter(
      (name) => readFileSync(join(logs, `${name}.log`), "utf8").split(" published\n").length > 2,
    ),
    submissions: readdirSync(join(cwd, "wild", "submissions")).filter((name) => name.endsWith(".json"))
      .length,
  };
  const text = `${JSON.stringify(result, null, 2)}\n`;
  console.log(text.trimEnd());
  if (values.out) writeFileSync(values.out, text);
  if (result.equal !== runs || result.ended !== runs || result.publishedTwice.length > 0)
    process.exitCode = 1;
} finally {
  cluster("stop", folder);
  rmSync(cwd, { recursive: true, force: true });
}
