import type { ImageShape, Picture } from "@hardgrad/experiments";
import { escapeXml } from "./escape.ts";
import { greyPng } from "./png.ts";

/** Height of an image, or its width if that is larger. */
const TILE = 56;
const GAP = 6;
const CAPTION = 14;
const LETTER = 9; // width of a letter of a row's label, about
const SMALL_LETTER = 6.8; // of a caption's
const WIDEST_CAPTION = 112; // longer ones are cut

/** A sheet of images as SVG, dark ink on white, with captions and labels of rows where there are any. */
export function pictureSvg({ title, columns, shape, tiles, rows: labels = [] }: Picture): string {
  const captions = tiles.some((t) => t.caption !== undefined);
  const scale = TILE / Math.max(shape.width, shape.height);
  const [wide, tall] = [shape.width * scale, shape.height * scale];
  const height = tall + GAP + (captions ? CAPTION : 0);
  const left =
    Math.ceil(LETTER * Math.max(0, ...labels.map((label) => label.length))) + (labels.length && 2 * GAP);
  const longest = Math.max(0, ...tiles.map(({ caption = "" }) => caption.length));
  const cell = Math.max(wide, Math.min(WIDEST_CAPTION, Math.ceil(SMALL_LETTER * longest)));
  const width = left + columns * (cell + GAP) - GAP;
  const rows = Math.ceil(tiles.length / columns);
  const placed = tiles.map(({ pixels, caption, right }, i) => {
    const x = left + (i % columns) * (cell + GAP);
    const y = Math.floor(i / columns) * height;
    const colour = right === undefined ? "#888" : right ? "#009e73" : "#d55e00";
    const text =
      caption === undefined
        ? ""
        : `<text x="${x + cell / 2}" y="${y + tall + CAPTION - 3}" font-size="11" text-anchor="middle" fill="${colour}"${right === false ? ' font-weight="700"' : ""}>${escapeXml(cut(caption, cell))}</text>`;
    return `<image x="${x + (cell - wide) / 2}" y="${y}" width="${wide}" height="${tall}" style="image-rendering:pixelated" href="${png(pixels, shape)}"/>${text}`;
  });
  const named = labels.map(
    (label, row) =>
      `<text x="${left - GAP}" y="${row * height + tall / 2 + 5}" font-size="14" text-anchor="end" fill="#444">${escapeXml(label)}</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${rows * height}" viewBox="0 0 ${width} ${rows * height}" role="img" aria-label="${escapeXml(title)}" font-family="system-ui, Helvetica, Arial, sans-serif">`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    ...named,
    ...placed,
    "</svg>",
  ].join("\n");
}

/** A caption as far as there is room. */
function cut(caption: string, room: number): string {
  const most = Math.floor(room / SMALL_LETTER);
  return caption.length <= most ? caption : `${caption.slice(0, most - 1)}…`;
}

/** A grey image, ink dark, as a data URI. */
function png(pixels: Uint8Array, { width, height }: ImageShape): string {
  const paper = pixels.map((ink) => 255 - ink);
  return `data:image/png;base64,${greyPng(width, height, paper).toString("base64")}`;
}
