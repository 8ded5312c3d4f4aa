import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { hardgrad, scratch, spawned } from "../run.ts";

const cwd = scratch();
const write = (name: string, value: unknown): void =>
  writeFileSync(join(cwd, name), typeof value === "string" ? value : JSON.stringify(value));
const flags = {
  epochs: 1,
  "train-size": 200,
  "test-size": 40,
  hidden: 8,
  batch: 20,
  variables: 2,
  categories: 3,
};
const spec = { experiment: "vae", estimators: ["reinmax"], flags, device: "wasm" };

describe("a sweep file that can't be", () => {
  test.each<[unknown, RegExp]>([
    ['{ "experiment": "vae",\n  grid }', /^bad\.json:2: is not JSON/],
    [[], /^bad\.json: must be an object\.$/],
    [{}, /^bad\.json: experiment must be the name of an experiment/],
    [{ ...spec, experiment: "vea" }, /^there is no experiment "vea"; did you mean vae\?$/],
    [{ ...spec, gird: {} }, /^bad\.json: there is no key "gird"; did you mean grid\?$/],
    [
      { ...spec, report: { metric: [] } },
      /^bad\.json: report: there is no key "metric"; did you mean metrics\?$/,
    ],
    [
      { ...spec, report: { metrics: ["loss"] } },
      /^bad\.json: report\.metrics: vae has no metric "loss"; known: loss\/test/,
    ],
    [
      { ...spec, report: { by: ["hours"] } },
      /^bad\.json: report\.by\[0\] must be epoch, step, seconds or evaluations\.$/,
    ],
    [{ ...spec, grid: {} }, /^bad\.json: grid is empty; give it a value, or leave it out\.$/],
    [{ ...spec, grid: { hidden: [] } }, /^bad\.json: grid\.hidden is empty; give it a value/],
    [{ ...spec, grid: { hidden: 8 } }, /^bad\.json: grid\.hidden must be a list of values\.$/],
    [
      { ...spec, grid: { decay: [null] } },
      /^bad\.json: grid\.decay\[0\] must be a number, a text, true or false\.$/,
    ],
    [
      { ...spec, grid: { hiden: [8] } },
      /^bad\.json: grid\.hiden\[0\]: there is no flag "hiden"; did you mean hidden\?$/,
    ],
    [
      { ...spec, grid: { variables: [8, "x"] } },
      /^bad\.json: grid\.variables\[1\] must be a whole number from .*, not "x"\.$/,
    ],
    [
      { ...spec, grid: { latents: ["binary"] } },
      /^bad\.json: grid\.latents\[0\] must be one of categorical, bernoulli/,
    ],
    [
      { ...spec, grid: { hidden: [4] } },
      /^bad\.json: grid\.hidden is said already, in flags; say it once\.$/,
    ],
    [{ ...spec, list: [{ "learning-rate": 1, learningRate: 2 }] }, /^bad\.json: list\[0\] says a flag twice/],
    [
      { ...spec, list: [{ data: "minst" }] },
      /^bad\.json: list\[0\]\.data: there is no dataset "minst"; did you mean mnist\?$/,
    ],
    [{ ...spec, estimators: [] }, /^bad\.json: estimators is empty/],
    [
      { ...spec, estimators: ["reinmax", "rlo"] },
      /^bad\.json: estimators\[1\]: there is no estimator "rlo"; did you mean rloo\?$/,
    ],
    [{ ...spec, seeds: 0 }, /^bad\.json: seeds must be a whole number from 1 to 1000\.$/],
    [
      { ...spec, seeds: [1, 2, 1] },
      /^bad\.json: reinmax-temperature-1\.3-seed1 and reinmax-temperature-1\.3-seed1 are the same run; ask for it once\.$/,
    ],
    [{ ...spec, grid: { "learning-rate": [0.1, 1e-1] } }, /are the same run; ask for it once\.$/],
    [{ ...spec, device: "gpu" }, /^bad\.json: device must be one of auto, native, wasm, webgpu\.$/],
    [{ ...spec, estimators: ["disarm", "reinmax"] }, /^vae: disarm does not support/],
    [{ ...spec, grid: { "train-size": [10] }, flags: { batch: 20 } }, /batch/],
  ])("%j", async (value, message) => {
    write("bad.json", value);
    const { code, stdout, stderr } = await hardgrad(["sweep", "bad.json", "--out", "no"], { cwd });
    expect(stderr.trim()).toMatch(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect([code, stdout, existsSync(join(cwd, "no"))]).toEqual([2, "", false]);
  });

  test("no file, and a module without a default export", async () => {
    const none = await hardgrad(["sweep", "none.json"], { cwd });
    expect([none.code, none.stderr]).toEqual([
      1,
      "none.json: there is no such file; give a sweep file, such as sweep.json.\n",
    ]);
    write("empty.mjs", "export const a = 1;");
    expect((await hardgrad(["sweep", "./empty.mjs"], { cwd })).stderr).toMatch(
      /^\.\/empty\.mjs: the default export is missing/,
    );
    expect((await hardgrad(["sweep"], { cwd })).stderr).toMatch(/^sweep needs a file/);
    expect((await hardgrad(["work", "nowhere"], { cwd })).stderr).toMatch(
      /nowhere: it does not exist; give the folder of a sweep/,
    );
  });
});

describe("a plan", () => {
  const lines = (folder: string) =>
    readFileSync(join(cwd, folder, "plan.jsonl"), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
  const plan = (name: string, folder: string) =>
    hardgrad(["sweep", name, "--out", folder, "--plan", "--quiet"], { cwd });

  test("one line per run, the same from JSON and from a module; keys are of what is computed", async () => {
    const grid = { hidden: [8, 9], latents: ["categorical", "bernoulli"] };
    const { hidden, ...rest } = flags;
    const value = {
      ...spec,
      flags: rest,
      grid,
      list: [{ schedule: "constant" }, { schedule: "cosine" }],
      seeds: { first: 3, count: 2 },
    };
    write("plan.json", value);
    write("plan.mjs", `export default ${JSON.stringify(value)};`);
    expect((await plan("plan.json", "p")).code).toBe(0);
    expect((await plan("./plan.mjs", "q")).code).toBe(0);
    const runs = lines("p");
    expect(lines("q")).toEqual(runs);
    expect(runs).toHaveLength(2 * 2 * 2 * 2);
    expect(new Set(runs.map((run) => run.key)).size).toBe(16);
    expect(new Set(runs.map((run) => run.name)).size).toBe(16);
    expect(runs[0]).toMatchObject({
      name: "reinmax-temperature-1.3-schedule-constant-hidden-8-latents-categorical-seed3",
      group: "reinmax:temperature=1.3 schedule=constant hidden=8 latents=categorical",
      varied: { schedule: "constant", hidden: 8, latents: "categorical" },
      config: { experiment: "vae", seed: 3, settings: { hidden: "8", epochs: 1 } },
    });
    write("same.json", { ...value, flags: { ...rest, optimizer: "adam" } }); // a default that is said
    expect((await plan("same.json", "p")).code).toBe(0);
    write("other.json", { ...value, flags: { ...rest, epochs: 2 } });
    const other = await plan("other.json", "p");
    expect([other.code, other.stderr]).toEqual([
      2,
      "p is the folder of a different plan: it has no reinmax-temperature-1.3-schedule-constant-hidden-8-latents-categorical-seed3; choose another --out, or work off the plan that is there with: npx hardgrad work p.\n",
    ]);
    const waiting = await hardgrad(["sweep", "status", "p", "--json"], { cwd });
    expect(JSON.parse(waiting.stdout)).toMatchObject({ done: 0, running: 0, failed: 0, waiting: 16 });
    const nothing = await hardgrad(["sweep", "report", "p"], { cwd });
    expect([nothing.code, nothing.stderr]).toEqual([
      1,
      "p has no run that ended well; see npx hardgrad sweep status p.\n",
    ]);
  });

  test("of another version, a folder of something else, a damaged one", async () => {
    cpSync(join(cwd, "p"), join(cwd, "old"), { recursive: true });
    const header = join(cwd, "old", "sweep.json");
    writeFileSync(header, readFileSync(header, "utf8").replace(/"hardgrad": "[^"]+"/, '"hardgrad": "0.0.9"'));
    const old = await hardgrad(["work", "old"], { cwd });
    expect([old.code, old.stderr]).toEqual([
      2,
      expect.stringMatching(/^old was planned by hardgrad 0\.0\.9, and this is .*plan the sweep again/),
    ]);
    mkdirSync(join(cwd, "mine"));
    expect((await plan("plan.json", "mine")).stderr).toMatch(
      /^mine exists and is no sweep; runs are never overwritten/,
    );
    writeFileSync(join(cwd, "old", "plan.jsonl"), "{");
    expect((await hardgrad(["work", "old"], { cwd })).stderr).toMatch(/plan\.jsonl is missing or damaged/);
  });
});

describe("runs that fail, and a computer that computes otherwise", () => {
  const folder = join(cwd, "fails");
  const read = (name: string) => JSON.parse(readFileSync(join(folder, name), "utf8"));
  const bad = "straight-through-learning-rate-10-seed0";
  beforeAll(() => {
    write("fails.json", {
      experiment: "classifier",
      estimators: ["straight-through"],
      flags: {
        epochs: 4,
        "train-size": 600,
        "test-size": 40,
        hidden: 30,
        batch: 50,
        unit: "linear",
        momentum: 0.999,
      },
      device: "wasm",
      grid: { "learning-rate": [10, 0.001] },
      report: { metrics: ["accuracy/test"], by: ["seconds", "step", "evaluations"] },
    });
    const { code, stdout, stderr } = spawned(["sweep", "fails.json", "--out", "fails", "--jobs", "1"], {
      cwd,
    });
    expect([code, stdout]).toEqual([1, expect.stringContaining("learning-rate=0.001")]);
    expect(stderr.trim().split("\n").at(-1)).toMatch(
      /^straight-through-learning-rate-10-seed0 failed: the loss became NaN by step \d+; .*; try again with: npx hardgrad sweep retry fails\.$/,
    );
  });

  test("the reason is recorded, the others have gone on, and the report counts them alone", async () => {
    const { runs, ...counts } = JSON.parse(
      (await hardgrad(["sweep", "status", "fails", "--json"], { cwd })).stdout,
    );
    expect(counts).toMatchObject({ done: 1, running: 0, failed: 1, waiting: 0 });
    expect(runs[0]).toMatchObject({ name: bad, state: "failed", times: 1, log: `fails/logs/${bad}.log` });
    expect(runs[0].reason).toMatch(/^the loss became NaN/);
    expect(readFileSync(join(cwd, runs[0].log), "utf8")).toMatch(
      /begins at step 0.*\n.*failed: the loss became NaN/,
    );
    const { stdout } = await hardgrad(["sweep", "status", "fails"], { cwd });
    expect(stdout).toMatch(
      /^fails: 1 of 2 runs done, 0 running, 1 failed, 0 waiting\nfailed {3}\S+: the loss .*; log: .*\ntry again/,
    );
    const { results, failed } = read("results.json");
    expect(results).toHaveLength(1);
    expect(failed).toMatchObject([{ name: bad }]);
    const page = readFileSync(join(folder, "report.html"), "utf8");
    expect(page).toContain("1 run failed and is not counted");
    expect(page).toContain("seconds of training");
    expect(page).toContain("evaluations of the loss");
    expect(page).not.toMatch(/NaN(?! by step)|undefined|<script|epoch<\/label>|[Gg]radient variance/);
    const [head, ...rows] = readFileSync(join(folder, "results.csv"), "utf8").trim().split("\n");
    expect(head).toMatch(/^estimator,learning-rate,seeds,/);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatch(/^straight-through,0\.001,0,/);
  });

  test("retry: again, from where it stopped, but not for ever", async () => {
    const retry = (...more: string[]) =>
      spawned(["sweep", "retry", "fails", "--jobs", "1", ...more], { cwd });
    expect(retry().code).toBe(1);
    const spent = retry("--at-most", "2");
    expect([spent.code, spent.stderr]).toEqual([
      0,
      `${bad}: failed 2 times or more; a larger --at-most tries again\nfails has no failed run to try again\n`,
    ]);
    expect(read(`failed/${bad}.json`).times).toBe(2);
  });

  test("a computer of other bits is refused by name", async () => {
    cpSync(folder, join(cwd, "elsewhere"), { recursive: true });
    writeFileSync(join(cwd, "elsewhere", "computer.txt"), "native (OpenBLAS 9, Z80 kernels, 1 thread)\n");
    rmSync(join(cwd, "elsewhere", "failed"), { recursive: true });
    const { code, stderr } = await hardgrad(["work", "elsewhere", "--quiet"], { cwd });
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(
        /^elsewhere was begun on native \(OpenBLAS 9, Z80 .*, and this machine has wasm .*; use a machine like the first, or /,
      ),
    ]);
  });

  test("a run that lies in the place of another is refused", async () => {
    const good = readdirSync(folder).find((name) => name.endsWith("-0.001-seed0"))!;
    renameSync(join(folder, good), join(folder, bad));
    const { code, stderr } = await hardgrad(["sweep", "report", "fails"], { cwd });
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/was trained with learningRate 0\.001, but the plan is of 10; move/),
    ]);
  });
});
