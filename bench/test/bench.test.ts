import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { compareResults } from "../src/check.ts";
import type { Contestant } from "../src/contestants.ts";
import { limitsOf } from "../src/limits.ts";
import { runRow } from "../src/race.ts";
import { limitTable } from "../src/report.ts";
import type { RowResult } from "../src/results.ts";
import { classifierRow } from "../src/rows/classifier.ts";
import type { Row } from "../src/rows/row.ts";
import { exponent, ratios, spread } from "../src/statistics.ts";
import { bench, refused, scratch, start } from "./run.ts";

const script = fileURLToPath(new URL("./fake-contestant.mjs", import.meta.url));
const linux = process.platform === "linux";

const fake = (behaviour: string, secondsPerStep = 0.001): Contestant => ({
  id: behaviour,
  title: behaviour,
  command: { file: process.execPath, args: [script, behaviour, String(secondsPerStep)] },
});

const row: Row = {
  id: "sum",
  title: "a sum",
  peers: [],
  tolerance: 1e-4,
  inputs: async () => ({ x: { shape: [1], data: Float32Array.of(1) } }),
  start: () => Promise.reject(new Error("never: all contestants are fakes")),
};

async function raced(
  ...contestants: Contestant[]
): Promise<{ result: RowResult; said: string[]; turns: number }> {
  const said: string[] = [];
  let turns = 0;
  const result = await runRow(row, contestants, {
    rounds: 3,
    secondsPerTurn: 0.01,
    patience: 5,
    say: (line) => said.push(line),
    turn: () => turns++,
  });
  return { result, said, turns };
}

const find = ({ contestants }: RowResult, id: string) => contestants.find((c) => c.id === id)!;

describe("the machine's limit", () => {
  it("of a row is its products and its memory, and a table says how near each contestant of all rows is", async () => {
    const [limit] = await limitsOf([classifierRow], () => {});
    const { gigaflop, gigaflopsPerSecond, megabytes, gigabytesPerSecond, milliseconds } = limit!;
    // Products of 784-100-10 on a batch of 100: forward and for each weight, and backward through the second layer.
    expect(gigaflop).toBeCloseTo((2 * 100 * (2 * 784 * 100 + 3 * 100 * 10)) / 1e9, 12);
    expect(megabytes).toBeGreaterThan((4 * 2 * 784 * 100) / 1e6);
    expect(milliseconds).toBeCloseTo(
      1000 * (gigaflop / gigaflopsPerSecond + megabytes / 1000 / gigabytesPerSecond),
      9,
    );
    const spread = (median: number) => ({ median, low: median, high: median });
    const contestants: RowResult["contestants"] = [
      { id: "a", title: "A", ours: true, status: "done", milliseconds: spread(4 * milliseconds) },
      { id: "b", title: "B", ours: false, status: "missing" },
    ];
    const race = [{ id: "classifier", title: "", tolerance: 1, contestants }];
    const { head, rows } = limitTable({ race, limits: [limit!] });
    expect(head.slice(-2)).toEqual(["limit, ms", "A"]);
    expect(rows[0]!.at(-1)).toBe("25 %");
  });
});

describe("a row with contestants of every kind", () => {
  it("gives the ratio of the times that they tell, and their memory", async () => {
    const { result, turns } = await raced(fake("good"), { ...fake("good", 0.003), id: "slower" });
    const good = find(result, "good");
    expect(good.status).toBe("done");
    expect(good.error).toBe(0);
    // The fakes tell exact multiples, so only the arithmetic rounds.
    expect(good.speed!.slower!.median).toBeCloseTo(3, 10);
    expect(find(result, "slower").speed!.good!.median).toBeCloseTo(1 / 3, 10);
    expect(good.milliseconds!.median).toBeCloseTo(1, 10);
    expect(turns).toBe(6);
    // Node alone holds some 40 MiB; where the system does not tell there is no number.
    if (existsSync("/proc/self/status")) expect(good.peakMemoryMiB).toBeGreaterThan(20);
  });

  it.each([
    [
      "wrong",
      /wrong does not compute the same numbers: loss differs by 4\.\de-3 of its size, allowed are 0\.0001/,
    ],
    ["other-name", /the result loss is missing/],
    ["other-shape", /the result loss has shape \[3\], not \[2\]/],
    ["garbage", /garbage: answered "check" with what is not JSON: "Hello! I am loading\.\.\."/],
    ["complains", /complains: out of memory\./],
    ["dies", /dies: the process ended by code 139 \(Segmentation fault\)/],
    ["diverges", /its loss became nan while it was timed/],
  ])("%s: one sentence, and the others go on", async (behaviour, sentence) => {
    const { result, said } = await raced(fake("good"), fake(behaviour), {
      ...fake("good", 0.002),
      id: "other",
    });
    expect(find(result, behaviour).status).toBe("failed");
    expect(find(result, behaviour).reason).toMatch(sentence);
    expect(said.filter((line) => line.includes("is out"))).toHaveLength(1);
    expect(find(result, "good").speed!.other!.median).toBeCloseTo(2, 10);
    expect(find(result, "good").speed).not.toHaveProperty(behaviour);
  });

  it("one that does not answer is stopped", async () => {
    const said: string[] = [];
    const options = {
      rounds: 1,
      secondsPerTurn: 0.01,
      patience: 1,
      say: (l: string) => said.push(l),
      turn: () => {},
    };
    const result = await runRow(row, [fake("good"), fake("slow")], options);
    expect(find(result, "slow").reason).toBe('slow: did not answer "check" within 1 s, so it was stopped.');
    expect(find(result, "good").status).toBe("done");
  });

  it("one that can't be started, and one that is not installed", async () => {
    const absent = { ...fake("good"), id: "absent", command: { file: "/no/such/program", args: [] } };
    const { result } = await raced(fake("good"), absent, {
      id: "none",
      title: "none",
      missing: "install it",
    });
    expect(find(result, "absent")).toMatchObject({
      status: "failed",
      reason: expect.stringContaining("ENOENT"),
    });
    expect(find(result, "none")).toMatchObject({ status: "missing", reason: "install it" });
  });
});

describe("numbers", () => {
  it("spread: median and quartiles", () => {
    expect(spread([5, 1, 3, 2, 4])).toEqual({ median: 3, low: 2, high: 4 });
    expect(spread([1, 2])).toEqual({ median: 1.5, low: 1.25, high: 1.75 });
    expect(ratios([2, 6], [1, 2])).toEqual({ median: 2.5, low: 2.25, high: 2.75 });
  });

  it("exponent of a power law", () => {
    const points = [1, 10, 100].map((x) => ({ x, y: 3 * x ** 1.5 }));
    expect(exponent(points)).toBeCloseTo(1.5, 12);
  });

  it("a result that is not finite is never the same number", () => {
    const one = (value: number) => ({ x: { shape: [1], data: Float32Array.of(value) } });
    expect(compareResults(one(Number.NaN), one(1)).error).toBe(Number.POSITIVE_INFINITY);
    expect(compareResults(one(0), one(0)).error).toBe(0);
    expect(compareResults(one(1e-3), one(0)).error).toBeCloseTo(1e-3, 8);
  });
});

describe("the command", () => {
  it("races ourselves alone: JSON, figure, and what it was measured with", () => {
    const cwd = scratch();
    const args = ["race", "--rows", "classifier", "--rounds", "1", "--peers", "none", "--device", "wasm"];
    const run = bench([...args, "--json", "r.json", "--out", "race.csv"], { cwd });
    expect(run.stderr).toContain("classifier: hardgrad wasm starts and is checked");
    expect(run.code).toBe(0);
    expect(run.stdout).toContain("hardgrad wasm");
    const results = JSON.parse(readFileSync(join(cwd, "r.json"), "utf8"));
    expect(results.versions["@jax-js/jax"]).toBe("0.1.25");
    expect(results.race[0].contestants[0]).toMatchObject({
      id: "hardgrad-wasm",
      ours: true,
      status: "done",
      error: 0,
    });
    expect(results.race[0].contestants[0].milliseconds.median).toBeGreaterThan(0);
    expect(results.estimators).toEqual([]);
    // Nobody to compare with: a table without rows.
    expect(readFileSync(join(cwd, "race.csv"), "utf8").trim()).toBe("");
  });

  it("a missing peer is left out by name, with what to do", () => {
    const args = ["race", "--rows", "classifier", "--rounds", "1", "--device", "wasm", "--peers", "pytorch"];
    const run = bench([...args, "--python", "no-such-python", "--json"]);
    expect(run.code).toBe(0);
    expect(run.stderr).toMatch(/PyTorch is left out: no-such-python has no torch: .*--python/);
    const { contestants } = JSON.parse(run.stdout).race[0];
    expect(contestants.map((c: { status: string }) => c.status)).toEqual(["done", "missing"]);
  });

  it.each([
    [["--rows", "clasifier"], "did you mean classifier?"],
    [["--rows", "classifier,classifier"], "row classifier is named twice"],
    [["--parts", "everything"], 'there is no part "everything"'],
    [["--device", "gpu"], 'there is no device "gpu"'],
    [["--peers", "jax"], 'there is no peer "jax"'],
    [["--rounds", "0"], "--rounds must be a whole number from 1 to 1000"],
    [["--out", "race.gif"], "must end in .svg, .png, .csv"],
    [["--out", "race.svg", "--parts", "scaling"], "--out draws the race"],
  ])("bench %j is refused in one sentence", async (flags, sentence) => {
    const run = await refused(["race", ...flags]);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain(sentence);
    expect(run.stderr.trim().split("\n")).toHaveLength(1);
  });

  it("Ctrl-C ends the contestants and leaves nothing", async () => {
    const cwd = scratch();
    // A place for temporary files that nothing else writes to.
    const { TMPDIR } = process.env;
    process.env.TMPDIR = scratch();
    const temporary = process.env.TMPDIR;
    const run = start(["race", "--rows", "classifier", "--rounds", "1000", "--peers", "none", "--device", "wasm", "--json", "r.json"], cwd); // biome-ignore format: one command
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
    let text = "";
    await new Promise<void>((resolve) => {
      run.stderr!.on("data", (chunk) => {
        text += chunk;
        if (text.includes("starts and is checked")) resolve();
      });
    });
    const children = () =>
      readFileSync(`/proc/${run.pid}/task/${run.pid}/children`, "utf8").trim().split(" ").map(Number);
    // The kernel may leave some out of its list.
    if (linux) await expect.poll(() => children()[0], { timeout: 30_000 }).toBeGreaterThan(0);
    const begun = linux ? children() : [];
    const code = await new Promise((resolve) => {
      run.on("close", (value) => resolve(value));
      run.kill("SIGINT");
    });
    expect(code).toBe(130);
    expect(text).toContain("stopped; nothing was written.");
    expect(existsSync(join(cwd, "r.json"))).toBe(false);
    expect(readdirSync(temporary)).toEqual([]);
    // A killed process may stay a moment until the system has cleared it away.
    await expect.poll(() => begun.some((pid) => existsSync(`/proc/${pid}`)), { timeout: 30_000 }).toBe(false);
  });
});
