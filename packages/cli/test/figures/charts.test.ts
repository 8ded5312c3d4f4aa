import { expect, test } from "vitest";
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
