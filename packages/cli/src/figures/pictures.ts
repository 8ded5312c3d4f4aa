import type { Picture } from "@hardgrad/experiments";
import { escapeXml } from "./escape.ts";
import { greyPng } from "./png.ts";

const TILE = 56;
const GAP = 6;
const CAPTION = 14;
const LETTER = 7.5; // width of a letter of a row's label, about

/** A sheet of 28 x 28 images as SVG, dark ink on white, with captions and labels of rows where there are any. */
export function pictureSvg({ title, columns, tiles, rows: labels = [] }: Picture): string {
  const captions = tiles.some((t) => t.caption !== undefined);
  const height = TILE + GAP + (captions ? CAPTION : 0);
  const left =
    Math.ceil(LETTER * Math.max(0, ...labels.map((label) => label.length))) + (labels.length && GAP);
  const width = left + columns * (TILE + GAP) - GAP;
  const rows = Math.ceil(tiles.length / columns);
  const placed = tiles.map(({ pixels, caption, right }, i) => {
    const x = left + (i % columns) * (TILE + GAP);
    const y = Math.floor(i / columns) * height;
    const colour = right === undefined ? "#888" : right ? "#009e73" : "#d55e00";
    const text =
      caption === undefined
        ? ""
        : `<text x="${x + TILE / 2}" y="${y + TILE + CAPTION - 3}" font-size="11" text-anchor="middle" fill="${colour}"${right === false ? ' font-weight="700"' : ""}>${escapeXml(caption)}</text>`;
    return `<image x="${x}" y="${y}" width="${TILE}" height="${TILE}" style="image-rendering:pixelated" href="${png(pixels)}"/>${text}`;
  });
  const named = labels.map(
    (label, row) =>
      `<text x="${left - GAP}" y="${row * height + TILE / 2 + 5}" font-size="14" text-anchor="end" fill="#444">${escapeXml(label)}</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${rows * height}" viewBox="0 0 ${width} ${rows * height}" role="img" aria-label="${escapeXml(title)}" font-family="system-ui, Helvetica, Arial, sans-serif">`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    ...named,
    ...placed,
    "</svg>",
  ].join("\n");
}

/** A 28 x 28 grey image, ink dark, as a data URI. */
function png(pixels: Uint8Array): string {
  const paper = pixels.map((ink) => 255 - ink);
  return `data:image/png;base64,${greyPng(28, 28, paper).toString("base64")}`;
}
