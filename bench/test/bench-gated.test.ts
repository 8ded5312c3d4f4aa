import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadRuntime, type Network } from "@hardgrad/runtime";
import { describe, expect, test } from "vitest";
import { crossover, densityFigure } from "../src/gated/figure.ts";
import { awaited, interleave, timed } from "../src/gated/interleave.ts";
import { benchKernels } from "../src/gated/kernels.ts";
import { pairsOf, titleOf } from "../src/gated/pairs.ts";
import { agree } from "../src/gated/random.ts";
import { gatedTables } from "../src/gated/report.ts";
import type { Comparison, GatedResults } from "../src/gated/results.ts";
import { bench, hardgrad, refused, scratch } from "./run.ts";

const cwd = scratch();
const file = join(cwd, "gated.json");
const figure = join(cwd, "density.svg");
const result = bench(
  ["gated", "--quick", "--rounds", "3", "--json", file, "--out", figure, "--python", "no-such-python"],
  { cwd },
);

describe("bench gated", () => {
  const results = JSON.parse(readFileSync(file, "utf8")) as GatedResults;

  test("measures every part, with checked outputs, and tells who is missing", () => {
    expect(result.code, result.stderr).toBe(0);
    const parts = new Set(results.comparisons.map((c) => c.part));
    for (const part of ["kernels", "zeros", "bits", "networks", "threads"]) expect(parts).toContain(part);
    for (const c of results.comparisons) {
      expect(c.ratio).toBeCloseTo(c.baseMicroseconds / c.microseconds, 6);
      // The loosest of the tolerances that the parts hold outputs to is the kernels' rounding bound, below 0.02.
      expect(c.difference).toBeLessThan(0.02);
    }
    expect(results.notes.join(" ")).toContain("PyTorch is left out: no-such-python has no torch");
    const kernels = results.comparisons.filter((c) => c.part === "kernels");
    // 2 block sizes, 3 densities, 2 batches.
    expect(kernels).toHaveLength(12);
    for (const c of kernels.filter((k) => k.block === 16)) expect(c.difference).toBe(0);
    for (const c of kernels) {
      const flops = 2 * c.inputs! * c.outputs! * c.examples;
      expect(c.gflops).toBeCloseTo(flops / c.baseMicroseconds / 1e3, 6);
    }
  });

  test("prints a table for each part, and draws time against density", () => {
    for (const { title } of gatedTables(results)) expect(result.stdout).toContain(title);
    const svg = readFileSync(figure, "utf8");
    expect(svg).toContain("blocks of 16");
    expect(svg).toContain("a gate per unit");
    expect(densityFigure(results).rows).toHaveLength(12);
  });

  test("refuses what it can't do in one sentence", async () => {
    const refuses = async (flags: string, sentence: string): Promise<void> => {
      const { code, stderr } = await refused(flags.split(" "), { cwd });
      expect(stderr.trim().split("\n")).toHaveLength(1);
      expect(stderr).toContain(sentence);
      expect(code).toBe(2);
    };
    await refuses("gatde", "did you mean gated?");
    await refuses("gated --rows exact", "--rows");
    await refuses("race --pairs a=b", "--pairs");
    await refuses("gated --parts kernel", "kernels");
    await refuses("gated --parts bits --out x.png", "--out draws the kernels");
    await refuses(`gated --json ${file}`, "exists; add --force");
    await refuses("gated --parts networks --pairs one", 'must be two runs with "="');
  });
});

test("a wrong output is found, not timed", () => {
  expect(agree("same", [1, 2], [1, 2], 0)).toBe(0);
  expect(() => agree("kernel", [1, 2.1], [1, 2], 0.01)).toThrow("kernel: output 1 is 2.1, but 2 is wanted");
  expect(() => agree("kernel", [Number.NaN], [1], 1)).toThrow("output 0 is NaN");
  expect(() => agree("kernel", [1], [1, 2], 1)).toThrow("1 outputs, but 2 are wanted");
});

test("kernels are checked before they are timed", async () => {
  const found: Comparison[] = [];
  await benchKernels({
    rounds: 3,
    clock: "cpu",
    quick: true,
    add: (c) => void found.push(c),
    note: () => {},
  });
  expect(found.map((c) => c.path)).toContain("gates");
  expect(found.every((c) => c.skipping! > 0)).toBe(true);
});

test("times are those of the calls", async () => {
  let calls = 0;
  const pair = await interleave(
    timed(() => void calls++),
    awaited(async () => void calls++),
    { rounds: 3, stretch: 0.01, clock: "wall" },
  );
  expect(calls).toBeGreaterThan(6);
  expect(pair.spread.low).toBeLessThanOrEqual(pair.spread.high);
  const told = await interleave(
    async () => ({ wall: 30, cpu: 3 }),
    async () => ({ wall: 10, cpu: 2 }),
    { rounds: 3, stretch: 0.01, clock: "wall" },
  );
  expect(told).toMatchObject({ baseMicroseconds: 30, microseconds: 10, ratio: 3 });
});

test("the crossover lies between the points around it", () => {
  const at = (density: number, skipping: number) => ({ density, skipping });
  expect(crossover([at(0.1, 0.2), at(0.5, 0.8), at(1, 1.2)])).toBeCloseTo(0.75, 10);
  expect(crossover([at(0.1, 0.2), at(1, 0.9)])).toBeNull();
  expect(crossover([at(0.1, 1.5)])).toBe(0.1);
});

test("without runs, networks of the sizes of `fast` with random weights", async () => {
  const [pair] = await pairsOf(undefined);
  expect(pair).toMatchObject({
    hard: "784-2000-10, 125 gates of 16 units, gater 32",
    float: "784-2000-10",
    trained: false,
    accuracy: null,
  });
  expect(pair!.rate).toBeCloseTo(13 / 125, 10);
  expect((await loadRuntime(pair!.networks.hard)).inputs).toBe(784);
  const binary: Network = {
    inputs: 784,
    layers: [
      { kind: "linear", outputs: 16, weight: new Float32Array(784 * 16), unit: "step" },
      { kind: "linear", outputs: 10, weight: new Float32Array(160) },
      { kind: "softmax" },
    ],
  };
  expect(titleOf(binary)).toBe("784-16-10, hidden units 0 or 1");
});

test("a pair of runs: accuracies of the exported files", () => {
  const small = "--train-size 200 --test-size 100 --batch 20 --epochs 1 --hidden 16 --quiet".split(" ");
  for (const unit of ["binary", "tanh"])
    expect(hardgrad(["train", "classifier", "--unit", unit, ...small, "--out", unit], { cwd }).code).toBe(0);
  const flags = ["--parts", "networks,peers", "--peers", "onnxruntime", "--rounds", "3", "--quick", "--json"];
  const { code, stdout, stderr } = bench(["gated", "--pairs", "binary=tanh", ...flags], { cwd });
  expect(code, stderr).toBe(0);
  const { pairs, comparisons } = JSON.parse(stdout) as GatedResults;
  expect(pairs).toHaveLength(1);
  expect(pairs[0]).toMatchObject({ hard: "784-16-10, hidden units 0 or 1", trained: true, rate: null });
  const { metrics } = JSON.parse(readFileSync(join(cwd, "tanh/summary.json"), "utf8"));
  expect(pairs[0]!.accuracy!.float).toBeCloseTo(metrics["accuracy/test"], 10);
  expect(comparisons.filter((c) => c.part === "peers").length).toBeGreaterThanOrEqual(2);
});
