// How long the report of a large sweep takes, and in how much memory: runs of one that was trained, copied under other
// seeds and rates. `node sweep-report.mjs --runs 1000`
import "./sentence.mjs";
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const bin = fileURLToPath(new URL("../packages/cli/bin/hardgrad.js", import.meta.url));

/** Makes the folder of a finished sweep of so many runs, writes its report, and says what that took. */
export function reportTest(runs) {
  const cwd = mkdtempSync(join(tmpdir(), "hardgrad-report-"));
  const env = { ...process.env, HARDGRAD_DATA: "" };
  const rates = Array.from({ length: runs / 10 }, (_, i) => (i + 1) / 1000);
  const spec = {
    experiment: "classifier",
    estimators: ["reinmax"],
    seeds: 10,
    flags: { epochs: 20, "train-size": 200, "test-size": 40, hidden: 8, batch: 20 },
    grid: { "learning-rate": rates },
    device: "wasm",
  };
  writeFileSync(join(cwd, "sweep.json"), JSON.stringify(spec));
  const run = (node, ...args) => {
    const from = performance.now();
    const { status, stderr } = spawnSync(process.execPath, [...node, bin, ...args], {
      cwd,
      env,
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`hardgrad ${args.join(" ")}: exit ${status}\n${stderr}`);
    return (performance.now() - from) / 1000;
  };
  const small = [
    "--epochs",
    "20",
    "--train-size",
    "200",
    "--test-size",
    "40",
    "--hidden",
    "8",
    "--batch",
    "20",
  ];
  run(
    [],
    "train",
    "classifier",
    "--estimator",
    "reinmax",
    "--device",
    "wasm",
    ...small,
    "--out",
    "one",
    "--quiet",
  );
  run([], "sweep", "sweep.json", "--out", "many", "--plan", "--quiet");
  for (const line of readFileSync(join(cwd, "many", "plan.jsonl"), "utf8")
    .split("\n")
    .filter(Boolean)) {
    const { name, config } = JSON.parse(line);
    cpSync(join(cwd, "one"), join(cwd, "many", name), { recursive: true });
    writeFileSync(join(cwd, "many", name, "config.json"), JSON.stringify(config));
  }
  // The process itself says what it took at most.
  const peak = join(cwd, "peak.txt");
  const said = `process.on("exit", () => require("node:fs").writeFileSync(${JSON.stringify(peak)}, String(process.resourceUsage().maxRSS)))`;
  writeFileSync(join(cwd, "peak.cjs"), said);
  const seconds = run(["--require", join(cwd, "peak.cjs")], "sweep", "report", "many");
  const megabytes = Number(readFileSync(peak, "utf8")) / 1024;
  const page = statSync(join(cwd, "many", "report.html")).size / 2 ** 20;
  const statusSeconds = run([], "sweep", "status", "many");
  rmSync(cwd, { recursive: true, force: true });
  return { runs, seconds, megabytes, page, statusSeconds };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { runs: { type: "string", default: "1000" } } });
  const result = reportTest(Number(values.runs));
  const where = {
    date: new Date().toISOString().slice(0, 10),
    node: process.version,
    cpu: `${cpus()[0].model.trim()} x ${cpus().length}`,
  };
  console.log(JSON.stringify({ ...where, ...result }, null, 2));
  if (result.seconds > 30 || result.megabytes > 500) process.exitCode = 1;
}
