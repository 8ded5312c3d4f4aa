import { existsSync, readdirSync, readFileSync, renameSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { childrenOf, type Held, held, rowsOf, type Started, scratch, spawned, start } from "../run.ts";

const cwd = scratch();
const run = "reinmax-seed0";
const at = (...parts: string[]): string => join(cwd, ...parts);
const bits = (sweep: string): string[] =>
  ["checkpoint.safetensors", "metrics.jsonl", "metrics.csv", "config.json"].map((file) => readFileSync(at(sweep, run, file)).toString("base64")); // biome-ignore format: one thought

/** A worker, and what it says and how it ends. */
const worker = (sweep: string, env?: Held["env"]): Started => start(["work", sweep, "--jobs", "1"], cwd, env);

const plan = (sweep: string): void => {
  const { code, stderr } = spawned(["sweep", "sweep.json", "--out", sweep, "--plan", "--quiet"], { cwd });
  expect([code, stderr]).toEqual([0, ""]);
};

describe.skipIf(process.platform !== "linux")("a worker", () => {
  beforeAll(async () => {
    const flags = { epochs: 40, "train-size": 200, "test-size": 40, hidden: 8, batch: 20 };
    const spec = {
      experiment: "classifier",
      estimators: ["reinmax"],
      flags,
      device: "wasm",
      checkpointEvery: 100,
    };
    writeFileSync(at("sweep.json"), JSON.stringify(spec));
    plan("calm");
    expect((await worker("calm").ended).code).toBe(0);
  });

  test("that slept for an hour has lost its run to another: published once, the same bits", async () => {
    plan("slept");
    const { env, letGo } = held("", 20);
    const first = worker("slept", env);
    await rowsOf(at("slept"), run, 20);
    const all = [first.pid, ...(await childrenOf(first.pid, 1))];
    for (const pid of all) process.kill(pid, "SIGSTOP");
    const hourAgo = Date.now() / 1000 - 3600;
    utimesSync(at("slept", "working", run, "lock"), hourAgo, hourAgo);
    const second = await worker("slept").ended;
    expect(second.code, second.stderr).toBe(0);
    const published = bits("slept");
    letGo();
    for (const pid of all) process.kill(pid, "SIGCONT");
    const { code, stderr } = await first.ended;
    expect([code, stderr]).toEqual([
      0,
      expect.stringContaining(`${run}: another worker has taken it over\n`),
    ]);
    expect(published).toEqual(bits("calm"));
    expect(bits("slept")).toEqual(published);
    const log = readFileSync(at("slept", "logs", `${run}.log`), "utf8");
    expect(log).toMatch(/goes on at step [1-9]\d*/);
    expect(log.match(/ published$/gm)).toHaveLength(1);
    expect(readdirSync(at("slept", "working"))).toEqual([]);
  });

  test("whose folder is removed ends with a sentence; once it is back, another goes on to the same bits", async () => {
    plan("gone");
    const { env, letGo } = held("", 20);
    const first = worker("gone", env);
    await rowsOf(at("gone"), run, 20);
    renameSync(at("gone"), at("away"));
    letGo();
    const { code, stderr } = await first.ended;
    expect([code, stderr.trim().split("\n").at(-1)]).toEqual([
      1,
      "gone is gone: somebody has removed or renamed it; put it back, or plan the sweep again.",
    ]);
    expect(existsSync(at("gone"))).toBe(false);
    renameSync(at("away"), at("gone"));
    expect((await worker("gone").ended).code).toBe(0);
    expect(bits("gone")).toEqual(bits("calm"));
  });
});
