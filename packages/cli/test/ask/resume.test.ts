import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { layOut, plannedRuns } from "../../src/sweep/plan.ts";
import { ask, scratch } from "../run.ts";

const small = ["--train-size", "200", "--test-size", "40", "--hidden", "6", "--batch", "50"];
const cwd = scratch();
const at = (name: string): string => join(cwd, name);
const bytes = (name: string): Buffer => readFileSync(join(at(name), "checkpoint.safetensors"));

const make = async (name: string, ...args: string[]): Promise<void> => {
  const { code, stderr } = await ask("train", ...args, "--out", at(name), "--quiet");
  expect(code, stderr).toBe(0);
};

describe("train --resume and flags", () => {
  beforeAll(() => make("run", "classifier", "--estimator", "rloo", "--seed", "3", "--epochs", "2", ...small));

  test.each<[string, RegExp]>([
    [
      "--estimator reinmax",
      /^--estimator reinmax contradicts .*run, which was made with --estimator rloo; leave it out/,
    ],
    ["--estimator rloo:samples=2", /--estimator rloo:samples=2 contradicts/],
    ["--seed 4", /--seed 4 contradicts .* --seed 3/],
    ["--epochs 1", /--epochs 1 contradicts .* --epochs 2/],
    ["--data mnist", /--data mnist contradicts .* --data drawn/],
    ["--train-size 100", /--train-size 100 contradicts .* --train-size 200/],
    ["--out elsewhere", /--out elsewhere contradicts/],
    [
      "--hidden 7 --slope-growth 1.1",
      /^--hidden 7 --slope-growth 1\.1 contradict .* --hidden 6 --slope-growth 1; leave them out/,
    ],
    ["--unit tanh", /--unit tanh contradicts .* --unit binary/],
    ["--epochs many", /--epochs must be a whole number/],
    ["--estimator rlo", /did you mean rloo/],
    ["--latents bernoulli", /unknown option '--latents'/],
  ])("%s is refused, and the run is as it was", async (flags, message) => {
    const before = readdirSync(at("run")).map((f) => [f, readFileSync(join(at("run"), f === "figures" ? "figures/loss.svg" : f)).length]); // biome-ignore format: one thought
    const { code, stderr } = await ask("train", "--resume", at("run"), ...flags.split(" "));
    expect(stderr.trim()).toMatch(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(code).toBe(2);
    for (const [file, size] of before as [string, number][])
      expect(readFileSync(join(at("run"), file === "figures" ? "figures/loss.svg" : file)).length).toBe(size);
  });

  test("files of a run that are missing or damaged: named, or written again", async () => {
    cpSync(at("run"), at("hurt"), { recursive: true });
    const summary = join(at("hurt"), "summary.json");
    for (const text of ["", "xx", "null", "{}", '{ "steps": 8 }']) {
      writeFileSync(summary, text);
      const { code, stderr } = await ask("train", "--resume", at("hurt"));
      expect([text, code, stderr]).toEqual([
        text,
        1,
        expect.stringMatching(/^\S*summary\.json is damaged; delete it/),
      ]);
    }
    rmSync(summary);
    for (const file of ["environment.json", "config.json"]) writeFileSync(join(at("hurt"), file), "{");
    rmSync(join(at("hurt"), "environment.json"));
    const { code, stderr } = await ask("train", "--resume", at("hurt"), "--quiet");
    expect(code, stderr).toBe(0);
    for (const file of ["environment.json", "config.json", "summary.json"])
      expect(Object.keys(JSON.parse(readFileSync(join(at("hurt"), file), "utf8"))).length).toBeGreaterThan(3);
  });

  test("a run is no comparison, and a comparison no run: what to do instead", async () => {
    const run = await ask("compare", "--resume", at("run"));
    expect([run.code, run.stderr]).toEqual([2, expect.stringMatching(/hardgrad train --resume \S*run\.$/m)]);
    mkdirSync(at("several"));
    writeFileSync(join(at("several"), "plan.jsonl"), "");
    const several = await ask("train", "--resume", at("several"));
    expect([several.code, several.stderr]).toEqual([
      2,
      expect.stringMatching(/hardgrad work \S*several\.$/m),
    ]);
  });

  test("another experiment is refused, and its flags are not asked about", async () => {
    const { code, stderr } = await ask("train", "vae", "--resume", at("run"), "--latents", "bernoulli");
    expect(stderr).toMatch(/^vae contradicts .*run, which was made with classifier; leave it out/);
    expect(code).toBe(2);
  });

  test("the same said again, in other words too, and what may differ", async () => {
    for (const flags of [
      ["classifier", "--seed", "3", "--epochs", "2", ...small, "--data", "drawn"],
      ["--estimator", "rloo:samples=4", "--out", join(at("run"), ".")],
      ["--device", "wasm", "--checkpoint-every", "7", "--json"],
    ]) {
      const { code, stderr } = await ask("train", "--resume", at("run"), ...flags);
      expect(stderr).toMatch(/has ended already, at step 8; a larger --epochs than 2 trains it further/);
      expect(code).toBe(0);
    }
  });

  test("more epochs: the bits of a run that had them from the start, with annealing by step too", async () => {
    const annealed = ["--temperature-rate", "0.01", "--decay", "0.9", "--slope-growth", "1.1", ...small];
    const run = ["classifier", "--estimator", "straight-through-gumbel-softmax", ...annealed];
    await make("two", ...run, "--epochs", "2");
    await make("five", ...run, "--epochs", "5");
    const { code, stderr } = await ask("train", "--resume", at("two"), "--epochs", "5", "--quiet");
    expect(code, stderr).toBe(0);
    expect(bytes("two").equals(bytes("five"))).toBe(true);
    for (const file of ["config.json", "metrics.jsonl"])
      expect(readFileSync(join(at("two"), file), "utf8")).toBe(readFileSync(join(at("five"), file), "utf8"));
    expect(readFileSync(join(at("two"), "README.md"), "utf8")).toContain("--epochs 5");
    expect(JSON.parse(readFileSync(join(at("two"), "summary.json"), "utf8")).steps).toBe(20);
  });

  test("what is measured at a run's end alone is measured at its new end", async () => {
    const run = ["vae", "--estimator", "reinmax", "--variables", "2", "--categories", "3", ...small];
    await make("short", ...run, "--epochs", "1");
    await make("long", ...run, "--epochs", "2");
    expect(readFileSync(join(at("short"), "metrics.jsonl"), "utf8")).toContain("bound/test");
    const { code, stderr } = await ask("train", "--resume", at("short"), "--epochs", "2", "--quiet");
    expect(code, stderr).toBe(0);
    expect(bytes("short").equals(bytes("long"))).toBe(true);
    const [a, b] = ["short", "long"].map((name) => readFileSync(join(at(name), "metrics.jsonl"), "utf8"));
    expect(a).toBe(b);
  });

  test("a longer run that stops in between has not ended", async () => {
    cpSync(at("run"), at("again"), { recursive: true });
    // What a run that was stopped after it was extended looks like: no summary, and a checkpoint before its end.
    const { code } = await ask("train", "--resume", at("again"), "--epochs", "3", "--quiet");
    expect(code).toBe(0);
    rmSync(join(at("again"), "summary.json"));
    const { stderr } = await ask("train", "--resume", at("again"), "--epochs", "2");
    expect(stderr).toMatch(/--epochs 2 contradicts .* --epochs 3/);
    expect((await ask("train", "--resume", at("again"))).code).toBe(0);
    expect(existsSync(join(at("again"), "summary.json"))).toBe(true);
  });

  test("where the length of the run is part of a schedule, or tasks are closed, it is refused", async () => {
    const tiny = ["--train-size", "200", "--test-size", "40", "--epochs", "1"];
    const cases: [string, string[], RegExp][] = [
      [
        "binary",
        ["--hidden", "8", "--batch", "50"],
        /can't extend .* learning rate of step 2 would have been/,
      ],
      ["vae", ["--hidden", "8", "--batch", "50", "--schedule", "cosine"], /can't extend .* learning rate/],
      [
        "vae",
        ["--hidden", "8", "--batch", "50", "--temperature-end", "2"],
        /can't extend .* the temperature/,
      ],
      ["continual", ["--layers", "6", "--beside", "none", "--batch", "8"], /trains every task .* closes it/],
    ];
    for (const [i, [experiment, flags, message]] of cases.entries()) {
      const estimator = experiment === "vae" ? ["--estimator", "gumbel-softmax"] : [];
      await make(`fixed${i}`, experiment, ...estimator, ...tiny, ...flags);
      const before = bytes(`fixed${i}`);
      const { code, stderr } = await ask("train", "--resume", at(`fixed${i}`), "--epochs", "2");
      expect(stderr).toMatch(message);
      expect(code).toBe(2);
      expect(bytes(`fixed${i}`).equals(before)).toBe(true);
      expect(existsSync(join(at(`fixed${i}`), "summary.json"))).toBe(true);
    }
  });
});

describe("flags before the experiment's name", () => {
  test("are read as after it", async () => {
    const before = await ask(
      "train",
      "--epochs",
      "1",
      ...small,
      "--quiet",
      "classifier",
      "--out",
      at("before"),
    );
    expect(before.code, before.stderr).toBe(0);
    expect(JSON.parse(readFileSync(join(at("before"), "config.json"), "utf8"))).toMatchObject({
      experiment: "classifier",
      settings: { epochs: 1, hidden: 6 },
    });
    // A value that is called like an experiment is a value.
    const value = await ask("train", "--out", "vae", "--estimator", "mve", "classifier");
    expect(value.stderr).toMatch(/^classifier: mve does not support/);
    expect(existsSync("vae")).toBe(false);
    const other = await ask("compare", "--seeds", "2", "--estimators", "mve,rloo", "classifier");
    expect(other.stderr).toMatch(/^classifier: mve does not support/);
  });
  test("help of a command, of an experiment, and with --help anywhere", async () => {
    for (const words of [
      ["help", "train", "vae"],
      ["train", "help", "vae"],
      ["train", "--help", "vae"],
      ["train", "vae", "-h"],
    ]) {
      const { code, stdout } = await ask(...words);
      expect(code).toBe(0);
      expect(stdout).toContain("--bound-samples");
    }
    expect((await ask("help")).stdout).toContain("Commands:");
    expect((await ask("help", "figure")).stdout).toContain("--squash");
  });
});

test("compare --resume: no flag need be repeated, and none may contradict", async () => {
  // A finished comparison, so that nothing has to be trained by workers.
  const folder = at("c");
  const configs = ["rloo", "reinmax"].flatMap((id) =>
    [0, 1].map((seed) => ({
      experiment: "classifier",
      estimator: { id, options: {} },
      data: "drawn",
      drawn: { train: 200, test: 40 },
      seed,
      settings: JSON.parse(readFileSync(join(at("run"), "config.json"), "utf8")).settings,
    })),
  );
  const header = { format: "hardgrad-sweep-1" as const, hardgrad: "0.1.0", command: "npx hardgrad compare", device: "wasm", checkpointEvery: 500 }; // biome-ignore format: one thought
  layOut(at("c"), { ...header, runs: plannedRuns(configs.map((config) => ({ config, varied: {} })), "test") }); // biome-ignore format: one thought
  for (const { estimator, seed } of configs)
    await make(`c/${estimator.id}-seed${seed}`, "classifier", "--estimator", estimator.id, "--seed", `${seed}`, "--epochs", "2", ...small); // biome-ignore format: one thought
  for (const flags of [
    [],
    ["classifier", "--estimators", "reinmax,rloo:samples=4", "--seeds", "2", ...small],
  ]) {
    const { code, stdout, stderr } = await ask("compare", ...flags, "--resume", folder, "--json");
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout).results).toHaveLength(2);
  }
  for (const [flags, message] of [
    [
      "--estimators rloo",
      /--estimators rloo contradicts .* --estimators rloo,reinmax; .* another comparison/,
    ],
    ["--seeds 3", /--seeds 3 contradicts .* --seeds 2/],
    ["--seed 1", /--seed 1 contradicts .* --seed 0/],
    ["--epochs 3", /--epochs 3 contradicts .* --epochs 2/],
    ["--data mnist", /--data mnist contradicts/],
    ["--out d", /--out d contradicts/],
  ] as const) {
    const { code, stderr } = await ask("compare", "--resume", folder, ...flags.split(" "));
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  }
  expect((await ask("compare", "vae", "--resume", folder)).stderr).toMatch(/^vae contradicts .* classifier/);
  // Whoever trains one of its runs further has another comparison: two epochs are not compared with one.
  const one = join(folder, "rloo-seed1");
  expect((await ask("train", "--resume", one, "--epochs", "3", "--quiet")).code).toBe(0);
  const further = await ask("compare", "--resume", folder);
  expect([further.code, further.stderr]).toEqual([
    1,
    expect.stringMatching(
      /rloo-seed1 was trained with epochs 3, but the plan is of 2; move .*rloo-seed1 away/,
    ),
  ]);
  rmSync(one, { recursive: true });
  cpSync(join(folder, "rloo-seed0"), one, { recursive: true });
  const copied = await ask("compare", "--resume", folder);
  expect(copied.stderr).toMatch(/rloo-seed1 was trained with seed 0, but the plan is of 1; move/);
  rmSync(join(one, "config.json"));
  const cut = await ask("compare", "--resume", folder);
  expect(cut.stderr).toMatch(
    /^\S*rloo-seed1 has no readable config\.json; move .*rloo-seed1 away, and the run/,
  );
  expect(cut.stderr).not.toMatch(/continue with/);
  writeFileSync(join(folder, "sweep.json"), "{");
  expect((await ask("compare", "--resume", folder)).stderr).toMatch(/plan\.jsonl is missing or damaged/);
});
