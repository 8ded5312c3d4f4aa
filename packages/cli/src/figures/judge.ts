import type { DataForm, ImageShape, Verdict } from "@hardgrad/experiments";
import * as Plot from "@observablehq/plot";
import { percent } from "../print/console.ts";
import { plotSvg, stack } from "./draw.ts";
import type { Figure } from "./figure.ts";
import { pictureSvg } from "./pictures.ts";

const WIDTH = 580;
const HEIGHT = 760;

/** What was asked for against what was read, and the pictures that the judge found worst. */
export function judgeFigure(verdict: Verdict, { shape, classes: names }: DataForm, title: string): Figure {
  const cells = verdict.digits.flatMap(({ digit, readAs }) =>
    readAs.map((count, read) => ({ asked: names[digit]!, read: names[read]!, count })),
  );
  const most = Math.max(...cells.map(({ count }) => count));
  const matrix = plotSvg({
    width: WIDTH,
    height: WIDTH - 30,
    marginLeft: 80,
    marginTop: 40,
    style: { background: "white", fontSize: "11px", color: "#222" },
    x: { label: "read as", domain: names, axis: "top", tickSize: 0 },
    y: { label: "asked for", domain: names, tickSize: 0 },
    // The root, so that a few mistakes among a thousand can be seen.
    color: { scheme: "Blues", type: "sqrt", domain: [0, most] },
    marks: [
      Plot.cell(cells, { x: "read", y: "asked", fill: "count", inset: 0.5 }),
      Plot.text(cells, {
        x: "read",
        y: "asked",
        text: ({ count }: { count: number }) => (count ? String(count) : ""),
        fill: ({ count }: { count: number }) => (count > most / 4 ? "white" : "#222"),
      }),
    ],
  });
  const { worst } = verdict;
  const rows = [...new Set(worst.map(({ digit }) => names[digit]!))];
  const sheet = pictureSvg({
    name: "worst",
    title: "what the judge found least like what was asked for",
    columns: Math.max(1, Math.round(worst.length / Math.max(1, rows.length))),
    rows,
    shape: shape as ImageShape,
    tiles: worst.map(({ pixels, digit, read, probability }) => ({
      pixels,
      caption: read === digit ? percent(probability, 0) : `as ${names[read]}`,
      right: read === digit,
    })),
  });
  return {
    svg: stack([matrix, sheet], { width: WIDTH + 10, height: HEIGHT, columns: 2, title }),
    rows: cells,
  };
}
