import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { trackRuns } from "../../src/print/progress-tracker.ts";
import { keptStep } from "../../src/run-folder/checkpoint.ts";
import { attemptOf, childrenOf, held, rowsOf, scratch, spawned, start, until } from "../run.ts";

// A row is an epoch of 50 steps.
const args = [
  ...["compare", "classifier", "--estimators", "reinmax,straight-through", "--seeds", "2", "--epochs", "12"],
  ...["--train-size", "1000", "--test-size", "100", "--batch", "20", "--hidden", "20"],
  ...["--checkpoint-every", "100"],
];
const runs = ["reinmax-seed0", "reinmax-seed1", "straight-through-seed0", "straight-through-seed1"];

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z "); // a zombie has ended
  } catch {
    return false;
  }
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
    const { env, letGo } = held("straight-through", 1);
    const { child, ended: stop } = start([...args, "--out", "stopped", "--jobs", "2"], cwd, env);
    const finished = () => runs.filter((run) => existsSync(join(folder("stopped"), run, "summary.json")));
    await until("a finished run", () => finished().length > 0);
    await until("a run after it", () => runs.slice(2).some((run) => attemptOf(folder("stopped"), run)));
    child.kill("SIGINT");
    letGo("slowly");
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
    const { env, letGo } = held("", 3);
    const { pid, ended } = start([...args, "--out", "killed", "--jobs", "2"], cwd, env);
    for (const run of runs.slice(0, 2)) await rowsOf(folder("killed"), run, 3);
    process.kill((await childrenOf(pid, 2))[0]!, "SIGKILL");
    letGo();
    const { code, stderr } = await ended;
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(
      /^(reinmax|straight-through)-seed[01]: its process was ended by SIGKILL, most likely because memory ran out; try fewer --jobs; it goes on from its last checkpoint$/m,
    );
    const logs = runs.map((run) => readFileSync(join(folder("killed"), "logs", `${run}.log`), "utf8"));
    expect(logs.join("").match(/ goes on at step 100,/gm)).toHaveLength(1);
    expect(resultsIn(folder("killed"))).toEqual(resultsIn(folder("whole")));
    expect(readdirSync(join(folder("killed"), "working"))).toEqual([]);
  });

  test("SIGKILL of the command leaves no orphan: workers save and end", async () => {
    const { env, letGo } = held("", 2);
    const never = ["--checkpoint-every", "100000"];
    const { child, pid, ended } = start([...args, "--out", "orphans", "--jobs", "2", ...never], cwd, env);
    for (const run of runs.slice(0, 2)) await rowsOf(folder("orphans"), run, 2);
    const workers = await childrenOf(pid, 2);
    const attempts = runs.slice(0, 2).map((run) => attemptOf(folder("orphans"), run)!);
    expect(attempts.map(keptStep)).toEqual([0, 0]);
    child.kill("SIGKILL");
    await ended;
    letGo();
    await until("the workers' end", () => !workers.some(alive));
    // They hear of it after the epoch that they are in, and save after the one that ends then.
    for (const attempt of attempts) expect(keptStep(attempt)).toBe(150);
    const resumed = spawned(["compare", "--resume", "orphans", "--quiet"], { cwd });
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(resultsIn(folder("orphans"))).toEqual(resultsIn(folder("whole")));
  });

  test("SIGTERM saves too; a file that can't be written stops all, which save", async () => {
    const { env, letGo } = held("", 2);
    const { child, ended } = start([...args, "--out", "damaged", "--jobs", "2"], cwd, env);
    for (const run of runs.slice(0, 2)) await rowsOf(folder("damaged"), run, 2);
    child.kill("SIGTERM");
    letGo("slowly");
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
