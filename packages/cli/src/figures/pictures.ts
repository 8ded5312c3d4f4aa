import type { Picture } from "@hardgrad/experiments";
import { Resvg } from "@resvg/resvg-js";
import { escapeXml } from "./draw.ts";

const TILE = 56;
const GAP = 6;
const CAPTION = 14;

/** A sheet of 28 x 28 images as SVG, dark ink on white, with captions where there are any. */
export function pictureSvg({ title, columns, tiles }: Picture): string {
  const captions = tiles.some((t) => t.caption !== undefined);
  const height = TILE + GAP + (captions ? CAPTION : 0);
  const width = columns * (TILE + GAP) - GAP;
  const rows = Math.ceil(tiles.length / columns);
  const placed = tiles.map(({ pixels, caption, right }, i) => {
    const x = (i % columns) * (TILE + GAP);
    const y = Math.floor(i / columns) * height;
    const colour = right === undefined ? "#888" : right ? "#009e73" : "#d55e00";
    const text =
      caption === undefined
        ? ""
        : `<text x="${x + TILE / 2}" y="${y + TILE + CAPTION - 3}" font-size="11" text-anchor="middle" fill="${colour}"${right === false ? ' font-weight="700"' : ""}>${escapeXml(caption)}</text>`;
    return `<image x="${x}" y="${y}" width="${TILE}" height="${TILE}" style="image-rendering:pixelated" href="${png(pixels)}"/>${text}`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${rows * height}" viewBox="0 0 ${width} ${rows * height}" role="img" aria-label="${escapeXml(title)}" font-family="system-ui, Helvetica, Arial, sans-serif">`,
    ...placed,
    "</svg>",
  ].join("\n");
}

/** A 28 x 28 grey image as a data URI. */
function png(pixels: Uint8Array): string {
  const squares = Array.from(pixels).flatMap((v, i) =>
    v > 8
      ? [
          `<rect x="${i % 28}" y="${Math.floor(i / 28)}" width="1" height="1" fill="#000" fill-opacity="${(v / 255).toFixed(2)}"/>`,
        ]
      : [],
  );
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="28" height="28" shape-rendering="crispEdges"><rect width="28" height="28" fill="#fff"/>${squares.join("")}</svg>`;
  return `data:image/png;base64,${Buffer.from(new Resvg(svg).render().asPng()).toString("base64")}`;
}
