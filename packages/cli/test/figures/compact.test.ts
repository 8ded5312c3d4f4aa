import { readdirSync, statSync } from "node:fs";
import { expect, test } from "vitest";
import { compactSvg } from "../../src/figures/compact.ts";

const path = (points: readonly (readonly [number, number])[]): string =>
  `<path d="M${points.map(([x, y]) => `${x},${y}`).join("L")}"/>`;

/** Heights of a path at whole x: between its points it is straight. */
function heights(svg: string, count: number): number[] {
  const points = / d="M([^"]*)"/
    .exec(svg)![1]!
    .split("L")
    .map((text) => text.split(",").map(Number));
  return Array.from({ length: count }, (_, x) => {
    const right = points.findIndex(([px]) => px! >= x - 1e-9);
    const [[x1, y1], [x2, y2]] = [points[Math.max(0, right - 1)]!, points[right]!] as [number[], number[]];
    return x2 === x1 ? y2! : y1! + ((x - x1!) / (x2! - x1!)) * (y2! - y1!);
  });
}

test("a curve keeps its shape with fewer points: nowhere further off than a twentieth of a pixel", () => {
  const curve = Array.from({ length: 600 }, (_, x) => [x, 100 + 80 * Math.sin(x / 60)] as const);
  const drawn = compactSvg(path(curve));
  expect(drawn.split("L").length).toBeLessThan(150);
  // 0.05 from the line, at its steepest 1.7 times that in height; and half a hundredth by rounding.
  for (const [x, y] of heights(drawn, 600).entries())
    expect(Math.abs(y - curve[x]![1]), String(x)).toBeLessThan(0.05 * 1.7 + 0.006);
});

test("corners stay, and what is on the way between them goes", () => {
  const steps = [...Array(50).keys()].map((x) => [x, x < 20 ? 0 : 1] as const);
  expect(compactSvg(path(steps))).toBe(path([[0, 0], [19, 0], [20, 1], [49, 1]])); // biome-ignore format: one thought
  const spikes = Array.from({ length: 5000 }, (_, x) => [x, x % 2] as const);
  expect(compactSvg(path(spikes))).toBe(path(spikes));
  expect(compactSvg('<path d="M0,0L1,0L2,0M5,5L6,5L7,5Z"/>')).toBe('<path d="M0,0L2,0M5,5L7,5Z"/>');
  // There and back again is not on the way.
  expect(compactSvg(path([[0, 0], [9, 0], [4, 0]]))).toBe(path([[0, 0], [9, 0], [4, 0]])); // biome-ignore format: one thought
});

test("coordinates are rounded to a hundredth of a pixel; text, colours and curves stay", () => {
  const kept =
    '<path d="M0,3A4.5,4.5,0,1,1,0,-3" stroke-opacity="0.123456" fill="#123456"/><text>0.123456, width="1.23456"</text>';
  expect(compactSvg(kept.replace('width="1.23456"', ""))).toBe(kept.replace('width="1.23456"', ""));
  expect(
    compactSvg('<line y2="55.99999999999999" x1="-1.23456e-7" transform="translate(34.005,2.3456)"/>'),
  ).toBe('<line y2="56" x1="0" transform="translate(34.01,2.35)"/>');
});

test("no picture of the docs is large", () => {
  const folder = new URL("../../../../docs/figures/", import.meta.url);
  const sizes = readdirSync(folder).map((name) => [name, statSync(new URL(name, folder)).size] as const);
  expect(sizes.length).toBeGreaterThan(5);
  // The largest has 1,250 cells; points that cannot be seen made others four times as large.
  expect(sizes.filter(([, size]) => size > 110_000)).toEqual([]);
});
