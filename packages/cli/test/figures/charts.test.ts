import { catalogue } from "hardgrad";
import { expect, test } from "vitest";
import { auditFigure } from "../../src/figures/audit.ts";
import { lineChart } from "../../src/figures/chart.ts";
import { continualFigure } from "../../src/figures/continual.ts";
import { colours, darkColours } from "../../src/figures/draw.ts";

/** Relative luminance of a colour, as WCAG 2 defines it. */
function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const v = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

test("on a dark page every curve has a colour of contrast 4.5, and no two have the same", () => {
  expect(darkColours).toHaveLength(colours.length);
  expect(new Set(darkColours).size).toBe(colours.length);
  for (const colour of darkColours)
    expect((luminance(colour) + 0.05) / (luminance("#121212") + 0.05), colour).toBeGreaterThan(4.5);
});

const rows = [1, 2, 3].flatMap((x) => ["a", "b"].map((series) => ({ x, y: 1 / x, series })));

test("a narrow chart fits a phone at full size: no names beside it, so all its width is the plot", () => {
  const chart = lineChart(rows, { x: "epoch", y: "loss", width: 340, labelled: false });
  expect(chart).toContain('width="340"');
  expect(chart).not.toMatch(/>a<\/text>|>b<\/text>/);
  expect(lineChart(rows, { x: "epoch", y: "loss" })).toMatch(/>a<\/text>/);
});

test("few epochs are whole on the axis, and the longest name has room beside its curve", () => {
  const name = "./my-estimator.mjs:width=6,slope=0.5";
  const chart = lineChart(rows.map((r) => ({ ...r, series: name })), { x: "epoch", y: "loss" }); // biome-ignore format: one thought
  expect([...chart.matchAll(/>([\d.]+)<\/text>/g)].map(([, text]) => text)).toEqual(expect.arrayContaining(["1", "2", "3"])); // biome-ignore format: one thought
  expect(chart).not.toContain(">1.5<");
  const [, x] = new RegExp(`translate\\(([\\d.]+),[\\d.]+\\)"[^>]*>${name}<`).exec(chart)!;
  // 12 pixels high, letters of system-ui are up to 7 wide on average.
  expect(Number(x) + 8 + 6.5 * name.length).toBeLessThan(720);
});

test("bars of times leave room for their legend above them", () => {
  const values: { [tag: string]: number } = { "accuracy/task-1": 0.9, "accuracy/task-2": 0.9 };
  for (const task of [1, 2]) {
    values[`time/task-${task}`] = 0.001;
    values[`time/whole-${task}`] = 0.005;
  }
  const { svg } = continualFigure([{ step: 1, epoch: 1, values }], "hat");
  const panel = svg.slice(svg.lastIndexOf("<svg "));
  const bars = [...panel.matchAll(/<rect [^>]*\by="([\d.]+)"/g)].map(([, y]) => Number(y));
  expect(bars.length).toBe(4);
  // The legend's line of 11 pixels lies 9 above the plot's top at 36; a seventh of the height is free below it.
  expect(Math.min(...bars)).toBeGreaterThan(36 + 15);
});

test("in the figure of an audit every estimator has a line of its own, in order, inside the picture", () => {
  // Nearly the same bias for all, which crowds the labels; and one without variance.
  const rows = Array.from({ length: 40 }, (_, i) => ({
    id: `estimator-${i}`,
    label: `estimator-${i}`,
    unbiased: i % 2 === 0,
    verdict: "no bias found",
    variance: i === 0 ? 0 : 1 + i,
    mse: 2 + Math.sin(i),
    relativeBias: 0.1 + 0.001 * i,
    relativeNoise: 0.1,
    evaluations: 1 + (i % 3),
  }));
  const figure = auditFigure({ gradient: [1, 2] } as never, rows as never, "two units");
  const [, height] = /^<svg [^>]*height="(\d+)"/.exec(figure)!;
  const panels = figure.split('<g text-anchor="start">').slice(1);
  expect(panels).toHaveLength(2);
  for (const panel of panels) {
    const [, ...labels] = panel.split("</g>")[0]!.split("<path ");
    const lines = labels.map((label) => Number(/<text x="\d+" y="([\d.]+)"/.exec(label)![1]));
    expect(lines).toHaveLength(rows.length);
    // Letters are 12 high.
    for (const [i, y] of lines.slice(1).entries()) expect(y - lines[i]!).toBeGreaterThanOrEqual(13.9);
    expect(lines[0]).toBeGreaterThan(0);
    expect(lines.at(-1)).toBeLessThan(Number(height) / 2);
  }
  expect(panels[0]).toContain(">estimator-0 (zero)<");
});

test("the figure of an audit can be read on a phone, whichever estimators it shows", () => {
  const draw = (labels: readonly string[], title: string): string => {
    const row = { unbiased: true, verdict: "biased", variance: 1, mse: 1, relativeBias: 1, relativeNoise: 0.1, evaluations: 1 }; // biome-ignore format: one thought
    return auditFigure({ gradient: [1, 2] } as never, labels.map((label) => ({ ...row, label })) as never, title); // biome-ignore format: one thought
  };
  const measured = (svg: string): { width: number; font: number } => ({
    width: Number(/^<svg [^>]*width="(\d+)"/.exec(svg)![1]),
    font: Number(/font-size:(\d+)px/.exec(svg)![1]),
  });
  const all = measured(draw(catalogue.map(({ id }) => id), "ten units in front of a network of two layers")); // biome-ignore format: one thought
  // On a page 360 pixels wide; smaller letters than 8 are not read.
  expect((all.font * 360) / all.width).toBeGreaterThan(8);
  const few = measured(draw(["rloo"], "x"));
  expect((few.font * 360) / few.width).toBeGreaterThan(10);
  // A long name has room beside the points.
  const long = `./${"mine".repeat(15)}.mjs:scale=2`;
  const drawn = draw([long], "x");
  const [, at] = new RegExp(`<text x="([\\d.]+)" [^>]*>${long}<`).exec(drawn)!;
  expect(Number(at) + 6.5 * long.length).toBeLessThan(measured(drawn).width);
});
