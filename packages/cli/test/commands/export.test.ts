import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import {
  classifier,
  exportModel,
  findExperiment,
  formOf,
  type Model,
  modelChecker,
  modelsOf,
  parametersOf,
  resolveSettings,
  TOLERANCE,
  useDevice,
  vae,
} from "@hardgrad/experiments";
import { decodeModel } from "@hardgrad/onnx";
import { numpy as np, random } from "@jax-js/jax";
import type { NamedArrays } from "hardgrad";
import * as native from "onnxruntime-node";
import * as web from "onnxruntime-web/wasm";
import { describe, expect, test } from "vitest";
import { savedRun } from "../../src/run-folder/saved-run.ts";
import { hardgrad, scratch } from "../run.ts";

await useDevice("wasm");
web.env.wasm.numThreads = 1;

const cwd = scratch();
const at = (...path: string[]): string => join(cwd, ...path);
const small = "--train-size 200 --test-size 50 --batch 20 --epochs 2 --quiet".split(" ");
const trained: { readonly [run: string]: string } = {
  stochastic: "classifier --hidden 20 --slope-growth 1.5",
  deterministic: "classifier --hidden 8 --mode deterministic",
  ordinary: "classifier --hidden 8 --unit tanh",
  categorical: "vae --hidden 24-16 --variables 3 --categories 4 --embedding learned --bound-samples 0",
  bernoulli: "vae --latents bernoulli --variables 6 --hidden none --binarize dynamic --bound-samples 0",
};
const models: { readonly [run: string]: readonly string[] } = {
  stochastic: ["classifier", "classifier-sampled"],
  deterministic: ["classifier"],
  ordinary: ["classifier"],
  categorical: ["encoder", "encoder-sampled", "decoder"],
  bernoulli: ["encoder", "encoder-sampled", "decoder"],
};
const printed: { [run: string]: Awaited<ReturnType<typeof hardgrad>> } = {};
for (const [run, flags] of Object.entries(trained)) {
  const result = await hardgrad(["train", ...flags.split(" "), ...small, "--out", run], { cwd });
  expect(result.code, result.stderr).toBe(0);
  printed[run] = await hardgrad(["export", run], { cwd });
}

interface Plain {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array | Uint32Array;
}
type Plains = { [name: string]: Plain };

/** A model in one of the two runtimes. */
async function runFile(file: string, feeds: Plains, runtime: "node" | "web"): Promise<Plains> {
  const ort = (runtime === "node" ? native : web) as typeof native;
  const worker = globalThis.Worker;
  const bytes = new Uint8Array(readFileSync(file));
  const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 3 });
  // onnxruntime-web sets it in Node, and jax-js would then expect memory that it shares with workers.
  globalThis.Worker = worker;
  const tensors = Object.entries(feeds).map(([name, { shape, data }]) => [
    name,
    new ort.Tensor(data instanceof Float32Array ? "float32" : "uint32", data as Float32Array, [...shape]),
  ]);
  const results = await session.run(Object.fromEntries(tensors));
  await session.release();
  return Object.fromEntries(
    Object.entries(results).map(([name, { dims, data }]) => [
      name,
      { shape: dims, data: data as Float32Array },
    ]),
  );
}

const plain = (x: np.Array): Plain => ({ shape: x.shape, data: x.dataSync() as Float32Array });
const arrays = (feeds: Plains): NamedArrays =>
  Object.fromEntries(
    Object.entries(feeds).map(([name, x]) => [name, np.array(x.data, { shape: [...x.shape] })]),
  );

const drawn = formOf({ data: "drawn" });

function load(run: string): {
  exported: { readonly [name: string]: Model };
  params: () => NamedArrays;
  slope: number;
} {
  const { checkpoint, epoch = Number.NaN } = savedRun(at(run), "cannot test");
  const growth = (checkpoint.config.settings.slopeGrowth as number | undefined) ?? 1;
  return {
    exported: modelsOf(findExperiment(checkpoint.config.experiment), checkpoint.config, epoch),
    params: () => arrays(parametersOf(checkpoint)),
    slope: growth ** epoch,
  };
}

/** Values that the inputs of a function may have. */
function feedsOf({ inputs }: Model, rows: number, seed: number): Plains {
  const feeds: Plains = {};
  for (const [name, { dtype, shape }] of Object.entries(inputs)) {
    const sizes = shape.map((d) => (d === "batch" ? rows : d));
    feeds[name] =
      dtype === "uint32"
        ? { shape: sizes, data: Uint32Array.of(seed + 4_000_000_000, 123_456_789) }
        : plain(random.uniform(random.key(seed), sizes));
  }
  return feeds;
}

/** A sum of 784 terms in float32 may err by this share of their size, in whatever order, and however small the sum is. */
const ROUNDING = 784 * 2 ** -24;

/** Up to rounding, where the terms of a sum are of the size of 1 or of the largest value. */
function expectClose(actual: Plains, expected: Plains): void {
  expect(Object.keys(actual).toSorted()).toEqual(Object.keys(expected).toSorted());
  for (const [name, { shape, data }] of Object.entries(expected)) {
    expect(actual[name]!.shape, name).toEqual(shape);
    const largest = Math.max(1, ...Array.from(data, Math.abs));
    data.forEach((y, i) => {
      const x = actual[name]!.data[i]!;
      if (!(Math.abs(x - y) <= ROUNDING * largest)) expect.fail(`${name}[${i}] is ${x}, and jax-js has ${y}`);
    });
  }
}

describe.each(Object.keys(trained))("models of the run %s", (run) => {
  test("are those that belong to it, checked and described", () => {
    expect(printed[run]!.code, printed[run]!.stderr).toBe(0);
    const files = models[run]!.map((name) => join(run, "export", `${name}.onnx`));
    expect(printed[run]!.stdout.trim().split("\n")).toEqual(files);
    expect(printed[run]!.stderr.match(/checked against jax-js: largest difference/g)).toHaveLength(
      files.length,
    );
    expect(readdirSync(at(run, "export")).toSorted()).toEqual(files.map((f) => basename(f)).toSorted());
    for (const file of files) {
      const { metadataProps, producerName, docString, graph } = decodeModel(readFileSync(at(file)));
      const metadata = Object.fromEntries(metadataProps.map(({ key, value }) => [key, value]));
      expect(metadata).toMatchObject({
        estimator: "straight-through",
        data: "drawn",
        seed: "0",
        step: "20",
        license: "mit",
      });
      expect(metadata.command).toContain("--train-size 200");
      expect(JSON.parse(metadata.metrics!)).toHaveProperty("loss/train");
      expect(producerName).toBe("hardgrad");
      const parameters = Object.keys(parametersOf(savedRun(at(run), "cannot test").checkpoint));
      const used = parameters.filter(
        (p) => file.includes("classifier") || p.startsWith(basename(file).slice(0, 7)),
      );
      expect(used.length).toBeGreaterThan(1);
      expect(graph.initializer.map((x) => x.name)).toEqual(expect.arrayContaining(used));
      for (const { name } of [...graph.input, ...graph.output])
        expect(docString).toMatch(new RegExp(`put ${name}: `));
    }
    expect(readFileSync(at(run, "README.md"), "utf8")).toContain(`\`${models[run]![0]}.onnx\``);
  });

  test.each([1, 7])("compute what jax-js computes, for %i images, in both runtimes", async (rows) => {
    const { exported, params } = load(run);
    for (const name of models[run]!) {
      const feeds = feedsOf(exported[name]!, rows, 1);
      const results = exported[name]!.fn(params(), arrays(feeds));
      const expected = Object.fromEntries(Object.entries(results).map(([key, x]) => [key, plain(x)]));
      for (const runtime of ["node", "web"] as const)
        expectClose(await runFile(at(run, "export", `${name}.onnx`), feeds, runtime), expected);
    }
  });
});

test.each([
  ["stochastic", "classifier", "threshold"],
  ["stochastic", "classifier-sampled", "sample"],
  ["deterministic", "classifier", "threshold"],
  ["ordinary", "classifier", "threshold"],
])("%s: the classes of %s are those of the run's own evaluation", async (run, name, way) => {
  const { exported, params, slope } = load(run);
  const feeds = feedsOf(
    { ...exported[name]!, inputs: exported["classifier-sampled"]?.inputs ?? exported[name]!.inputs },
    64,
    2,
  );
  const { image, key = { shape: [2], data: Uint32Array.of(0, 0) } } = feeds;
  const own = classifier.evaluations[way]!(
    params(),
    {
      images: arrays({ image: image! }).image!.mul(255),
      labels: np.zeros([64]),
      key: arrays({ key }).key!,
      slope: np.array(slope),
    },
    resolveSettings(classifier.options, savedRun(at(run), "cannot test").checkpoint.config.settings, drawn),
  );
  const given = name === "classifier" ? { image: image! } : { image: image!, key };
  const result = await runFile(at(run, "export", `${name}.onnx`), given, "node");
  expect(Array.from(result.class!.data)).toEqual(Array.from(own.classes!.dataSync()));
  const hard = Array.from(result.hidden!.data).every((h) => h === 0 || h === 1);
  expect(hard).toBe(run !== "ordinary");
});

test.each(["categorical", "bernoulli"])(
  "%s: encoder and decoder together are the run's reconstruction",
  async (run) => {
    const { exported, params } = load(run);
    const { image, key } = feedsOf(exported["encoder-sampled"]!, 5, 3) as { image: Plain; key: Plain };
    const own = vae.evaluations.reconstruct!(
      params(),
      { images: arrays({ image }).image!.mul(255), labels: np.zeros([5]), key: arrays({ key }).key! },
      resolveSettings(vae.options, savedRun(at(run), "cannot test").checkpoint.config.settings, drawn),
    );
    const { latent } = await runFile(at(run, "export", "encoder-sampled.onnx"), { image, key }, "node");
    const decoded = await runFile(at(run, "export", "decoder.onnx"), { latent: latent! }, "node");
    expectClose({ pixels: decoded.image! }, { pixels: plain(own.pixels!) });
    expect(Array.from(latent!.data).every((z) => z === 0 || z === 1)).toBe(true);
    const another = await runFile(
      at(run, "export", "encoder-sampled.onnx"),
      { image, key: { shape: [2], data: Uint32Array.of(5, 6) } },
      "node",
    );
    expect(Array.from(another.latent!.data)).not.toEqual(Array.from(latent!.data));
  },
);

test("a check finds a model with other parameters", async () => {
  const checkpoint = savedRun(at("stochastic"), "cannot test").checkpoint;
  const exported = modelsOf(classifier, checkpoint.config, 2).classifier!;
  const parameters = parametersOf(checkpoint);
  const { bytes } = exportModel("classifier", exported, parameters, {});
  const check = await modelChecker();
  expect((await check(bytes, exported, parameters)).largest).toBeLessThanOrEqual(TOLERANCE);
  const b2 = { ...parameters.b2!, data: parameters.b2!.data.map((b) => b + 1e-3) };
  const found = await check(bytes, exported, { ...parameters, b2 });
  expect(found.output).toBe("scores");
  expect(found.largest).toBeGreaterThan(1e-4);
});
