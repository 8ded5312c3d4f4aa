import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { compactSvg } from "./compact.ts";
import { escapeXml } from "./escape.ts";

/** Plot without a browser: the document is injected. */
export const document: Document = parseHTML("<!doctype html><html><body></body></html>")
  .document as unknown as Document;

/** Colours that people with colour-blindness tell apart (Okabe & Ito 2008), dark enough on white. */
export const colours: readonly string[] = [
  "#0072b2",
  "#d55e00",
  "#009e73",
  "#cc79a7",
  "#e69f00",
  "#56b4e9",
  "#6a3d9a",
  "#8c564b",
  "#444444",
];

/** The same colours for a dark ground, in the same order. */
export const darkColours: readonly string[] = [
  "#58b1f0",
  "#ff8a3d",
  "#2fd0a0",
  "#e79cc6",
  "#f2b632",
  "#8fd0f7",
  "#b794f0",
  "#c98f82",
  "#c4c4c4",
];

/** One plot as SVG markup. */
export function plotSvg(options: Plot.PlotOptions): string {
  return markup(Plot.plot({ ...options, document }));
}

/** A drawing that may stand alone. */
export function markup(element: Element): string {
  element.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  return compactSvg(element.outerHTML);
}

/** Panels one above the other, or in a grid, with a title, as one SVG. */
export function stack(
  panels: readonly string[],
  layout: { width: number; height: number; columns?: number; title: string },
): string {
  const { width, height, columns = 1, title } = layout;
  const rows = Math.ceil(panels.length / columns);
  const placed = panels.map((svg, i) => {
    const x = (i % columns) * width;
    const y = 34 + Math.floor(i / columns) * height;
    return svg.replace("<svg ", `<svg x="${x}" y="${y}" `);
  });
  const total = { w: width * columns, h: 34 + rows * height };
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${total.w}" height="${total.h}" viewBox="0 0 ${total.w} ${total.h}" role="img" aria-label="${escapeXml(title)}" font-family="system-ui, Helvetica, Arial, sans-serif">`,
    `<rect width="100%" height="100%" fill="white"/>`,
    `<text x="14" y="23" font-size="16" font-weight="600" fill="#222">${escapeXml(title)}</text>`,
    ...placed,
    "</svg>",
  ].join("\n");
}
