import { parseHTML } from "linkedom";
import { describe, expect, test } from "vitest";
import { colours } from "../figures/look.ts";
import { curvesOf, drawCurves } from "../run/curves.ts";
import { rowsOf, sentenceOf, valuesOf } from "../run/describe.ts";
import { type GivenFile, readRun } from "../run/read.ts";

const file = (path: string, content: string, size = content.length): GivenFile => ({
  path,
  size,
  text: async () => content,
});
const config = JSON.stringify({
  experiment: "classifier",
  estimator: { id: "rloo", options: {} },
  data: "drawn",
  seed: 3,
  settings: { epochs: 2 },
});
const row = (epoch: number, accuracy: number): string =>
  JSON.stringify({
    step: 100 * epoch,
    epoch,
    values: {
      "loss/train": 1 / epoch,
      "accuracy/test": accuracy,
      "accuracy/test-standard-error": 0.0123,
      "accuracy/task-1": accuracy,
      "accuracy/task-2": accuracy / 2,
      "matrix/1-1": null,
    },
  });
const metrics = `${row(1, 0.5)}\n${row(2, 0.75)}\n`;
const summary = JSON.stringify({ headline: "accuracy/test", steps: 200, metrics: { "accuracy/test": 0.75, "accuracy/test-standard-error": 0.0123 }, notes: ["a note"] }); // biome-ignore format: one thought
const { document } = parseHTML("<!doctype html><html><body></body></html>");
const look = { document: document as unknown as Document, width: 360, dark: false, colours: colours.light };

describe("a run folder", () => {
  const whole = [
    file("runs/a/config.json", config),
    file("runs/a/metrics.jsonl", metrics),
    file("runs/a/summary.json", summary),
    file("runs/a/figures/loss.svg", "<svg></svg>"),
    file("runs/a/figures/accuracy-test.svg", "<svg></svg>"),
    file("runs/a/figures/digits.svg", "<svg></svg>"),
    file("runs/a/README.md", "# a run"),
    file("runs/a/checkpoint.safetensors", "12345678"),
  ];

  test("shows what was trained, its curves and its newest numbers with their errors", async () => {
    const view = await readRun(whole);
    expect(view.problems).toEqual([]);
    expect(sentenceOf(view)).toBe("classifier with rloo on drawn, seed 3: 200 steps, ended.");
    expect(view.summary?.notes).toEqual(["a note"]);
    expect(view.pictures.map((p) => p.title)).toEqual(["digits"]);
    const pictures = curvesOf(view);
    expect(pictures.map((p) => [p.title, p.curves.length])).toEqual([
      ["accuracy/test", 1],
      ["loss/train", 1],
      ["accuracy/task", 2],
    ]);
    expect(pictures[0]!.curves[0]!.points).toEqual([
      { epoch: 1, value: 0.5, error: 0.0123 },
      { epoch: 2, value: 0.75, error: 0.0123 },
    ]);
    expect(valuesOf(view)[0]).toEqual({ tag: "accuracy/test", value: "0.750 ± 0.012" });
    expect(rowsOf(view)).toHaveLength(10);
    for (const curves of pictures) {
      const svg = drawCurves(look, curves).outerHTML;
      expect(svg).not.toMatch(/NaN|undefined|Infinity/);
      expect(svg).toContain("<title>");
    }
  });

  test("a run that goes on has no summary; a line that was cut off at the end is no damage", async () => {
    const view = await readRun([file("config.json", config), file("metrics.jsonl", metrics + row(3, 0.8).slice(0, 30))]); // biome-ignore format: one thought
    expect(view.problems).toEqual([]);
    expect(view.rows).toHaveLength(2);
    expect(sentenceOf(view)).toBe("classifier with rloo on drawn, seed 3: at step 200, epoch 2, not ended.");
  });

  test.each([
    [
      "empty",
      [file("metrics.jsonl", "")],
      /^metrics.jsonl is empty: the run has not reported anything yet\.$/,
    ],
    ["empty", [file("config.json", "")], /^config.json is empty\.$/],
    ["not JSON", [file("config.json", "{")], /^config.json is damaged: it is not a JSON object\.$/],
    ["a list", [file("summary.json", "[]")], /^summary.json is damaged/],
    ["another program's", [file("config.json", '{"name":"x"}')], /^config.json is of another program/],
    ["another program's", [file("summary.json", '{"name":"x"}')], /^summary.json is of another program/],
    ["damaged in the middle", [file("metrics.jsonl", `${row(1, 0.5)}\noops\n${row(2, 0.5)}\n`)], /^metrics.jsonl is damaged in line 2; the rest is shown\.$/], // biome-ignore format: one thought
    ["without a row", [file("metrics.jsonl", "oops\n\n")], /^metrics.jsonl is damaged: no line/],
    ["huge", [file("metrics.jsonl", "x", 100 * 2 ** 20)], /^metrics.jsonl has 100 MB, more than the 32 MB/],
    ["not there", [], /^There are no files here; drop the folder of a run\.$/],
    ["foreign", [file("holiday.jpg", "x")], /^holiday.jpg is no file of a run; drop config.json/],
    ["twice there", [file("a/config.json", config), file("b/config.json", config)], /^There are two files config.json/], // biome-ignore format: one thought
    ["no picture", [file("digits.svg", "<html>")], /^digits.svg is not an SVG picture\.$/],
    ["a whole disk", Array.from({ length: 300 }, (_, i) => file(`${i}.txt`, "x")), /^This is a folder of 300 files/], // biome-ignore format: one thought
    ["gone", [{ path: "config.json", size: 3, text: () => Promise.reject(new Error("gone")) }], /^config.json could not be read/], // biome-ignore format: one thought
  ] as const)("a file that is %s gets one sentence", async (_, files, sentence) => {
    const { problems } = await readRun(files);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(sentence);
    expect(problems[0]).toMatch(/\.$/);
  });

  test("curves of one value, of equal values and of values of any size are drawn", () => {
    for (const values of [
      [1, 1],
      [0, 0],
      [1e30, -1e30],
      [1e-30, 2e-30],
    ])
      expect(
        drawCurves(look, { title: "x", curves: [{ name: "", points: values.map((value, epoch) => ({ epoch, value })) }] }).outerHTML, // biome-ignore format: one thought
      ).not.toMatch(/NaN|undefined|Infinity/);
  });
});
