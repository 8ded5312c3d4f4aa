import { copyFileSync, existsSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { outside, scratch } from "../run.ts";

/** Experiments of the user's that can what only built-in ones are tested for: models, a runtime form, a chart, drawing. */
const modules: { readonly [file: string]: string } = {
  "gates.mjs": `
    import { gated } from "@hardgrad/experiments";
    export default { ...gated, name: "mine", title: "Gates of mine" };`,
  "digits.mjs": `
    import { generator, loadGenerator } from "@hardgrad/experiments";
    const asGenerator = (checkpoint) => ({ ...checkpoint, config: { ...checkpoint.config, experiment: "generator" } });
    export default {
      ...generator,
      title: "Digits of mine",
      draw: (checkpoint, options) => loadGenerator(asGenerator(checkpoint), options),
    };`,
};
const small = ["--batch", "20", "--train-size", "200", "--test-size", "50", "--epochs", "1", "--quiet"];
const runs: { readonly [name: string]: readonly string[] } = {
  plain: ["./experiment.mjs", "--hidden", "10"],
  gates: ["./gates.mjs", "--network", "fast", "--units", "64", "--gater", "8"],
  digits: [
    "./digits.mjs",
    "--hidden",
    "12",
    "--style-size",
    "3",
    "--prior-layers",
    "2",
    "--prior-hidden",
    "8",
  ],
};
const root = fileURLToPath(new URL("../../../../", import.meta.url));
const cwd = scratch();
const run = (...args: string[]) => outside(args, { cwd });

beforeAll(async () => {
  symlinkSync(join(root, "node_modules"), join(cwd, "node_modules"));
  copyFileSync(join(root, "examples/own/experiment.mjs"), join(cwd, "experiment.mjs"));
  for (const [file, text] of Object.entries(modules)) writeFileSync(join(cwd, file), text);
  for (const [name, args] of Object.entries(runs))
    expect((await run("train", ...args, ...small, "--out", name)).stderr).toBe("");
});

test("--help shows its own options, for train and for compare", async () => {
  for (const args of [
    ["train", "./experiment.mjs", "--help"],
    ["compare", "--help", "./experiment.mjs"],
  ]) {
    // biome-ignore format: one thought
    const { code, stdout } = await run(...args);
    expect(code).toBe(0);
    expect(stdout).toContain(`Usage: hardgrad ${args[0]} ./experiment.mjs`);
    expect(stdout).toContain("One layer of random bits");
    expect(stdout).toMatch(/--hidden <value> +units \(a whole number from 1 to 4096; default 100\)/);
    expect(stdout).toContain("--estimator");
  }
});

describe("export", () => {
  test("its models and its runtime form, each checked against jax-js", async () => {
    const onnx = await run("export", "gates", "--json", "--quiet");
    expect(onnx.code).toBe(0);
    const { files } = JSON.parse(onnx.stdout);
    expect(files.map((f: { name: string }) => f.name)).toEqual(["classifier"]);
    // Float32 sums in another order; the limit of the check itself.
    expect(files[0].difference).toBeLessThan(1e-5);
    const runtime = JSON.parse((await run("export", "gates", "--format", "runtime", "--json")).stdout)
      .files[0];
    expect(runtime.checked.accuracy.file).toBe(runtime.checked.accuracy.jax);
    expect(existsSync(join(cwd, "gates/export/network.hardgrad"))).toBe(true);
  });

  test("the parameters of any; what it lacks is said with the way out", async () => {
    expect((await run("export", "plain", "--format", "safetensors")).code).toBe(0);
    const bytes = readFileSync(join(cwd, "plain/export/parameters.safetensors"));
    expect(bytes.toString("latin1")).toContain('"w1":{"dtype":"F32","shape":[784,10]');
    expect((await run("export", "plain")).stderr).toBe(
      "experiment ./experiment.mjs can't be exported as a model; use --format safetensors for its parameters.\n",
    );
    expect((await run("export", "digits", "--format", "runtime")).stderr).toContain(
      "experiment ./digits.mjs can't be exported for the runtime",
    );
  });
});

test("draw: what it draws; one that draws nothing is refused", async () => {
  const { code, stderr } = await run("draw", "digits", "--digit", "3", "--count", "2", "--out", "three.png");
  expect(stderr).toMatch(/^2 pictures of 3, seed 0, by digits after 1 epoch\n/);
  expect(code).toBe(0);
  expect(readFileSync(join(cwd, "three.png")).subarray(1, 4).toString()).toBe("PNG");
  expect((await run("draw", "plain")).stderr).toMatch(
    /^plain is a run of \.\/experiment\.mjs, and only runs of/,
  );
});

test("figure: the charts that it has; others are refused", async () => {
  const { code, stdout } = await run("figure", "gates", "--run", "gates");
  expect(code).toBe(0);
  expect(stdout).toMatch(/^<svg[^>]* aria-label="4 gates of 16 units, /);
  expect((await run("figure", "gates", "--run", "plain")).stderr).toBe(
    "figure gates needs a run of gated, but plain is a run of ./experiment.mjs.\n",
  );
});

test("a run whose file has changed is not exported", async () => {
  const file = join(cwd, "gates.mjs");
  writeFileSync(file, `${modules["gates.mjs"]!}\n// changed`);
  expect((await run("export", "gates", "--format", "safetensors")).stderr).toMatch(
    /^gates was made with another \.\/gates\.mjs \(SHA-256 .*; put that file back, or train a new run\.\n$/,
  );
  writeFileSync(file, modules["gates.mjs"]!);
});
