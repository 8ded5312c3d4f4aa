import { readFileSync } from "node:fs";
import { join } from "node:path";
import { drawnDigits, type MetricRow } from "@hardgrad/experiments";
import type { Network } from "@hardgrad/runtime";
import { beforeAll, expect, test } from "vitest";
import { gatesFigure } from "../../src/figures/gates.ts";
import { gateShares } from "../../src/run-figures/gate-shares.ts";
import { hardgrad, scratch } from "../run.ts";

const cwd = scratch();
const small = "--train-size 300 --test-size 100 --batch 20 --epochs 2 --units 64 --gater 8 --quiet".split(
  " ",
);

beforeAll(async () => {
  for (const network of ["fast", "dense"]) {
    const { code, stderr } = await hardgrad(
      ["train", "gated", "--network", network, ...small, "--out", network],
      {
        cwd,
      },
    );
    expect(code, stderr).toBe(0);
  }
});

test("figure gates: which gates open for which class, and the rate of every epoch", async () => {
  for (const ending of ["svg", "csv"]) {
    const { code, stderr } = await hardgrad(
      ["figure", "gates", "--run", "fast", "--out", `gates.${ending}`, "--quiet"],
      { cwd },
    );
    expect(code, stderr).toBe(0);
    expect(stderr).toBe("");
  }
  const svg = readFileSync(join(cwd, "gates.svg"), "utf8");
  for (const text of ["4 gates of 16 units", "open gates (%)"]) expect(svg).toContain(text);
  const [head, ...lines] = readFileSync(join(cwd, "gates.csv"), "utf8").trim().split("\n");
  expect(head).toBe("panel,x,series,value");
  const rows = lines.map((line) => line.split(","));
  expect(rows.filter(([panel]) => panel === "opens")).toHaveLength(4 * 10);
  // Two epochs, ten classes and all of them together.
  expect(rows.filter(([panel]) => panel === "rate")).toHaveLength(2 * 11);
});

test("shares are those of the gates themselves, in the order of the classes that open them", async () => {
  // Gate 0 opens for no image, gate 1 for every one, gate 2 where the middle of the image is dark.
  const weight = new Float32Array(784 * 3);
  for (let i = 392; i < 406; i++) weight[i * 3 + 2] = 1;
  const network: Network = {
    inputs: 784,
    layers: [
      { kind: "linear", outputs: 3, weight, bias: Float32Array.of(-1, 1, -0.5) },
      { kind: "gate", open: { above: 0 } },
      { kind: "gated", input: 0, gates: 2, block: 8, outputs: 24, weight: new Float32Array(784 * 24) },
      { kind: "linear", outputs: 10, weight: new Float32Array(240) },
    ],
  };
  const { test: images, classes } = drawnDigits({ train: 1, test: 300 });
  const metrics: MetricRow[] = [{ step: 1, epoch: 1, values: { "gate/rate": 0.5, "gate/rate-3": 0.25 } }];
  const { rows } = gatesFigure(await gateShares(network, images, classes.length), metrics, classes);
  const opens = rows.filter((r) => r.panel === "opens");
  const sum = (x: number): number =>
    opens.filter((r) => r.x === x).reduce((total, r) => total + Number(r.value), 0);
  expect([0, 1, 2].map(sum)[0]).toBe(10);
  expect(sum(2)).toBe(0);
  const counted = Array.from({ length: 10 }, (_, digit) => {
    const own = Array.from({ length: 300 }, (_, n) => n).filter((n) => images.labels[n] === digit);
    const open = own.filter((n) => {
      let ink = 0;
      for (let i = 392; i < 406; i++) ink += images.images[n * 784 + i]! / 255;
      return ink > 0.5;
    });
    return open.length / own.length;
  });
  const middle = opens.filter((r) => r.x === 1).map((r) => Number(r.value));
  expect(middle).toHaveLength(10);
  for (const [digit, share] of counted.entries()) expect(middle[digit]).toBeCloseTo(share, 10);
  expect(rows.filter((r) => r.panel === "rate")).toEqual([
    { panel: "rate", x: 1, series: "all classes", value: 0.5 },
    { panel: "rate", x: 1, series: "3", value: 0.25 },
  ]);
});

test("a run without gates, and of another experiment, are refused", async () => {
  const dense = await hardgrad(["figure", "gates", "--run", "dense"], { cwd });
  expect(dense.stderr).toContain("this run has no gates");
  expect(dense.code).toBe(2);
  expect((await hardgrad(["train", "classifier", "--epochs", "1", "--train-size", "200", "--test-size", "50", "--hidden", "4", "--quiet", "--out", "c"], { cwd })).code).toBe(0); // biome-ignore format: one thought
  const other = await hardgrad(["figure", "gates", "--run", "c"], { cwd });
  expect(other.stderr).toContain("figure gates needs a run of gated, but c is a run of classifier");
  expect(other.code).toBe(2);
});
