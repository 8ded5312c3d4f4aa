import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { inflateSync } from "node:zlib";
import {
  type Checkpoint,
  drawnDigits,
  generator as generatorOf,
  loadGenerator,
  morph,
} from "@hardgrad/experiments";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Disk, streamWhole } from "../../src/disk/files.ts";
import { columnsOf } from "../../src/draw/output.ts";
import { drawn } from "../../src/draw/pictures.ts";
import { blockCharacters, csvOf } from "../../src/draw/text.ts";
import { greyPng } from "../../src/figures/png.ts";
import { readCheckpoint, writeCheckpoint } from "../../src/run-folder/checkpoint.ts";
import { ask, scratch, start, until } from "../run.ts";

const hasOnnxRuntime = await import("onnxruntime-node").then(
  () => true,
  () => false,
);
const home = process.cwd();
const runs = scratch();
const at = (name: string): string => join(runs, name);
let cwd = "";

/** A run like another one but for its checkpoint. */
function altered(from: string, to: string, change: (checkpoint: Checkpoint) => Checkpoint): void {
  mkdirSync(at(to));
  for (const file of ["metrics.jsonl", "summary.json"]) cpSync(at(`${from}/${file}`), at(`${to}/${file}`));
  const checkpoint = readCheckpoint(at(`${from}/checkpoint.safetensors`));
  writeCheckpoint(at(`${to}/checkpoint.safetensors`), change(checkpoint));
}

const small = ["--epochs", "1", "--train-size", "300", "--test-size", "50", "--quiet"];

beforeAll(async () => {
  const prior = ["--prior-layers", "1", "--prior-hidden", "8"];
  const shape = ["--hidden", "24", "--style-size", "4", ...prior, "--out", at("run")];
  expect(await ask("train", "generator", ...small, ...shape)).toMatchObject({ code: 0, stderr: "" });
  expect(await ask("train", "classifier", ...small, "--out", at("classifier"))).toMatchObject({
    code: 0,
    stderr: "",
  });
  altered("run", "stopped", (c) => c);
  rmSync(at("stopped/summary.json"));
  altered("run", "fashion", (c) => ({ ...c, config: { ...c.config, data: "fashion-mnist" } }));
  altered("run", "found", (c) => {
    const named = [3, 3, 0, 5, -1, 5, 5, 8, 9, 1].map((digit, k) => [`class/${k}`, digit] as const);
    return {
      ...c,
      config: { ...c.config, settings: { ...c.config.settings, mode: "unsupervised" } },
      record: { ...c.record, last: { ...c.record.last, ...Object.fromEntries(named) } },
    };
  });
  altered("run", "shapes", (c) => ({
    ...c,
    tensors: Object.fromEntries(Object.entries(c.tensors).filter(([name]) => !name.includes("decoder"))),
  }));
  altered("run", "older", (c) => ({
    ...c,
    config: { ...c.config, settings: { ...c.config.settings, priorHidden: 64 } },
  }));
  mkdirSync(at("damaged"));
  const bytes = readFileSync(at("run/checkpoint.safetensors"));
  bytes[bytes.length - 9]! ^= 1;
  writeFileSync(at("damaged/checkpoint.safetensors"), bytes);
  mkdirSync(at("empty"));
});

beforeEach(() => {
  cwd = scratch();
  process.chdir(cwd);
});

afterAll(() => process.chdir(home));

/** Width and height of a PNG. */
const sizeOf = (file: string): number[] => {
  const bytes = readFileSync(file);
  expect(bytes.subarray(1, 4).toString()).toBe("PNG");
  return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
};

const csv = (file: string): number[][] =>
  readFileSync(file, "utf8").trim().split("\n").slice(1).map((line) => line.split(",").map(Number)); // biome-ignore format: one thought

describe("what is drawn", () => {
  test("a digit: as in three lines of code, whatever the form; a longer list begins with a shorter one", async () => {
    const generator = await loadGenerator(readFileSync(at("run/checkpoint.safetensors")));
    const expected = await generator.draw({ digit: 7, count: 70, seed: 5 });
    generator.dispose();
    const asked = ["draw", at("run"), "--digit", "7", "--seed", "5"];
    expect(await ask(...asked, "--count", "70", "--out", "a.csv")).toEqual({
      code: 0,
      stdout: "a.csv\n",
      stderr: `70 pictures of 7, seed 5, by ${at("run")} after 1 epoch\n`,
    });
    const rows = csv("a.csv");
    expect(rows.map(([digit, style]) => [digit, style])).toEqual(expected.map((_, n) => [7, n]));
    expect(rows.map((row) => row.slice(2))).toEqual(expected.map((pixels) => [...pixels]));
    const json = JSON.parse((await ask(...asked, "--count", "3", "--json")).stdout);
    expect(json).toMatchObject({ data: "drawn", kind: "digit", seed: 5, width: 28, height: 28 });
    expect(json.pictures.map((p: { pixels: number[] }) => p.pixels)).toEqual(
      expected.slice(0, 3).map((pixels) => [...pixels]),
    );
  });
  test("sheets: 16 in a square, the same file for the same seed", async () => {
    for (const [file, seed] of [["a", "1"], ["b", "1"], ["c", "2"]]) // biome-ignore format: a table
      await ask("draw", at("run"), "--digit", "7", "--seed", seed!, "--out", `${file}.png`);
    expect(sizeOf("a.png")).toEqual([2 * (4 * 62 - 6), 2 * 4 * 62]);
    expect(readFileSync("a.png").equals(readFileSync("b.png"))).toBe(true);
    expect(readFileSync("a.png").equals(readFileSync("c.png"))).toBe(false);
    await ask("draw", at("run"), "--digit", "7", "--count", "5", "--out", "A.SVG");
    expect(readFileSync("A.SVG", "utf8").match(/<image /g)!.length).toBe(5);
  });
  test("all digits by styles: a row for each, labelled, the columns in one style", async () => {
    await ask("draw", at("run"), "--grid", "--count", "3", "--out", "grid.svg");
    const svg = readFileSync("grid.svg", "utf8");
    expect(svg.match(/<image /g)!.length).toBe(30);
    expect([...svg.matchAll(/<text [^>]*>([^<]*)</g)].map((m) => m[1])).toEqual([..."0123456789"]);
    await ask("draw", at("run"), "--count", "3", "--out", "grid.csv");
    await ask("draw", at("run"), "--digit", "4", "--count", "3", "--out", "four.csv");
    const rows = csv("grid.csv");
    expect(rows.map((row) => row[0])).toEqual(Array.from({ length: 30 }, (_, n) => Math.floor(n / 3)));
    expect(rows.slice(12, 15)).toEqual(csv("four.csv"));
  });
  test("a morph begins and ends at the styles of these numbers", async () => {
    await ask("draw", at("run"), "--digit", "2", "--morph", "3:8", "--count", "9", "--out", "m.csv");
    await ask("draw", at("run"), "--digit", "2", "--count", "9", "--out", "two.csv");
    const [morphed, styles] = [csv("m.csv"), csv("two.csv")];
    expect(morphed.map((row) => row[1])).toEqual(Array.from({ length: 9 }, (_, n) => n / 8));
    expect(morphed[0]!.slice(2)).toEqual(styles[3]!.slice(2));
    expect(morphed[8]!.slice(2)).toEqual(styles[8]!.slice(2));
  });
  test("without --out: a new name each time, and what is there stays", async () => {
    writeFileSync("digit-7.png", "mine");
    expect((await ask("draw", at("run"), "--digit", "7")).stdout).toBe("digit-7-2.png\n");
    expect((await ask("draw", at("run"), "--digit", "7", "--quiet")).stdout).toBe("digit-7-3.png\n");
    expect((await ask("draw", at("run"))).stdout).toBe("grid.png\n");
    expect((await ask("draw", at("run"), "--digit", "7", "--morph", "3:8")).stdout).toMatch(
      /^digit-7-morph-3-8/,
    );
    expect((await ask("draw", at("fashion"), "--digit", "9")).stdout).toBe("ankle-boot.png\n");
    expect(readFileSync("digit-7.png", "utf8")).toBe("mine");
    expect(sizeOf("grid.png")[1]).toBe(2 * 10 * 62);
    await ask("draw", at("run"), "--digit", "7", "--out", "digit-7.png", "--force");
    expect(sizeOf("digit-7.png")).toEqual(sizeOf("digit-7-2.png"));
  });
  test("classes by name", async () => {
    for (const [digit, file] of [["7", "a"], ["Sneaker", "b"], ["t-shirt", "c"], ["ANKLE-BOOT", "d"]]) // biome-ignore format: a table
      expect(await ask("draw", at("fashion"), "--digit", digit!, "--count", "2", "--out", `${file}.csv`)).toMatchObject({ code: 0 }); // biome-ignore format: one thought
    expect(csv("a.csv")).toEqual(csv("b.csv"));
    expect(csv("c.csv")[0]![0]).toBe(0);
    expect(csv("d.csv")[0]![0]).toBe(9);
  });
  test("found classes by the digit they are named after; those of one name take turns", async () => {
    await ask("draw", at("found"), "--count", "1", "--out", "grid.csv");
    expect(csv("grid.csv").map((row) => row[0])).toEqual([0, 1, 3, 5, 8, 9]);
    await ask("draw", at("found"), "--digit", "5", "--count", "3", "--out", "five.csv");
    for (const digit of ["3", "5", "6"])
      await ask("draw", at("run"), "--digit", digit, "--count", "3", "--out", `${digit}.csv`);
    // Classes 3, 5 and 6 of the same network are all named 5 there.
    expect(csv("five.csv").map((row) => row.slice(2))).toEqual(
      ["3", "5", "6"].map((digit, n) => csv(`${digit}.csv`)[n]!.slice(2)),
    );
  });
  test("a run that has not ended says so", async () => {
    const { stderr } = await ask("draw", at("stopped"), "--digit", "1");
    expect(stderr).toMatch(/^16 pictures of 1, seed 0, by .*stopped after 1 epoch \(it has not ended\)\n$/);
    expect((await ask("draw", at("stopped"), "--digit", "1", "--quiet")).stderr).toBe("");
  });
});

const root = fileURLToPath(new URL("../../../..", import.meta.url));

test("the generator that comes with the package: small, in 8 bits, and draws what is asked for", async () => {
  const bytes = readFileSync(join(root, "packages/cli/digits/checkpoint.safetensors"));
  expect(bytes.length).toBeLessThan(350_000);
  const generator = await loadGenerator(bytes);
  const { train } = drawnDigits({ seed: 1, train: 2000, test: 1 });
  let right = 0;
  const greys: number[] = [];
  for (const digit of generator.digits)
    for (const picture of await generator.draw({ digit, count: 20, seed: 3 })) {
      if (train.labels[nearestIn(train.images, picture)] === digit) right++;
      greys.push(picture.reduce((sum, x) => sum + (x / 255) * (1 - x / 255), 0) / picture.length);
    }
  generator.dispose();
  // Handwriting, read by the nearest of 2,000 digits that are drawn by code: 83.5 % here, and 10 % by chance.
  expect(right / 200).toBeGreaterThan(0.8);
  // As grey as the training images of MNIST, whose mean of x (1 - x) is 0.01866; means would have 0.0235. One standard
  // error of 200 pictures is 0.0004.
  const grey = greys.reduce((a, b) => a + b, 0) / greys.length;
  expect(Math.abs(grey - 0.01866)).toBeLessThan(0.0015);
});

test("without a run, the generator that comes with the package draws", async () => {
  const { code, stdout, stderr } = await ask("draw", "--digit", "7", "--count", "2", "--json");
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: "2 pictures of 7, seed 0, by the small generator that comes with hardgrad after 100 epochs\n",
  });
  const same = await ask("draw", join(root, "packages/cli/digits"), "--digit", "7", "--count", "2", "--json");
  expect({ ...JSON.parse(stdout), run: "" }).toEqual({ ...JSON.parse(same.stdout), run: "" });
});

/** The image with the least squared difference. */
function nearestIn(images: Uint8Array, picture: Uint8Array): number {
  let [best, found] = [Number.POSITIVE_INFINITY, 0];
  for (let n = 0; n < images.length / 784; n++) {
    let sum = 0;
    for (let i = 0; i < 784 && sum < best; i++) sum += (images[784 * n + i]! - picture[i]!) ** 2;
    if (sum < best) [best, found] = [sum, n];
  }
  return found;
}

describe("docs/generator.md", () => {
  const page = readFileSync(join(root, "docs/generator.md"), "utf8");
  const snippets = [...page.matchAll(/```js\n([\s\S]*?)```/g)].map((match) => match[1]!);
  /** What a snippet and a line after it print, with the test's run in place of my-digits. */
  const run = (snippet: string, line: string): string => {
    const code = `${snippet.replaceAll("my-digits", at("run")).replace(/size = \d+/, "size = 4")}\n${line}`;
    const node = spawnSync(process.execPath, ["--input-type=module", "-e", code], {
      cwd: root,
      encoding: "utf8",
    });
    expect(node.stderr).toBe("");
    return node.stdout;
  };
  test("the three lines of code", () => {
    expect(run(snippets[0]!, "console.log(pictures.length, pictures[15].length)")).toBe("16 784\n");
  });
  test.skipIf(!hasOnnxRuntime)(
    "the model in onnxruntime draws what draw does (needs onnxruntime-node)",
    async () => {
      expect(await ask("export", at("run"), "--quiet")).toMatchObject({ code: 0, stderr: "" });
      const generator = await loadGenerator(readFileSync(at("run/checkpoint.safetensors")));
      const style = generator.styles(2, 9);
      const expected = await generator.decode([3, 7], style);
      generator.dispose();
      expect(snippets[1]).toContain(
        `size = ${generatorOf.recommended("reinmax", "drawn").settings.styleSize}`,
      );
      const same = snippets[1]!.replace(
        /Float32Array\.from\(\{.*normal\)/,
        `Float32Array.of(${style.join()})`,
      );
      expect(same).not.toBe(snippets[1]);
      const bytes = run(same, "console.log([...image.data].map((v) => Math.round(255 * v)).join())");
      // Rounding to bytes may go either way where sums are in another order.
      for (const [i, value] of bytes.split(",").entries())
        expect(Math.abs(Number(value) - expected[Math.floor(i / 784)]![i % 784]!)).toBeLessThanOrEqual(1);
      run(snippets[1]!, "");
    },
  );
});

/** Arguments, exit code, and what the one sentence must say. */
const table: [string[], number, RegExp][] = [
  [["nowhere"], 1, /cannot draw from nowhere: it does not exist/],
  [["RUN/config.json"], 1, /it is a file; give the folder/],
  [["empty"], 1, /empty: it has no checkpoint\.safetensors/],
  [["damaged"], 1, /damaged \(its checksum differs\); use an older copy/],
  [["shapes"], 1, /checkpoint is damaged: params\.decoder/],
  [
    ["older"],
    1,
    /it was made by an older hardgrad: setting priorHidden must be .*, not 64; train the run again/,
  ],
  [["classifier"], 2, /is a run of classifier, and only runs of generator draw/],
  [["RUN", "--digit", "10"], 2, /--digit must be a whole number from 0 to 9, not "10"/],
  [["RUN", "--digit", "-1"], 2, /--digit must be a whole number from 0 to 9/],
  [["RUN", "--digit", "1.5"], 2, /--digit must be a whole number from 0 to 9/],
  [["RUN", "--digit", "seven"], 2, /--digit must be a whole number from 0 to 9, not "seven"/],
  [["fashion", "--digit", "sneker"], 2, /by name \(T-shirt, .*did you mean sneaker/],
  [["fashion", "--digit", "11"], 2, /number from 0 to 9 or by name/],
  [["found", "--digit", "7"], 1, /found no class that is 7; ask for one of 0, 1, 3, 5, 8, 9/],
  [["RUN", "--digit", "7", "--count", "0"], 2, /--count must be a whole number from 1 to 1000000, not "0"/],
  [["RUN", "--digit", "7", "--count", "1000001"], 2, /--count must be a whole number from 1 to 1000000/],
  [
    ["RUN", "--digit", "7", "--count", "1000000"],
    2,
    /at most 2500 pictures, not 1000000; write --out FILE\.csv/,
  ],
  [["RUN", "--count", "200000", "--out", "a.csv"], 2, /makes 2000000 pictures; the most is 1000000/],
  [["RUN", "--grid", "--digit", "7"], 2, /--grid draws all digits and --digit one/],
  [["RUN", "--grid", "--morph", "3:8"], 2, /--grid and --morph are different/],
  [["RUN", "--morph", "3:8"], 2, /--morph 3:8 goes from one style to another of the same digit/],
  [["RUN", "--digit", "7", "--morph", "3"], 2, /--morph must be two different style numbers/],
  [["RUN", "--digit", "7", "--morph", "3:3"], 2, /two different style numbers/],
  [["RUN", "--digit", "7", "--morph", "3:-8"], 2, /style numbers from 0/],
  [["RUN", "--digit", "7", "--morph", "3:8", "--count", "1"], 2, /--count must be a whole number from 2/],
  [["RUN", "--seed", "x"], 2, /--seed must be a whole number/],
  [["RUN", "--out", "a.gif"], 2, /--out a\.gif must end in \.svg, \.png, \.csv/],
  [["RUN", "--out", "a"], 2, /must end in/],
  [["RUN", "--out", "."], 2, /\. is a folder, not a file/],
  [["RUN", "--out", "missing/a.png"], 1, /cannot write missing\/a\.png: there is no folder missing/],
  [["RUN", "--digt", "7"], 2, /unknown option.*--digt/],
];

describe("bad input: one sentence, the right exit code, nothing left on disk", () => {
  test.each(table)("%j", async (args, code, message) => {
    const names = [
      "RUN",
      "RUN/config.json",
      "empty",
      "damaged",
      "shapes",
      "older",
      "classifier",
      "fashion",
      "found",
    ];
    const given = args.map((arg) => (names.includes(arg) ? at(arg.replace("RUN", "run")) : arg));
    const result = await ask("draw", ...given);
    expect(result.stderr.trim()).toMatch(message);
    expect(result.stderr.trim().split("\n").length).toBe(1);
    expect(result).toMatchObject({ code, stdout: "" });
    expect(readdirSync(cwd)).toEqual([]);
  });
  test("what is there is not replaced", async () => {
    mkdirSync("folder.png");
    writeFileSync("a.png", "mine");
    expect(await ask("draw", at("run"), "--out", "a.png")).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/a\.png exists; add --force/),
    });
    expect(await ask("draw", at("run"), "--out", "folder.png", "--force")).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/folder\.png is a folder/),
    });
    expect(readFileSync("a.png", "utf8")).toBe("mine");
  });
});

describe("many pictures", () => {
  test("a CSV file is written block by block: none is asked for before the last is taken", async () => {
    let [made, taken] = [0, 0];
    const generator = {
      async *stream() {
        for (; made < 50; made++) {
          expect(made - taken).toBeLessThanOrEqual(1);
          yield [new Uint8Array(784)];
        }
      },
    };
    const blocks = drawn(generator as never, { kind: "digit", count: 50, seed: 0 }, [7]);
    for await (const piece of csvOf({ height: 28, width: 28 }, blocks)) if (piece.startsWith("7,")) taken++;
    expect(taken).toBe(50);
  });
  test("Ctrl-C: what was written so far is taken away, and the sentence says so", async () => {
    const args = ["draw", at("run"), "--digit", "7", "--count", "1000000", "--out", "a.csv"];
    const { child, ended } = start(args, cwd);
    await until("it to write", () => readdirSync(cwd).length > 0 || child.exitCode !== null);
    child.kill("SIGINT");
    const { code, stderr } = await ended;
    expect(code).toBe(130);
    expect(stderr).toMatch(/stopped after \d+ of 1000000 pictures; no file was written\.\n$/);
    expect(readdirSync(cwd)).toEqual([]);
  });
  test("stopped in the middle, or on a full disk: no file, no half of one", async () => {
    async function* pieces(): AsyncGenerator<string> {
      yield "a";
      throw new RangeError("stopped");
    }
    await expect(streamWhole("a.csv", pieces())).rejects.toThrow("stopped");
    const full: Disk = {
      ...fs,
      writeSync: (() => {
        throw Object.assign(new Error("no space"), { code: "ENOSPC" });
      }) as never,
    };
    await expect(streamWhole("a.csv", pieces(), full)).rejects.toThrow(
      /cannot write a\.csv: the disk is full/,
    );
    expect(readdirSync(cwd)).toEqual([]);
  });
});

describe("parts", () => {
  test("a PNG holds the pixels it was given", () => {
    const pixels = Uint8Array.from({ length: 15 }, (_, i) => 17 * i);
    const png = greyPng(5, 3, pixels);
    const length = png.readUInt32BE(33);
    const rows = inflateSync(png.subarray(41, 41 + length));
    expect([...rows]).toEqual([
      0,
      ...pixels.subarray(0, 5),
      0,
      ...pixels.subarray(5, 10),
      0,
      ...pixels.subarray(10),
    ]);
  });
  test("block characters: as many pictures as there is room for, ink dark to light", () => {
    const shape = { height: 28, width: 28 };
    const picture = new Uint8Array(784).fill(255, 0, 56);
    const text = blockCharacters([picture, picture, picture], shape, 60);
    expect(text.split("\n")[0]).toBe(`${"█".repeat(28)} ${"█".repeat(28)}`);
    expect(text.split("\n").slice(1).join("").trim()).toBe("");
    expect(blockCharacters([picture], shape, 10).split("\n")[0]).toBe("█".repeat(28));
  });
  test("columns", () => {
    const columns = (kind: "digit" | "grid" | "morph", count: number) => columnsOf({ kind, count, seed: 0 });
    expect([columns("digit", 1), columns("digit", 16), columns("digit", 17)]).toEqual([1, 4, 5]);
    expect([columns("grid", 10), columns("morph", 12), columns("morph", 25)]).toEqual([10, 12, 5]);
  });
  test("a morph: exact ends, even angles, even lengths", () => {
    const [a, b] = [Float32Array.of(3, 0, 0), Float32Array.of(0, 1, 0)];
    const styles = morph(a, b, 5);
    expect(styles.subarray(0, 3)).toEqual(a);
    // cos(90 degrees) is 6e-17 in float64: the first number is not 0 to the last bit.
    expect([...styles.subarray(12)]).toEqual([expect.closeTo(0, 12), 1, 0]);
    for (let n = 0; n < 5; n++) {
      const [x, y] = styles.subarray(3 * n);
      expect(Math.hypot(x!, y!)).toBeCloseTo(3 - n / 2, 5); // float32
      expect(Math.atan2(y!, x!)).toBeCloseTo((n * Math.PI) / 8, 5);
    }
    expect([...morph(a, a.map((v) => -v), 3)]).toEqual([3, 0, 0, 0, 0, 0, -3, 0, 0]); // biome-ignore format: one thought
    expect(() => morph(a, new Float32Array(2), 3)).toThrow(/styles of 3 and 2 numbers/);
    expect(() => morph(a, b, 1)).toThrow(/count must be a whole number from 2/);
  });
});
