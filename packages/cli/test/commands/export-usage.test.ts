import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { exportModel, findExperiment, modelsOf, type Tensor, TOLERANCE } from "@hardgrad/experiments";
import { safetensors } from "@jax-js/loaders";
import { describe, expect, test } from "vitest";
import { hardgrad, scratch, spawned } from "../run.ts";

const cwd = scratch();
const at = (...path: string[]): string => join(cwd, ...path);
const trained = {
  stochastic: "classifier --hidden 20",
  categorical: "vae --hidden 24-16 --variables 3 --categories 4 --bound-samples 0",
};
for (const [run, flags] of Object.entries(trained)) {
  const small = "--train-size 200 --test-size 50 --batch 20 --epochs 2 --quiet";
  const result = await hardgrad(["train", ...flags.split(" "), ...small.split(" "), "--out", run], { cwd });
  expect(result.code, result.stderr).toBe(0);
}
expect((await hardgrad(["export", "stochastic"], { cwd })).code).toBe(0);

describe("what is asked for", () => {
  test("one model into a file, whose description --json prints", async () => {
    const result = await hardgrad(
      ["export", "categorical", "--which", "decoder", "--out", "new/d.onnx", "--json"],
      { cwd },
    );
    expect(result.code, result.stderr).toBe(0);
    const { files, metadata } = JSON.parse(result.stdout);
    expect(files).toMatchObject([
      {
        name: "decoder",
        file: "new/d.onnx",
        inputs: [{ name: "latent", dtype: "float32", shape: ["batch", 3, 4] }],
        outputs: [
          { name: "image", dtype: "float32", shape: ["batch", 784] },
          { name: "logits", dtype: "float32", shape: ["batch", 784] },
        ],
      },
    ]);
    expect(files[0].difference).toBeLessThanOrEqual(TOLERANCE);
    expect(metadata.experiment).toBe("vae");
    expect(existsSync(at("new", "d.onnx"))).toBe(true);
  });

  test("parameters alone, as safetensors", async () => {
    const result = await hardgrad(["export", "stochastic", "--format", "safetensors"], { cwd });
    expect(result.stdout.trim()).toBe(join("stochastic", "export", "parameters.safetensors"));
    const bytes = new Uint8Array(readFileSync(at(result.stdout.trim())));
    const { tensors } = safetensors.parse(bytes);
    expect(Object.keys(tensors).toSorted()).toEqual(["b1", "b2", "w1", "w2"]);
    expect(tensors.w1).toMatchObject({ dtype: "F32", shape: [784, 20] });
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
    expect(header.__metadata__).toMatchObject({ experiment: "classifier", step: "20", license: "mit" });
  });

  test("a run that was stopped is exported too", async () => {
    cpSync(at("stochastic"), at("stopped"), { recursive: true });
    for (const name of ["summary.json", "README.md", "figures", "export"])
      rmSync(at("stopped", name), { recursive: true });
    const result = await hardgrad(["export", ".", "--no-check", "--quiet"], { cwd: at("stopped") });
    expect(result).toMatchObject({ code: 0, stderr: "" });
    expect(readFileSync(at("stopped", "export", "classifier.onnx"))).toEqual(
      readFileSync(at("stochastic", "export", "classifier.onnx")),
    );
  });

  test("without onnxruntime-node the models are written, and it says that they were not checked", async () => {
    const env = withRuntime(undefined);
    const result = spawned(["export", "stochastic", "--out", "unchecked"], { cwd, env });
    expect(result.code, result.stderr).toBe(0);
    expect(result.stderr).toMatch(
      /^not checked against jax-js: the check needs the package onnxruntime-node, which is not installed; .*--no-check\.$/m,
    );
    expect(readdirSync(at("unchecked"))).toHaveLength(2);
  });

  test("so too with one that is too old", async () => {
    const env = withRuntime(`export const env = { versions: { node: "1.10.0" } };`);
    const result = spawned(["export", "stochastic", "--out", "old"], { cwd, env });
    expect(result.code, result.stderr).toBe(0);
    expect(result.stderr).toMatch(
      /^not checked against jax-js: the check needs onnxruntime-node .*, and 1\.10\.0 is installed; .*--no-check\.$/m,
    );
  });

  test("where onnxruntime-node disagrees nothing is written", async () => {
    const env = withRuntime(`
      export const env = { versions: { node: "1.30.0" } };
      export class Tensor { constructor(type, data, dims) { this.dims = dims; } }
      const zeros = (...dims) => ({ dims, data: new Float32Array(dims.reduce((a, b) => a * b)) });
      const run = async ({ image: { dims: [n] } }) =>
        ({ class: zeros(n), probabilities: zeros(n, 10), scores: zeros(n, 10), hidden: zeros(n, 20) });
      export const InferenceSession = { create: async () => ({ run }) };`);
    const result = spawned(["export", "stochastic", "--out", "wrong"], { cwd, env });
    expect(result.stderr.trim()).toMatch(
      /^classifier was not written: in onnxruntime its \w+ differs from jax-js by [\d.]+, more than 0\.00001; .*\.$/,
    );
    expect(result.code).toBe(1);
    expect(existsSync(at("wrong"))).toBe(false);
  });
});

/** An environment in which onnxruntime-node has this source, or is not installed. */
function withRuntime(source: string | undefined): { [name: string]: string } {
  const url = (code: string): string => `data:text/javascript,${encodeURIComponent(code)}`;
  const hook = `export async function resolve(name, context, next) {
    if (name !== "onnxruntime-node") return next(name, context);
    ${
      source === undefined
        ? `throw Object.assign(new Error("no"), { code: "ERR_MODULE_NOT_FOUND" });`
        : `return { url: ${JSON.stringify(url(source))}, shortCircuit: true };`
    }
  }`;
  const register = `import { register } from "node:module"; register(${JSON.stringify(url(hook))});`;
  return { NODE_OPTIONS: `--import=${url(register)}` };
}

describe("what can't be done is said in a sentence", () => {
  const damaged = (name: string, change: (folder: string) => void): string => {
    cpSync(at("stochastic"), at(name), { recursive: true });
    rmSync(at(name, "export"), { recursive: true });
    change(at(name));
    return name;
  };
  mkdirSync(at("empty"));
  mkdirSync(at("taken", "classifier.onnx"), { recursive: true });
  writeFileSync(at("file"), "");
  const cases: [string, string[], number, RegExp][] = [
    ["no run", ["nothing"], 1, /^cannot export nothing: it does not exist; give the folder of a run\.$/],
    ["not a run", ["empty"], 1, /^cannot export empty: it has no checkpoint\.safetensors; .*\.$/],
    ["a file", ["file"], 1, /^cannot export file: it is a file; give the folder of the run, .*\.$/],
    [
      "unknown format",
      ["stochastic", "--format", "onx"],
      2,
      /^there is no format "onx"; did you mean onnx\?$/,
    ],
    [
      "unknown model",
      ["stochastic", "--which", "encoder"],
      2,
      /^there is no model "encoder"; known: classifier, classifier-sampled\.$/,
    ],
    [
      "models of parameters",
      ["stochastic", "--format", "safetensors", "--which", "w1"],
      2,
      /^--which is for --format onnx: .*leave it out\.$/,
    ],
    [
      "files that exist",
      ["stochastic"],
      2,
      /^stochastic\/export\/classifier\.onnx exists; add --force to replace it, or choose another --out\.$/,
    ],
    [
      "two models in one file",
      ["stochastic", "--out", "x.onnx"],
      2,
      /^--out x\.onnx is one file and 2 models .*\(classifier, classifier-sampled\); choose one with --which, or give a folder\.$/,
    ],
    [
      "the other format's ending",
      ["stochastic", "--out", "x.safetensors"],
      2,
      /^--out x\.safetensors ends in \.safetensors and --format is onnx; change one of them\.$/,
    ],
    [
      "a file as a folder",
      ["stochastic", "--out", "file"],
      2,
      /^file is a file, not a folder; choose another --out\.$/,
    ],
    [
      "a folder as a file",
      ["stochastic", "--out", "taken", "--force"],
      2,
      /^taken\/classifier\.onnx is a folder, .*choose another --out\.$/,
    ],
    [
      "below a file",
      ["stochastic", "--out", "file/below"],
      1,
      /^cannot write file\/below: a part of the path is a file, not a folder; .*\.$/,
    ],
  ];
  test.each(cases)("%s", async (_, args, code, message) => {
    const result = await hardgrad(["export", ...args, "--no-check"], { cwd });
    expect(result.stderr.trim()).toMatch(message);
    expect(result.code).toBe(code);
    expect(existsSync(at("x.onnx"))).toBe(false);
  });

  test("damaged runs", async () => {
    const flipped = damaged("flipped", (folder) => {
      const file = join(folder, "checkpoint.safetensors");
      const bytes = readFileSync(file);
      bytes[bytes.length - 100]! ^= 1;
      writeFileSync(file, bytes);
    });
    const cut = damaged("cut", (folder) => writeFileSync(join(folder, "metrics.jsonl"), ""));
    for (const [run, message] of [
      [
        flipped,
        /^cannot export flipped\/checkpoint\.safetensors: it is damaged \(its checksum differs\); use an older copy, or train the run again\.$/,
      ],
      [cut, /^cannot export cut: its metrics\.jsonl has no row for step 20, the checkpoint's; .*\.$/],
    ] as const) {
      const result = await hardgrad(["export", run], { cwd });
      expect(result.stderr.trim()).toMatch(message);
      expect(result.code).toBe(1);
      expect(existsSync(at(run, "export"))).toBe(false);
    }
  });

  test("--force replaces", async () => {
    writeFileSync(at("stochastic", "export", "classifier.onnx"), "old");
    const result = await hardgrad(["export", "stochastic", "--force", "--quiet", "--no-check"], { cwd });
    expect(result.code, result.stderr).toBe(0);
    expect(readFileSync(at("stochastic", "export", "classifier.onnx")).length).toBeGreaterThan(1000);
  });

  const classifier = findExperiment("classifier");

  test("an experiment without models", () => {
    const { models: _, ...bare } = classifier;
    expect(() => modelsOf(bare, { settings: {}, data: "drawn" }, 0)).toThrow(
      /^experiment classifier can't be exported as a model\.$/,
    );
  });

  test("a network of more than 2 GB", () => {
    const settings = { slopeGrowth: 1, slopeCap: 1e6 };
    const exported = modelsOf(classifier, { settings, data: "drawn" }, 0).classifier!;
    const w1 = { shape: [2 ** 29], data: { byteLength: 2 ** 31 } } as unknown as Tensor;
    expect(() => exportModel("classifier", exported, { w1 }, {})).toThrow(
      /^the network's parameters take 2\.1 GB, and a protobuf file holds 2 GB; use --format safetensors\.$/,
    );
  });
});
