import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkRuntimeFile, classifier, parametersOf, runtimeFile, useDevice } from "@hardgrad/experiments";
import { loadRuntime, type Network, readRuntimeFile, writeRuntimeFile } from "@hardgrad/runtime";
import { chromium } from "playwright-core";
import { beforeAll, describe, expect, test } from "vitest";
import { executablePath } from "../../../../test/chromium.ts";
import { loadDataset } from "../../src/data/datasets.ts";
import { savedRun } from "../../src/run-folder/saved-run.ts";
import { hardgrad, scratch } from "../run.ts";

const cwd = scratch();
const root = fileURLToPath(new URL("../../../..", import.meta.url));
const small = "--train-size 400 --test-size 300 --batch 20 --epochs 1 --quiet".split(" ");
const runs: { readonly [run: string]: string } = {
  hard: "classifier --hidden 24 --slope-growth 1.5",
  tanh: "classifier --hidden 16 --unit tanh --slope-growth 1.5",
};
const at = (...path: string[]): string => join(cwd, ...path);
const printed: { [run: string]: Awaited<ReturnType<typeof hardgrad>> } = {};

beforeAll(async () => {
  await useDevice("wasm");
  for (const [run, flags] of Object.entries(runs)) {
    const trained = await hardgrad(["train", ...flags.split(" "), ...small, "--out", run], { cwd });
    expect(trained.code, trained.stderr).toBe(0);
    printed[run] = await hardgrad(["export", run, "--format", "runtime"], { cwd });
  }
});

const fileOf = (run: string): string => at(run, "export/network.hardgrad");
const bytesOf = (run: string): Uint8Array => new Uint8Array(readFileSync(fileOf(run)));

for (const run of Object.keys(runs))
  describe(`a file of ${run}`, () => {
    test("is checked against jax-js on the test images, and says so", async () => {
      const { code, stdout, stderr } = printed[run]!;
      expect(code, stderr).toBe(0);
      expect(stdout.trim()).toBe(join(run, "export/network.hardgrad"));
      expect(stderr).toContain("checked against jax-js on 300 test images of drawn: largest difference ");
      const { meta } = readRuntimeFile(bytesOf(run));
      expect(meta).toMatchObject({ experiment: "classifier", data: "drawn", output: "probabilities" });
    });

    test("has the accuracy that jax-js has, on every path, and the same outputs", async () => {
      const { config, ...checkpoint } = savedRun(at(run), "cannot test").checkpoint;
      const parameters = parametersOf({ config, ...checkpoint });
      const made = runtimeFile(classifier, parameters, config, 1, {});
      const { test: images } = await loadDataset("drawn", { train: 1, test: 300 });
      for (const path of ["auto", "dense", "inputs"] as const) {
        const check = await checkRuntimeFile(made, parameters, images, path);
        expect(check.flipped).toBeLessThanOrEqual(1);
        // A flipped image may change its class.
        expect(Math.abs(check.accuracy.file - check.accuracy.jax)).toBeLessThanOrEqual(check.flipped / 300);
        expect(check.accuracy.file).toBeGreaterThan(0.2);
      }
    });
  });

test("the check finds a hidden unit that is never 1, and a wrong threshold", async () => {
  const { config, ...checkpoint } = savedRun(at("hard"), "cannot test").checkpoint;
  const parameters = parametersOf({ config, ...checkpoint });
  const made = runtimeFile(classifier, parameters, config, 1, {});
  const { test: images } = await loadDataset("drawn", { train: 1, test: 300 });
  const network = readRuntimeFile(made.bytes);
  const [first, ...others] = network.layers;
  const bias = (first as { bias: Float32Array }).bias.map((b, i) => (i === 3 ? b - 1000 : b));
  const wrong: Network[] = [
    { ...network, layers: [{ ...first!, bias } as never, ...others] },
    { ...network, layers: [{ ...first!, unit: { id: "step", threshold: 5 } } as never, ...others] },
  ];
  for (const broken of wrong) {
    const check = await checkRuntimeFile({ ...made, bytes: writeRuntimeFile(broken) }, parameters, images);
    expect(check.flipped).toBeGreaterThan(3);
  }
});

test("ten lines run it in Node", async () => {
  const printed = execFileSync(process.execPath, [join(root, "examples/runtime/node.mjs"), fileOf("hard")], {
    encoding: "utf8",
  });
  expect(printed).toBe(`${await expected("hard")}\n`);
});

test.skipIf(!executablePath)(`and in a page${executablePath ? "" : " (no chromium here)"}`, async () => {
  const types: { [ending: string]: string } = { html: "text/html", js: "text/javascript" };
  const server = createServer((request, response) => {
    const path = new URL(request.url!, "http://localhost").pathname;
    const file = path.endsWith("network.hardgrad") ? fileOf("hard") : join(root, path);
    if (!existsSync(file)) return void response.writeHead(404).end();
    response.setHeader("Content-Type", types[path.split(".").at(-1)!] ?? "application/octet-stream");
    response.end(readFileSync(file));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const browser = await chromium.launch({ executablePath: executablePath!, args: ["--no-sandbox"] });
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(280_000); // only what hangs takes as long
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/examples/runtime/index.html`);
    await page.waitForFunction(`document.querySelector("output").value !== ""`);
    const text = String(await page.evaluate(`document.querySelector("output").value`));
    const numbers = (line: string): number[] => line.split(" ").slice(2).map(Number);
    const here = await expected("hard");
    expect(text.split(" ").slice(0, 2)).toEqual(here.split(" ").slice(0, 2));
    // The page's engine may fuse multiplications and additions where this one does not.
    for (const [i, p] of numbers(text).entries()) expect(p).toBeCloseTo(numbers(here)[i]!, 4);
  } finally {
    await browser.close();
    server.close();
  }
});

/** What the examples print. */
async function expected(run: string): Promise<string> {
  const runtime = await loadRuntime(bytesOf(run));
  const image = new Float32Array(784);
  for (let y = 4; y < 24; y++) image.fill(1, 28 * y + 13, 28 * y + 16);
  const probabilities = runtime.forward(image);
  return `class ${probabilities.indexOf(Math.max(...probabilities))} ${[...probabilities].join(" ")}`;
}

describe("refused in one sentence", () => {
  const refused = async (args: string[], code: number, sentence: string): Promise<void> => {
    const result = await hardgrad(["export", ...args, "--format", "runtime"], { cwd });
    expect(result.stderr.trim().split("\n")).toHaveLength(1);
    expect(result.stderr).toContain(sentence);
    expect(result.code).toBe(code);
  };

  test("a file in the way, --which, an ending of another format", async () => {
    await refused(["hard"], 2, "exists; add --force to replace it");
    await refused(["hard", "--which", "classifier"], 2, "--which is for --format onnx");
    await refused(["hard", "--out", "network.onnx"], 2, "ends in .onnx and --format is runtime");
  });

  test("an experiment that has no form for the runtime", async () => {
    const flags = "vae --hidden 8 --variables 2 --categories 2 --bound-samples 0".split(" ");
    expect((await hardgrad(["train", ...flags, ...small, "--out", "vae"], { cwd })).code).toBe(0);
    await refused(["vae"], 1, "experiment vae can't be exported for the runtime");
  });

  test("a truncated file, one of another version, and not a file of ours", async () => {
    const bytes = bytesOf("hard");
    const newer = bytes.slice();
    newer[8] = 2;
    writeFileSync(at("cut.hardgrad"), bytes.subarray(0, bytes.length - 1));
    writeFileSync(at("newer.hardgrad"), newer);
    writeFileSync(at("other.hardgrad"), "something else that is longer than thirty-two bytes");
    for (const [name, sentence] of [
      ["cut", "it is truncated"],
      ["newer", "its version is 2, but this runtime reads version 1"],
      ["other", "it does not begin with HARDGRAD"],
    ])
      await expect(loadRuntime(new Uint8Array(readFileSync(at(`${name}.hardgrad`))))).rejects.toThrow(
        sentence,
      );
  });
});
