import { escapeXml } from "./escape.ts";

/** Shapes of drawings that are not plots, as SVG markup. */

export const ink = "#222";
export const grey = "#767676";

interface TextStyle {
  readonly size?: number;
  readonly fill?: string;
  readonly bold?: boolean;
  readonly anchor?: "start" | "middle" | "end";
}

export function text(x: number, y: number, content: string, style: TextStyle = {}): string {
  const { size = 12, fill = ink, bold = false, anchor = "start" } = style;
  const weight = bold ? ' font-weight="600"' : "";
  return `<text x="${x}" y="${y}" font-size="${size}" fill="${fill}" text-anchor="${anchor}"${weight}>${escapeXml(content)}</text>`;
}

/** An arrow along a path, its head in the colour of the line. */
export function arrow(
  path: string,
  colour: string,
  options: { width?: number; dashed?: boolean } = {},
): string {
  const { width = 2, dashed = false } = options;
  return `<path d="${path}" fill="none" stroke="${colour}" stroke-width="${width}"${dashed ? ' stroke-dasharray="5 4"' : ""} marker-end="url(#head-${colour.slice(1)})"/>`;
}

/** The heads that `arrow` refers to. */
export function heads(colours: readonly string[]): string {
  const markers = colours.map(
    (c) =>
      `<marker id="head-${c.slice(1)}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0.5L8 4L0 7.5z" fill="${c}"/></marker>`,
  );
  return `<defs>${markers.join("")}</defs>`;
}

/** A drawing with a title on a white ground, readable on a dark page too. */
export function drawing(width: number, height: number, title: string, parts: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeXml(title)}" font-family="system-ui, Helvetica, Arial, sans-serif">`,
    `<rect width="100%" height="100%" fill="white"/>`,
    text(16, 26, title, { size: 16, bold: true }),
    ...parts,
    "</svg>",
  ].join("\n");
}
