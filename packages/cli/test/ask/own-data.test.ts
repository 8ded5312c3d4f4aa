import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { outside, scratch } from "../run.ts";

let cwd = "";
const run = (...args: string[]) => outside(args, { cwd });
const short = ["--epochs", "1", "--batch", "20", "--quiet"];

/** Two clouds of points on either side of a line, with names for classes. */
function table(count: number): string {
  const rows = Array.from({ length: count }, (_, n) => {
    const x = Math.sin(7 * n);
    const y = Math.cos(11 * n) / 2 + (n % 2 ? 1 : -1);
    return `${x.toFixed(4)},${y.toFixed(4)},${n % 2 ? "above" : "below"}`;
  });
  return ["x,y,label", ...rows].join("\n");
}

function idx(shape: readonly number[], data: Uint8Array): Uint8Array {
  const head = new DataView(new ArrayBuffer(4 + 4 * shape.length));
  head.setUint32(0, 0x0800 + shape.length);
  for (const [i, n] of shape.entries()) head.setUint32(4 + 4 * i, n);
  return Uint8Array.from([...new Uint8Array(head.buffer), ...data]);
}

beforeAll(() => {
  cwd = scratch();
  writeFileSync(join(cwd, "points.csv"), table(240));
  mkdirSync(join(cwd, "small"));
  for (const [name, count] of [
    ["train", 120],
    ["t10k", 30],
  ] as const) {
    const labels = Uint8Array.from({ length: count }, (_, n) => n % 3);
    const images = Uint8Array.from({ length: count * 30 }, (_, i) =>
      Math.floor(i / 30) % 3 === i % 3 ? 255 : 0,
    );
    writeFileSync(join(cwd, `small/${name}-images-idx3-ubyte`), idx([count, 6, 5], images));
    writeFileSync(join(cwd, `small/${name}-labels-idx1-ubyte`), idx([count], labels));
  }
});

test("a table with a column of labels: trained, resumed and compared", async () => {
  const { code, stderr, stdout } = await run("train", "classifier", "--data", "./points.csv", ...short, "--epochs", "5", "--out", "a", "--json"); // biome-ignore format: one command
  expect(stderr).toBe("");
  expect(code).toBe(0);
  // Chance is 0.5; the classes are far apart.
  expect(JSON.parse(stdout).summary.metrics["accuracy/test"]).toBeGreaterThan(0.8);
  const { data, form } = JSON.parse(readFileSync(join(cwd, "a/config.json"), "utf8"));
  expect({ data, form }).toEqual({
    data: "./points.csv",
    form: { shape: { length: 2 }, classes: ["above", "below"] },
  });
  expect((await run("train", "--resume", "a", "--epochs", "6", "--quiet")).code).toBe(0);
  const both = await run("compare", "classifier", "--data", "./points.csv", "--estimators", "reinmax,rloo", ...short, "--jobs", "1", "--out", "b"); // biome-ignore format: one command
  expect(both.stderr).toBe("");
  expect(both.code).toBe(0);
});

test("the example, by the command of docs/own-data.md", async () => {
  const root = new URL("../../../../", import.meta.url);
  const page = readFileSync(new URL("docs/own-data.md", root), "utf8");
  const [, words] = /^npx hardgrad (train .*)$/m.exec(page)!;
  const folder = fileURLToPath(new URL("examples/own/data", root));
  const args = [...words!.split(" "), "--out", join(cwd, "example"), "--quiet", "--json"];
  const { code, stdout, stderr } = await outside(args, { cwd: folder });
  expect([code, stderr]).toEqual([0, ""]);
  // The clouds touch; chance is a third.
  expect(JSON.parse(stdout).summary.metrics["accuracy/test"]).toBeGreaterThan(0.8);
  expect(statSync(join(folder, "points.csv")).size).toBeLessThan(20_000);
  const made = execFileSync(process.execPath, [join(folder, "make.mjs")], { encoding: "utf8" });
  expect(made).toBe(readFileSync(join(folder, "points.csv"), "utf8"));
});

test("a folder of IDX files of another size and number of classes", async () => {
  const { code, stderr } = await run("train", "classifier", "--data", "./small", ...short, "--out", "c");
  expect(stderr).toBe("");
  expect(code).toBe(0);
  const { form } = JSON.parse(readFileSync(join(cwd, "c/config.json"), "utf8"));
  expect(form).toEqual({ shape: { height: 6, width: 5 }, classes: ["0", "1", "2"] });
});

describe("what does not fit is said in one sentence", () => {
  const lines = table(12).split("\n");
  const files: { readonly [name: string]: readonly [string, RegExp] } = {
    "ragged.csv": [[...lines.slice(0, 3), "1,2", ...lines.slice(3)].join("\n"), /line 4 has 2 entries, but its first line names 3 columns/],
    "unlabelled.csv": [lines.join("\n").replace("label", "kind"), /its first line names no column label or class/],
    "no-label.csv": [[...lines, "1,2,"].join("\n"), /line 14 has no label/],
    "words.csv": [[...lines, "1,two,below"].join("\n"), /line 14 has "two" where a number is needed/],
    "one-class.csv": ["x,label\n1,a\n2,a\n", /has 1 class; it needs 2 to 256/],
    "lonely.csv": [[...lines, "1,2,other"].join("\n"), /class other has 1 example; it needs 2/],
  }; // biome-ignore format: a table
  for (const [name, [text, words]] of Object.entries(files))
    test(name, async () => {
      writeFileSync(join(cwd, name), text);
      const { code, stderr } = await run("train", "classifier", "--data", `./${name}`, "--out", "never");
      expect(stderr).toMatch(words);
      expect(stderr.trim().split("\n").length).toBe(1);
      expect(code).toBe(1);
    });

  test("truncated IDX, an empty folder, and one that is not there", async () => {
    mkdirSync(join(cwd, "cut"));
    for (const name of ["train-images", "train-labels", "t10k-images", "t10k-labels"])
      writeFileSync(join(cwd, "cut", name), idx([4, 2, 2], new Uint8Array(7)));
    expect((await run("train", "classifier", "--data", "./cut")).stderr).toMatch(
      /has 7 bytes of values.*truncated/,
    );
    mkdirSync(join(cwd, "empty"));
    expect((await run("train", "classifier", "--data", "./empty")).stderr).toMatch(
      /has no train\.csv, no IDX files .* and no subfolders/,
    );
    expect((await run("train", "classifier", "--data", "empty")).stderr).toMatch(
      /for the folder of that name, write \.\/empty\./,
    );
    expect((await run("train", "classifier", "--data", "./absent")).stderr).toMatch(
      /there is no such file or folder/,
    );
  });
});
