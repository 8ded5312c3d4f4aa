// Whether a sweep survives: workers and their processes are killed at random moments, and every run has to be there, once,
// with the bits of a sweep that nobody disturbed. `node sweep-load.mjs --runs 200 --workers 4 --kills 20 --seed 1`
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const bin = fileURLToPath(new URL("../packages/cli/bin/hardgrad.js", import.meta.url));

/** What does not depend on when and how fast a run was trained. */
const files = ["checkpoint.safetensors", "config.json", "metrics.jsonl", "metrics.csv"];

/** mulberry32: the same kills for the same seed, as far as the machine goes. */
export function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Digests of every run in the folder of a sweep. */
export function bitsOf(folder) {
  const names = readdirSync(folder).filter((name) => existsSync(join(folder, name, "summary.json")));
  return Object.fromEntries(
    names.map((name) => {
      const hash = createHash("sha256");
      for (const file of files) hash.update(readFileSync(join(folder, name, file)));
      return [name, hash.digest("hex")];
    }),
  );
}

/** A sweep of tiny runs: ten steps an epoch, on ten batches of drawn digits. */
export function tinyRuns(seeds, steps) {
  const batch = 20;
  const flags = { epochs: steps / 10, "train-size": 10 * batch, "test-size": 40, hidden: 8, batch };
  return {
    experiment: "classifier",
    estimators: ["reinmax"],
    seeds,
    flags,
    device: "wasm",
    checkpointEvery: 50,
  };
}

/** The process itself, or one of its children: what runs a run, or who looks after it. */
function victimOf(pid, random) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean);
  const all = [pid, ...children.map(Number)];
  return all[Math.floor(random() * all.length)];
}

/** Plans a sweep of tiny runs twice, disturbs one of the two, and compares. Seconds between kills: `pause`. */
export async function loadTest({ runs, workers, kills, seed, pause, steps = 200 }) {
  const cwd = mkdtempSync(join(tmpdir(), "hardgrad-load-"));
  writeFileSync(join(cwd, "sweep.json"), JSON.stringify(tinyRuns(runs, steps)));
  const env = { ...process.env, HARDGRAD_DATA: "" };
  const run = (...args) => {
    const { status, stderr } = spawnSync(process.execPath, [bin, ...args], { cwd, env, encoding: "utf8" });
    if (status !== 0) throw new Error(`hardgrad ${args.join(" ")}: exit ${status}\n${stderr}`);
  };
  const calmFrom = performance.now();
  run(
    "sweep",
    "sweep.json",
    "--out",
    "calm",
    "--quiet",
    "--jobs",
    String(Math.min(workers, availableParallelism())),
  );
  const calmSeconds = (performance.now() - calmFrom) / 1000;
  run("sweep", "sweep.json", "--out", "wild", "--quiet", "--plan");

  const random = randomOf(seed);
  const crew = Array.from({ length: workers });
  let said = "";
  const begin = (i) => {
    const child = spawn(process.execPath, [bin, "work", "wild", "--jobs", "1"], {
      cwd,
      env,
      stdio: ["ignore", "ignore", "pipe"],
    });
    child.stderr.on("data", (text) => {
      said = `${said}${text}`.slice(-8000);
    });
    const ended = new Promise((resolve) => child.on("close", (code) => resolve(code)));
    crew[i] = { child, ended };
  };
  for (let i = 0; i < workers; i++) begin(i);
  const wildFrom = performance.now();
  let killed = 0;
  while (killed < kills) {
    await sleep(1000 * pause * (0.2 + 1.6 * random()));
    if (crew.every(({ child }) => child.exitCode !== null)) break;
    const i = Math.floor(random() * workers);
    const { child, ended } = crew[i];
    if (child.exitCode !== null) continue;
    let victim;
    try {
      victim = victimOf(child.pid, random);
      process.kill(victim, "SIGKILL");
    } catch {
      continue; // it has ended by itself just now
    }
    killed++;
    if (victim !== child.pid) continue;
    await ended;
    begin(i);
  }
  const codes = await Promise.all(crew.map(({ ended }) => ended));
  const wildSeconds = (performance.now() - wildFrom) / 1000;
  const calm = bitsOf(join(cwd, "calm"));
  const wild = bitsOf(join(cwd, "wild"));
  const working = join(cwd, "wild", "working");
  const result = {
    runs,
    workers,
    killed,
    seed,
    ended: Object.keys(wild).length,
    equal: Object.keys(calm).filter((name) => calm[name] === wild[name]).length,
    /** Of the last of each worker. */
    codes,
    leftovers: existsSync(working) ? readdirSync(working) : [],
    publishedTwice: Object.keys(wild).filter(
      (name) =>
        readFileSync(join(cwd, "wild", "logs", `${name}.log`), "utf8").split(" published\n").length > 2,
    ),
    calmSeconds,
    wildSeconds,
    said,
  };
  rmSync(cwd, { recursive: true, force: true });
  return result;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await import("./sentence.mjs");
  const { values } = parseArgs({
    options: {
      runs: { type: "string", default: "200" },
      workers: { type: "string", default: "4" },
      kills: { type: "string", default: "20" },
      seed: { type: "string", default: "1" },
      pause: { type: "string", default: "5" },
      out: { type: "string" },
    },
  });
  const number = (name) => Number(values[name]);
  const { said, ...result } = await loadTest({
    runs: number("runs"),
    workers: number("workers"),
    kills: number("kills"),
    seed: number("seed"),
    pause: number("pause"),
  });
  const where = {
    date: new Date().toISOString().slice(0, 10),
    node: process.version,
    cpu: `${cpus()[0].model.trim()} x ${cpus().length}`,
    device: "wasm",
  };
  const text = `${JSON.stringify({ ...where, ...result }, null, 2)}\n`;
  console.log(text.trimEnd());
  if (values.out) {
    mkdirSync(join(values.out, ".."), { recursive: true });
    writeFileSync(values.out, text);
  }
  const whole = result.ended === result.runs && result.equal === result.runs;
  if (!whole || result.leftovers.length > 0 || result.publishedTwice.length > 0) {
    console.error(said);
    process.exitCode = 1;
  }
}
