import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { circuitFigure, pixelReads } from "../../src/figures/circuit.ts";
import { hardgrad, scratch } from "../run.ts";

test("figure circuit: the pixels that each class reads, and accuracy of every epoch", async () => {
  const cwd = scratch();
  const small = "--train-size 300 --test-size 50 --epochs 2 --gates 100 --quiet --out run".split(" ");
  const { code, stderr } = await hardgrad(["train", "logic", ...small], { cwd });
  expect(code, stderr).toBe(0);
  for (const ending of ["svg", "csv"]) {
    const given = ["figure", "circuit", "--run", "run", "--out", `circuit.${ending}`, "--quiet"];
    const drawn = await hardgrad(given, { cwd });
    expect(drawn.code, drawn.stderr).toBe(0);
  }
  expect(readFileSync(join(cwd, "circuit.svg"), "utf8")).toContain(
    "Pixels that the gates of each class read",
  );
  const [head, ...lines] = readFileSync(join(cwd, "circuit.csv"), "utf8").trim().split("\n");
  expect(head).toBe("panel,x,series,value");
  const rows = lines.map((line) => line.split(","));
  // Two epochs, circuit and network.
  expect(rows.filter(([panel]) => panel === "accuracy")).toHaveLength(4);
  const reads = rows.filter(([panel]) => panel === "reads");
  expect(new Set(reads.map(([, , digit]) => digit)).size).toBe(10);
  // 100 gates of two inputs, in one layer.
  expect(reads.reduce((sum, [, , , n]) => sum + Number(n), 0)).toBeLessThanOrEqual(200);
});

test("pixels are counted once for each way from a class to them", () => {
  const circuit = {
    inputs: 4,
    thresholds: [
      [0, 63],
      [0, 191],
      [3, 63],
    ],
    gates: [
      [6, 0, 2],
      [1, 3, 1],
    ],
    classes: [{ wires: [4] }, { wires: [3, 2] }],
  } as const;
  expect(pixelReads(circuit)).toEqual([[2, 0, 0, 1], [1, 0, 0, 2]]); // biome-ignore format: one thought
  const { svg, rows } = circuitFigure(circuit, 2, [], ["a", "b"]);
  expect(svg).not.toMatch(/NaN|undefined/);
  expect(rows).toContainEqual({ panel: "reads", x: 3, series: "b", value: 2 });
});
