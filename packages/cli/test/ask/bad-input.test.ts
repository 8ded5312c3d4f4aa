import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { ask, hardgrad, scratch } from "../run.ts";

const small = ["--epochs", "1", "--train-size", "200", "--test-size", "50"];

/** Arguments, exit code, and what the one sentence must say. */
const table: [string[], number, RegExp][] = [
  [["trian"], 2, /did you mean train/],
  [["list", "--jsn"], 2, /unknown option.*--jsn/],
  [["show", "reinmx"], 2, /did you mean reinmax/],
  [["show", "zzzzzzzz"], 2, /known: exact/],
  [["show", "constructor"], 2, /no estimator "constructor"; known: exact/],
  [["train", "__proto__"], 2, /no experiment "__proto__"; known: classifier/],
  [["audit", "rloo", "--problem", "toString"], 2, /no problem "toString"; known: toy/],
  [["audit", "rloo:constructor=1"], 2, /rloo has no option "constructor"; known: samples/],
  [
    ["audit", "rloo:samples=2:samples=3"],
    2,
    /"rloo:samples=2:samples=3": samples is given twice; give it once/,
  ],
  [
    ["audit", "./mine.cjs"],
    2,
    /no estimator \.\/mine\.cjs; the name of a module ends in \.js, \.mjs, \.ts or \.mts/,
  ],
  [["show"], 2, /^hardgrad show needs an argument: hardgrad show ID\.$/],
  [["show", "rloo", "disarm"], 2, /unexpected argument "disarm": hardgrad show takes one argument, id;/],
  [["list", "a"], 2, /unexpected argument "a": hardgrad list takes flags only;/],
  [["list", "--out="], 2, /unknown option '--out' of hardgrad list; hardgrad list --help lists the flags\.$/],
  [["list", "--json=yes"], 2, /^--json of hardgrad list takes no value; leave out what follows it/],
  [["judge", "--no-gan-train=3"], 2, /^--no-gan-train of hardgrad judge takes no value/],
  [["audit", "rloo", "reinmax"], 2, /unexpected argument "reinmax".*write lists with commas/],
  [["audit", ""], 2, /an argument of hardgrad audit is empty/],
  [["train", "classifier", "--epochs", "1", "2"], 2, /unexpected argument "2": hardgrad train classifier/],
  [
    ["train", "classifier", "--epochs"],
    2,
    /^--epochs needs a value after it; hardgrad train classifier --help/,
  ],
  [["train", "classifier", "--out", "", ...small], 2, /^--out is empty; give it a value, or leave it out/],
  [["train", "--resume="], 2, /^--resume is empty/],
  [["compare", "--resume", ""], 2, /^--resume is empty/],
  [
    ["train", "classifier", "--train-images", "5"],
    2,
    /unknown option '--train-images' of hardgrad train classifier; hardgrad train classifier --help lists/,
  ],
  [
    ["train", "--seeds", "5", "--out", "x"],
    2,
    /unknown option '--seeds' of hardgrad train; did you mean --seed/,
  ],
  [["compare", "vae", "--estimator", "rloo"], 2, /did you mean --estimators\?$/],
  [
    ["train", "classifier", "--estimator", "rloo,reinmax"],
    2,
    /takes one estimator.*hardgrad compare classifier --estimators rloo,reinmax\.$/,
  ],
  [["train"], 2, /needs an experiment/],
  [["train", "clasifier"], 2, /did you mean classifier/],
  [["train", "classifier", "--estimator", "rlo"], 2, /did you mean rloo/],
  [["train", "classifier", "--estimator", "rloo:samples=1"], 2, /samples must be a whole number from 2/],
  [["train", "classifier", "--estimator", "rloo:sample=4"], 2, /did you mean samples/],
  [["train", "classifier", "--estimator", "rloo:samples"], 2, /must be option=value/],
  [["train", "classifier", "--epochs", "many"], 2, /--epochs must be a whole number from 1 .*"many"/],
  [["train", "classifier", "--learning-rate", "-1"], 2, /--learning-rate must be a number from/],
  [["train", "classifier", "--mode", "quantum"], 2, /--mode must be one of stochastic, deterministic/],
  [["train", "classifier", "--seed", "1.5"], 2, /--seed must be a whole number/],
  [["train", "classifier", "--data", "minst"], 2, /did you mean mnist/],
  [["train", "classifier", "--device", "tpu"], 2, /no device "tpu"; known: auto, native, wasm, webgpu\.$/],
  [["train", "classifier", "--device", "gpu"], 2, /did you mean webgpu\?$/],
  [["compare", "classifier", "--device", "CUDA"], 2, /did you mean webgpu\?$/],
  [["verify", "nowhere", "--device", "cpu"], 2, /no device "cpu"; did you mean auto\?$/],
  [["judge", "--data", "mnist", "--device", "cpu"], 2, /no device "cpu"/],
  [["audit", "reinmax", "--device", "cpu"], 2, /device cpu|device "cpu"/],
  [["train", "vea"], 2, /did you mean vae/],
  [["train", "--epochs", "1", "clasifier", "--seed", "2"], 2, /did you mean classifier/],
  [["train", "--seed", "1.5", "classifier"], 2, /--seed must be a whole number/],
  [
    ["train", "--epochz", "1", "classifier"],
    2,
    /unknown option '--epochz' of hardgrad train classifier; did you mean --epochs\?/,
  ],
  [["--quiet", "train", "classifier"], 2, /"--quiet" comes before the command.*hardgrad train --quiet/],
  [["help", "nosuch"], 2, /there is no command "nosuch"; known: list/],
  [["help", "trian"], 2, /did you mean train/],
  [["help", "train", "clasifier"], 2, /did you mean classifier/],
  [
    ["train", "classifier", "--data", "mnist", "--train-size", "10"],
    2,
    /--train-size and --test-size are for --data drawn/,
  ],
  [["train", "classifier", "--estimator", "exact", ...small], 2, /enumerates 2\^100/],
  [
    ["train", "classifier", "--estimator", "rloo", "--mode", "deterministic", ...small],
    2,
    /learns from samples/,
  ],
  [["train", "classifier", "--batch", "5000", ...small], 2, /more than the 200 training examples/],
  [["train", "vae", "--hidden", "512x256"], 2, /--hidden must be at most 8 sizes .* joined by -.*"512x256"/],
  [["train", "vae", "--hidden", "0"], 2, /--hidden must be at most 8 sizes/],
  [["train", "vae", "--variables", "0"], 2, /--variables must be a whole number from 1/],
  [["train", "vae", "--binarize", "grey"], 2, /--binarize must be one of none, threshold, dynamic/],
  [["train", "vae", "--hidden-rate", "1"], 2, /unknown option.*--hidden-rate/],
  [
    ["train", "classifier", "--latents", "bernoulli"],
    2,
    /unknown option.*--latents.* it is a flag of vae, sbn;/,
  ],
  [["train", "vae", "--estimator", "arm", ...small], 2, /does not support categorical latents/],
  [["train", "vae", "--estimator", "exact", ...small], 2, /evaluates 409600 latent states/],
  [
    ["train", "vae", "--temperature-end", "2", "--estimator", "rloo", ...small],
    2,
    /no temperature to anneal/,
  ],
  [["train", "vae", "--estimator", "reinmax:temperature=0.5"], 2, /temperature must be a number from 1/],
  [["train", "classifier", "--data", "binarized-mnist"], 2, /binarized-mnist has no labels/],
  [
    ["train", "vae", "--data", "binarized-mnist"],
    1,
    /can't be downloaded; set HARDGRAD_DATA .*binarized_mnist_train\.amat and .* from http:\S+ .*--binarize dynamic/,
  ],
  [["train", "classifier", "--batch", "100", "--train-size", "1"], 2, /at least 2, so more data are needed/],
  [["train", "classifier", "--mode", "deterministic", "--estimator", "gumbel-rao"], 2, /learns from samples/],
  [["train", "binary", "--estimator", "reinmax-cv"], 2, /reinmax-cv can't train them/],
  [["compare", "classifier", "--estimators", "reinmax,mve", "--out", "c"], 2, /^classifier: mve does not/],
  [
    ["compare", "vae", "--estimators", "reinmax,disarm,arm", "--out", "c"],
    2,
    /^vae: disarm does not support .* vae: arm does not support/,
  ],
  [["compare", "classifier", "--estimators", "rloo,rloo:samples=4"], 2, /names one twice/],
  [["compare", "classifier", "--seed", "4294967295", "--seeds", "2"], 2, /--seed must be .* to 4294967294/],
  [
    ["compare", "generator", "--mode", "supervised", "--estimators", "reinmax,rloo"],
    2,
    /would train the same network 2 times: no estimator is used: every digit is given/,
  ],
  [["compare"], 2, /needs an experiment/],
  [["compare", "--resume", "nowhere"], 1, /nowhere: it does not exist/],
  [["figure", "units", "--seed", "2"], 2, /--seed is not an option of figure units/],
  [["figure", "--out", "a.svg"], 2, /--out needs the name of a figure/],
  [["judge", "--data", "drawn", "--count", "5"], 2, /--count is for judging a run/],
  [["compare", "va"], 2, /no experiment "va"/],
  [["train", "--resume", "nowhere"], 1, /nowhere: it does not exist/],
  [["compare", "classifier", "--estimators", ","], 2, /--estimators is empty/],
  [["compare", "classifier", "--estimators", "rloo,rloo"], 2, /names one twice/],
  [["compare", "classifier", "--estimators", "rloo,nope"], 2, /no estimator "nope"/],
  [["compare", "classifier", "--seeds", "0"], 2, /--seeds must be a whole number from 1/],
  [["figure", "neurn"], 2, /did you mean neuron/],
  [["figure", "neuron", "--out", "a.gif"], 2, /must end in \.svg, \.png, \.csv/],
  [["figure", "neuron", "--slope", "zero"], 2, /--slope must be a number/],
  [["figure", "units", "--slope", "2"], 2, /not an option of figure units/],
  [["figure", "neuron", "--out", "missing/a.svg"], 1, /cannot write .*a\.svg/],
];

describe("bad input: one sentence on stderr, the right exit code, nothing left on disk", () => {
  // In this process, since starting one for each case takes longer than all of them; nothing may be made here either.
  test.each(table)("%j", async (args, code, message) => {
    vi.stubEnv("HARDGRAD_DATA", "");
    const before = readdirSync(".");
    const result = await ask(...args);
    expect(result.stderr.trim()).toMatch(message);
    expect(result.stderr.trim().split("\n").length).toBe(1);
    expect(result.code).toBe(code);
    expect(result.stdout).toBe("");
    expect(readdirSync(".")).toEqual(before);
  });

  test("as a process: the same sentence, the exit code, an empty folder", async () => {
    for (const args of [
      ["train", "clasifier"],
      ["list", "--jsn"],
      ["help", "nosuch"],
    ]) {
      const cwd = scratch();
      const result = await await hardgrad(args, { cwd });
      expect(result.stderr.trim().split("\n").length).toBe(1);
      expect([result.code, result.stdout, readdirSync(cwd)]).toEqual([2, "", []]);
    }
  });

  test("existing and unwritable output", async () => {
    const cwd = scratch();
    mkdirSync(join(cwd, "run"));
    writeFileSync(join(cwd, "file"), "mine");
    writeFileSync(join(cwd, "a.svg"), "mine");
    expect(await await hardgrad(["train", "classifier", "--out", "run", ...small], { cwd })).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/run exists and runs are never overwritten/),
    });
    expect(await await hardgrad(["compare", "classifier", "--out", "run", ...small], { cwd })).toMatchObject({
      code: 2,
    });
    const blocked = await await hardgrad(["train", "classifier", "--quiet", "--out", "file/run", ...small], {
      cwd,
    });
    expect(blocked).toMatchObject({ code: 1, stderr: expect.stringMatching(/cannot write file\/run/) });
    expect(await await hardgrad(["figure", "neuron", "--out", "a.svg"], { cwd })).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/--force/),
    });
    expect(readdirSync(cwd).sort()).toEqual(["a.svg", "file", "run"]);
  });

  test("missing and damaged data files", async () => {
    const cwd = scratch();
    const missing = await await hardgrad(["train", "vae", "--data", "binarized-mnist"], {
      cwd,
      env: { HARDGRAD_DATA: cwd },
    });
    expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining(`${cwd}/binarized-mnist,`) });
    mkdirSync(join(cwd, "mnist"));
    for (const name of ["train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"])
      writeFileSync(join(cwd, "mnist", `${name}-ubyte.gz`), "not an IDX file");
    const damaged = await await hardgrad(["train", "classifier", "--data", "mnist"], {
      cwd,
      env: { HARDGRAD_DATA: cwd },
    });
    const file = join(cwd, "mnist", "train-images-idx3-ubyte.gz");
    expect(damaged).toMatchObject({ code: 1, stderr: expect.stringContaining(`${file}: starts with`) });
    expect(damaged.stderr).toMatch(/damaged or not an IDX file/);
    const typo = await await hardgrad(["train", "classifier", "--data", "mnist"], {
      cwd,
      env: { HARDGRAD_DATA: join(cwd, "nowhere") },
    });
    expect(typo).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/cannot read the folder .*nowhere/),
    });
    expect(readdirSync(cwd)).toEqual(["mnist"]);
  });
});
