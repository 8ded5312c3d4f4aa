import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { outside, scratch, spawned } from "../run.ts";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
let cwd = "";

beforeAll(() => {
  cwd = scratch();
  symlinkSync(join(root, "node_modules"), join(cwd, "node_modules"));
  for (const name of ["estimator.mjs", "problem.mjs", "layer.mjs", "experiment.mjs"])
    copyFileSync(join(root, "examples/own", name), join(cwd, name));
});
const write = (name: string, text: string): void => writeFileSync(join(cwd, name), text);
const run = (...args: string[]) => outside(args, { cwd });

test("examples are short", () => {
  for (const name of ["estimator.mjs", "problem.mjs", "layer.mjs", "experiment.mjs"])
    expect(readFileSync(join(cwd, name), "utf8").split("\n").length, name).toBeLessThanOrEqual(41);
});

describe("an estimator of one's own", () => {
  test("is audited beside ours, with options, and shown", async () => {
    const { code, stdout } = await run(
      "audit",
      "./estimator.mjs,./estimator.mjs:scale=2,rloo",
      "--samples",
      "500",
      "--json",
    );
    expect(code).toBe(0);
    const labels = JSON.parse(stdout).rows.map((row: { label: string }) => row.label);
    expect(labels).toEqual(["./estimator.mjs", "./estimator.mjs:scale=2", "rloo"]);
    expect((await run("show", "./estimator.mjs")).stdout).toContain("scale = 0.5: factor on the gradient");
  });

  test("the slope of one's own on the page of estimators works as printed", async () => {
    const page = readFileSync(join(root, "docs/own-estimator.md"), "utf8");
    const [, path] = /A slope of your own[^\n]*\n\n```js\n([\s\S]*?)```/.exec(page)!;
    const options =
      '{ width: { type: "number", default: 2, min: 0.1, max: 100, help: "where the slope is zero" } }';
    write("triangle.mjs", `import { numpy as np } from "@jax-js/jax";
import { defineEstimator, detach, drawHard, linearGradient } from "hardgrad";
export default defineEstimator({
  id: "triangle", title: "Triangle", family: "straight-through", supports: ["bernoulli"], unbiased: false,
  formula: "g max(0, 1 - |a| / width)", note: "A triangle.", options: ${options},
  ${path}
});\n`); // biome-ignore format: one file
    const { code, stderr } = await run("check", "./triangle.mjs", "--samples", "2000", "--quiet");
    expect([code, stderr]).toEqual([0, ""]);
  });

  test("the estimator of several samples on that page works as printed", async () => {
    const page = readFileSync(join(root, "docs/own-estimator.md"), "utf8");
    const [, members] = /An estimator that compares K samples[^\n]*\n\n```js\n([\s\S]*?)```/.exec(page)!;
    write("sign.mjs", `import { numpy as np } from "@jax-js/jax";
import { defineEstimator, detach, drawHard, drawNoise, overEvent, score, withLogitGradient } from "hardgrad";
export default defineEstimator({
  id: "sign", title: "Sign", family: "score function", supports: ["bernoulli"], unbiased: false,
  formula: "mean_k sign(f(D_k) - mean f) score(D_k)", note: "The sign of the advantage.",
  ${members}
});\n`); // biome-ignore format: one file
    const { code, stderr } = await run("check", "./sign.mjs", "--samples", "2000", "--quiet");
    expect([code, stderr]).toEqual([0, ""]);
  });

  test("check: every claim holds; one that is false is said, with exit 1", async () => {
    const good = await run("check", "./estimator.mjs", "--samples", "2000");
    expect(good.stderr).toContain("every claim holds");
    expect(good.code).toBe(0);
    write(
      "lie.mjs",
      readFileSync(join(cwd, "estimator.mjs"), "utf8").replace("unbiased: false", "unbiased: true"),
    );
    const bad = await run("check", "./lie.mjs");
    expect(bad.code).toBe(1);
    const page = readFileSync(join(root, "docs/own-estimator.md"), "utf8");
    const [, printed] = /prints\n\n```\n(FALSE[\s\S]*?)```/.exec(page)!;
    const words = (text: string): string => text.replace(/\s+/g, " ");
    expect(words(bad.stdout), "the lines of docs/own-estimator.md").toContain(words(printed!));
    const json = JSON.parse((await run("check", "./lie.mjs", "--samples", "2000", "--json")).stdout);
    expect(json.findings.some((f: { holds: boolean }) => !f.holds)).toBe(true);
  });

  test("trains; the run says which file it was, resumes, and refuses another", async () => {
    const train = [
      "train",
      "classifier",
      "--epochs",
      "1",
      "--train-size",
      "600",
      "--test-size",
      "100",
      "--quiet",
    ];
    const first = await run(...train, "--estimator", "./estimator.mjs:scale=2", "--out", "run");
    expect(first.stderr).toBe("");
    expect(first.code).toBe(0);
    const { estimator, files } = JSON.parse(readFileSync(join(cwd, "run/config.json"), "utf8"));
    expect(estimator).toEqual({ id: "./estimator.mjs", options: { scale: 2 } });
    expect(files["./estimator.mjs"]).toEqual({
      path: join(cwd, "estimator.mjs"),
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect((await run("train", "--resume", "run", "--epochs", "2", "--quiet")).code).toBe(0);
    const kept = readFileSync(join(cwd, "estimator.mjs"), "utf8");
    write("estimator.mjs", `${kept}// changed\n`);
    const refused = await run("train", "--resume", "run", "--epochs", "3");
    rmSync(join(cwd, "estimator.mjs"));
    const gone = await run("train", "--resume", "run", "--epochs", "3");
    write("estimator.mjs", kept);
    expect([gone.code, gone.stderr]).toEqual([
      1,
      `run was made with ./estimator.mjs, and ${join(cwd, "estimator.mjs")} is not there; put that file back, or train a new run.\n`,
    ]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(
      /^run was made with another \.\/estimator\.mjs \(SHA-256 .*\); put that file back.*\n$/,
    );
  });

  test("is compared with ours, in the workers", async () => {
    const { code, stdout, stderr } = await run("compare", "classifier", "--estimators", "./estimator.mjs,reinmax", "--epochs", "1", "--train-size", "600", "--test-size", "100", "--jobs", "1", "--quiet", "--out", "both"); // biome-ignore format: one command
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(stdout).toContain("./estimator.mjs");
    expect(readFileSync(join(cwd, "both/estimator.mjs-seed0/config.json"), "utf8")).toContain("sha256");
  });

  test("paths with commas and colons; two files of one name have folders of their own", async () => {
    const text = readFileSync(join(cwd, "estimator.mjs"), "utf8");
    for (const folder of ["v1", "v2"]) mkdirSync(join(cwd, folder));
    for (const name of ["a,b.mjs", "C:mine.mjs", "v1/mine.mjs", "v2/mine.mjs"]) write(name, text);
    const specs = ["./a,b.mjs:scale=2", "./C:mine.mjs:scale=3", "rloo"];
    const audit = await run("audit", specs.join(), "--samples", "200", "--warmup", "0", "--json");
    expect(audit.stderr).toBe("");
    expect(JSON.parse(audit.stdout).rows.map((row: { label: string }) => row.label)).toEqual(specs);
    const missing = await run("audit", "./a,b,rloo", "--samples", "200");
    expect([missing.code, missing.stderr]).toEqual([
      2,
      "there is no estimator ./a; the name of a module ends in .js, .mjs, .ts or .mts.\n",
    ]);
    const compare = (estimators: string) => run("compare", "classifier", "--estimators", estimators, "--epochs", "1", "--train-size", "200", "--test-size", "100", "--jobs", "1", "--quiet", "--out", "versions"); // biome-ignore format: one command
    const { code, stderr } = await compare("./v1/mine.mjs:scale=2,./v1/mine.mjs,./v2/mine.mjs");
    expect([code, stderr]).toEqual([0, ""]);
    const folders = readdirSync(join(cwd, "versions")).filter((name) => /-seed\d+$/.test(name));
    expect(folders.sort()).toEqual(["v1-mine.mjs-scale-2-seed0", "v1-mine.mjs-seed0", "v2-mine.mjs-seed0"]);
    write("v1-mine.mjs", text);
    rmSync(join(cwd, "versions"), { recursive: true });
    const same = await compare("./v1/mine.mjs,./v1-mine.mjs");
    expect([same.code, same.stderr]).toEqual([
      2,
      "--estimators: the runs of ./v1/mine.mjs and ./v1-mine.mjs would have one folder, v1-mine.mjs; rename one of the files.\n",
    ]);
  });

  test("a second copy of jax-js is refused by name: its arrays are strangers", async () => {
    const jax = join(cwd, "other/node_modules/@jax-js/jax");
    mkdirSync(jax, { recursive: true });
    writeFileSync(join(jax, "package.json"), '{ "name": "@jax-js/jax", "main": "index.js" }');
    writeFileSync(join(jax, "index.js"), "");
    write("other/mine.mjs", 'import "@jax-js/jax";\nexport default () => {};\n');
    const { code, stderr } = await run("show", "./other/mine.mjs");
    expect(code).toBe(1);
    expect(stderr).toMatch(/^\.\/other\/mine\.mjs: imports another copy of @jax-js\/jax \(.*other.*\) than .*npm install @hardgrad\/cli; .*\n$/); // biome-ignore format: one sentence
    write("other/plain.mjs", "export const a = 1;\n"); // needs no jax-js
    expect((await run("show", "./other/plain.mjs")).stderr).toContain("the default export is missing");
  });

  test("a package of ours that is not installed is said with what to install", async () => {
    write("unmet.mjs", 'import "@hardgrad/nothing";\nexport default 1;\n');
    expect((await run("show", "./unmet.mjs")).stderr).toMatch(/Cannot find package '@hardgrad\/nothing' .*: npm install @hardgrad\/cli; then npx hardgrad there\.\n$/); // biome-ignore format: one sentence
    write("left.mjs", 'import "left-pad-of-nobody";\nexport default 1;\n');
    expect((await run("show", "./left.mjs")).stderr).not.toContain("npm install");
  });

  test("what can't be one is said in one sentence with the file", async () => {
    write("syntax.mjs", "// one\nexport default { a: \n");
    write("throws.mjs", "\nthrow new Error('oh no');\n");
    write("named.mjs", "export const a = 1;\n");
    write("number.mjs", "export default 3;\n");
    write("empty.mjs", "export default () => ({});\n");
    write("promise.mjs", "export default Promise.resolve(1);\n");
    write("async.mjs", "export default async () => ({});\n");
    write("null.mjs", "export default () => { throw null; };\n");
    write("never.mjs", "await new Promise(() => {});\n");
    mkdirSync(join(cwd, "folder.mjs"));
    const say = async (name: string): Promise<[number | null, string]> => {
      const { code, stderr } = await run("show", name);
      return [code, stderr];
    };
    expect(await say("./absent.mjs")).toEqual([
      1,
      "./absent.mjs: there is no such file; give the path of a module.\n",
    ]);
    expect((await say("./syntax.mjs"))[1]).toMatch(/^\.\/syntax\.mjs:[23]: can't be loaded: .*\.\n$/);
    expect(await say("./throws.mjs")).toEqual([1, "./throws.mjs:2: can't be loaded: oh no.\n"]);
    expect((await say("./named.mjs"))[1]).toMatch(/^\.\/named\.mjs: the default export is missing; .*\n$/);
    expect(await say("./number.mjs")).toEqual([
      2,
      "./number.mjs: its default export must be a function that makes an estimator, such as defineEstimator({...}) returns.\n",
    ]);
    expect(await say("./promise.mjs")).toEqual([
      1,
      "./promise.mjs: the default export is a promise; write export default await.\n",
    ]);
    expect((await say("./async.mjs"))[1]).toMatch(/must return an estimator, but returns none/);
    expect(await say("./null.mjs")).toEqual([
      2,
      "./null.mjs: its default export fails without options: null.\n",
    ]);
    const never = spawned(["show", "./never.mjs"], { cwd });
    expect([never.code, never.stderr]).toEqual([
      13,
      "a promise is waited for that nothing settles; look at what your module awaits.\n",
    ]);
    expect((await say("./folder.mjs"))[1]).toMatch(/^\.\/folder\.mjs: is a folder/);
    expect((await say("./empty.mjs"))[1]).toMatch(/must return an estimator, but losses is missing/);
    expect((await run("train", "./number.mjs")).stderr).toMatch(/must be an experiment, but is a number/);
  });
});

test("what a module prints is not in the data", async () => {
  write("prints.mjs", 'console.log("hello");\nimport { rloo } from "hardgrad";\nexport default rloo;\n');
  const { stdout, stderr } = await run("audit", "./prints.mjs", "--problem", "toy", "--samples", "200", "--json", "--quiet"); // biome-ignore format: one command
  expect(JSON.parse(stdout).rows).toHaveLength(1);
  expect(stderr).toBe("hello\n");
});

test("a layer of a trained run is a problem, audited a part at a time", async () => {
  const trained = await run("train", "classifier", "--hidden", "32", "--epochs", "1", "--train-size", "600", "--test-size", "100", "--quiet", "--out", "run-of-32"); // biome-ignore format: one command
  expect(trained.stderr).toBe("");
  const audit = (...more: string[]) => outside(["audit", "exact,rloo", "--problem", "./layer.mjs", "--samples", "500", ...more], { cwd, env: { RUN: "run-of-32" } }); // biome-ignore format: one command
  const { rows, states, mean } = JSON.parse((await audit("--units", "0-3", "--json")).stdout);
  expect(states).toBe(16);
  expect(mean).toBeGreaterThan(0);
  expect(rows.map((row: { verdict: string }) => row.verdict)).toEqual(["no bias found", "no bias found"]);
  const whole = await audit();
  expect(whole.code).toBe(1);
  expect(whole.stderr).toMatch(/4294967296 states are more than .*--units 0-7\.\n$/);
});

test("a problem of one's own is checked", async () => {
  expect((await run("check", "./problem.mjs", "--quiet")).code).toBe(0);
  write("bad-problem.mjs", 'export default { distribution: "bernoulli", logits: [0, 1], objective: (b, { np }) => np.log(np.sum(b, -1)) };\n'); // biome-ignore format: one file
  const { code, stdout } = await run("check", "./bad-problem.mjs");
  expect(code).toBe(1);
  expect(stdout).toContain("the objective is -Infinity at the state [0, 0]");
});

describe("an experiment of one's own", () => {
  test("trains with its own options, resumes, and is compared", async () => {
    mkdirSync(join(cwd, "runs"), { recursive: true });
    const { code, stderr } = await run("train", "./experiment.mjs", "--epochs", "1", "--hidden", "20", "--train-size", "600", "--test-size", "100", "--quiet", "--out", "runs/own"); // biome-ignore format: one command
    expect(stderr).toBe("");
    expect(code).toBe(0);
    const { experiment, settings, files } = JSON.parse(
      readFileSync(join(cwd, "runs/own/config.json"), "utf8"),
    );
    expect(experiment).toBe("./experiment.mjs");
    expect(settings.hidden).toBe(20);
    expect(Object.keys(files)).toEqual(["./experiment.mjs"]);
    expect((await run("train", "--resume", "runs/own", "--epochs", "2", "--quiet")).code).toBe(0);
    const compared = await run("compare", "./experiment.mjs", "--estimators", "reinmax,rloo", "--epochs", "1", "--train-size", "600", "--test-size", "100", "--jobs", "1", "--quiet", "--out", "runs/two"); // biome-ignore format: one command
    expect(compared.stderr).toBe("");
    expect(compared.code).toBe(0);
  });

  test("check: it trains, repeats and resumes", async () => {
    const { code, stdout } = await run("check", "./experiment.mjs", "--quiet");
    expect(stdout).toBe("ok     trains (1)\nok     same seed (1)\nok     resumes (1)\n");
    expect(code).toBe(0);
  });
});
