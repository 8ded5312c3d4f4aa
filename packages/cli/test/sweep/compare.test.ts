import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { trackRuns } from "../../src/print/progress-tracker.ts";
import { scratch, spawned, start } from "../run.ts";

// Long enough that a signal meets runs which have begun and have not ended, on a busy machine too.
const args = [
  ...["compare", "classifier", "--estimators", "reinmax,straight-through", "--seeds", "2", "--epochs", "20"],
  ...["--train-size", "1000", "--test-size", "100", "--batch", "20", "--hidden", "20"],
  ...["--checkpoint-every", "100"],
];
const runs = ["reinmax-seed0", "reinmax-seed1", "straight-through-seed0", "straight-through-seed1"];

/** The process ids of the children of a process. */
const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").filter(Boolean).map(Number);

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z "); // a zombie has ended
  } catch {
    return false;
  }
};

async function until(what: string, happened: () => boolean): Promise<void> {
  for (let i = 0; i < 1200; i++) {
    if (happened()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`waited in vain for: ${what}`);
}

/** Starts a comparison; `ended` gives its exit code and what it said. */
function begin(cwd: string, more: readonly string[]) {
  const child = start([...args, ...more], cwd);
  let stderr = "";
  child.stderr?.on("data", (text) => {
    stderr += text;
  });
  const ended = new Promise<{ code: number | null; stderr: string }>((resolve) =>
    child.on("close", (code) => resolve({ code, stderr })),
  );
  return { pid: child.pid!, child, ended };
}

/** The folder in which a run is trained now; undefined where none is. */
function attemptOf(folder: string, run: string): string | undefined {
  const working = join(folder, "working", run);
  const names = existsSync(working) ? readdirSync(working) : [];
  const name = names.find((n) => n.startsWith("attempt-"));
  return name && join(working, name);
}

/** How many rows a run has that is trained now. */
const lines = (folder: string, run: string): number => {
  const attempt = attemptOf(folder, run);
  const file = attempt && join(attempt, "metrics.jsonl");
  return file && existsSync(file) ? readFileSync(file, "utf8").split("\n").length - 1 : 0;
};

/** Everything but times, which differ from run to run. */
function resultsIn(folder: string) {
  const { results } = JSON.parse(readFileSync(join(folder, "results.json"), "utf8"));
  return results.map(({ msPerStep, ...rest }: { msPerStep: number }) => rest);
}

describe.skipIf(process.platform !== "linux")("a comparison that is disturbed", () => {
  const cwd = scratch();
  const folder = (name: string) => join(cwd, name);
  beforeAll(() => {
    const whole = spawned([...args, "--out", "whole", "--jobs", "64"], { cwd });
    expect(whole.code, whole.stderr).toBe(0);
    expect(whole.stderr).toContain("4 runs, 4 at a time"); // jobs more than runs
    expect(whole.stderr).toContain("4 of 4 runs done");
  });

  test("SIGINT: runs save, and --resume trains only what is missing, to the same results", async () => {
    const { child, ended: stop } = begin(cwd, ["--out", "stopped", "--jobs", "2"]);
    const finished = () => runs.filter((run) => existsSync(join(folder("stopped"), run, "summary.json")));
    await until("a finished run", () => finished().length > 0);
    await until("a run after it", () => runs.slice(2).some((run) => lines(folder("stopped"), run) > 0));
    child.kill("SIGINT");
    const { code, stderr } = await stop;
    expect(code, stderr).toBe(130);
    expect(stderr).toMatch(
      /finished runs are kept .* continue with: npx hardgrad compare --resume stopped$/m,
    );
    const kept = finished();
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.length).toBeLessThan(4);
    const times = () =>
      kept.map((run) => statSync(join(folder("stopped"), run, "checkpoint.safetensors")).mtimeMs);
    const before = times();
    const resumed = spawned([...args, "--resume", "stopped"], { cwd });
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(times()).toEqual(before);
    // As if it had been killed at its very end, before it was published.
    mkdirSync(join(folder("stopped"), "working", runs[0]!), { recursive: true });
    const attempt = join(folder("stopped"), "working", runs[0]!, "attempt-of-another");
    renameSync(join(folder("stopped"), runs[0]!), attempt);
    rmSync(join(attempt, "summary.json"));
    const ended = spawned([...args, "--resume", "stopped", "--json"], { cwd });
    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.stderr).toContain("4 runs, 1 at a time");
    for (const { msPerStep } of JSON.parse(ended.stdout).results) expect(msPerStep).toBeGreaterThan(0);
    expect(resultsIn(folder("stopped"))).toEqual(resultsIn(folder("whole")));
  });

  test("a worker process that is killed: a sentence, and its run goes on from its checkpoint", async () => {
    const { pid, ended } = begin(cwd, ["--out", "killed", "--jobs", "2"]);
    await until("two runs", () => runs.slice(0, 2).every((run) => lines(folder("killed"), run) > 0));
    const workers = childrenOf(pid);
    expect(workers.length).toBe(2);
    process.kill(workers[0]!, "SIGKILL");
    const { code, stderr } = await ended;
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(
      /^(reinmax|straight-through)-seed[01]: its process was ended by SIGKILL, most likely because memory ran out; try fewer --jobs; it goes on from its last checkpoint$/m,
    );
    expect(resultsIn(folder("killed"))).toEqual(resultsIn(folder("whole")));
    expect(readdirSync(join(folder("killed"), "working"))).toEqual([]);
  });

  test("SIGKILL of the command leaves no orphan: workers save and end", async () => {
    const { child, pid, ended } = begin(cwd, [
      "--out",
      "orphans",
      "--jobs",
      "2",
      "--checkpoint-every",
      "100000",
    ]);
    await until("two runs", () => runs.slice(0, 2).every((run) => lines(folder("orphans"), run) > 1));
    const workers = childrenOf(pid);
    const saved = runs
      .slice(0, 2)
      .map((run) => join(attemptOf(folder("orphans"), run)!, "checkpoint.safetensors"));
    const first = saved.map((file) => readFileSync(file));
    child.kill("SIGKILL");
    await ended;
    await until("the workers' end", () => !workers.some(alive));
    for (const [i, file] of saved.entries()) expect(readFileSync(file).equals(first[i]!)).toBe(false);
    const resumed = spawned(["compare", "--resume", "orphans", "--quiet"], { cwd });
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(resultsIn(folder("orphans"))).toEqual(resultsIn(folder("whole")));
  });

  test("SIGTERM saves too; a file that can't be written stops all, which save", async () => {
    const { child, ended } = begin(cwd, ["--out", "damaged", "--jobs", "2"]);
    await until("two runs", () => runs.slice(0, 2).every((run) => lines(folder("damaged"), run) > 1));
    child.kill("SIGTERM");
    expect((await ended).code).toBe(130);
    const open = runs.slice(0, 2).find((run) => !existsSync(join(folder("damaged"), run)))!;
    const config = join(attemptOf(folder("damaged"), open)!, "config.json");
    rmSync(config);
    mkdirSync(config);
    const resumed = spawned([...args, "--resume", "damaged", "--jobs", "2"], { cwd });
    expect(resumed.code, resumed.stderr).toBe(1);
    expect(resumed.stderr.trim().split("\n").at(-1)).toMatch(
      /^(reinmax|straight-through)-seed[01]: cannot write .*config\.json: .*; runs are saved up to their last checkpoints, continue with: .*--resume damaged\.$/,
    );
    expect(existsSync(join(folder("damaged"), "results.json"))).toBe(false);
  });
});

describe("progress", () => {
  test("time left of each run and of all, from the pace after the first report", () => {
    let now = 0;
    const tracker = trackRuns(4, 2, () => now);
    tracker.update("a", [], 0, 100);
    tracker.update("b", [], 50, 100); // goes on from its checkpoint
    expect(tracker.allLeft()).toBeUndefined();
    now = 10; // compiling took most of it
    tracker.update("a", [{ step: 10, epoch: 1, values: { "loss/train": 2 } }], 10, 100);
    tracker.update("b", [], 60, 100);
    now = 20;
    tracker.update("a", [{ step: 20, epoch: 2, values: { "accuracy/test": 0.5 } }], 20, 100);
    tracker.update("b", [], 80, 100);
    const [a, b] = tracker.lanes;
    expect(a!.values).toEqual({ "loss/train": 2, "accuracy/test": 0.5 });
    expect(tracker.left(a!)).toBe(80); // 10 steps in 10 s
    expect(tracker.left(b!)).toBe(10); // 20 steps in 10 s
    // Whole runs take 20 + 80 = 100 s and, for b, (20 + 10) * 100 / 50 = 60 s; two wait, for 80 s each, on two workers.
    expect(tracker.allLeft()).toBe((80 + 10 + 2 * 80) / 2);
    now = 30;
    tracker.update("b", [], 100, 100);
    tracker.end("b");
    expect(tracker.ended).toBe(1);
    expect(tracker.lanes[1]).toBeUndefined();
    tracker.update("c", [], 0, 100);
    expect(tracker.lanes[1]!.name).toBe("c");
    expect(tracker.work()).toBeCloseTo(1.2);
  });
});

test("runtimes that have a page's globals in every process, such as Bun, compare too", () => {
  const globals = "Object.assign(globalThis, { self: globalThis, postMessage() {}, addEventListener() {} })";
  const short = ["--epochs", "1", "--train-size", "100", "--test-size", "20", "--hidden", "4", "--quiet"];
  const { code, stderr } = spawned(["compare", "classifier", "--estimators", "reinmax", ...short], {
    env: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(globals)}` },
  });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
});
