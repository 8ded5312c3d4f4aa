import type { Look } from "./contract.ts";

/** Marks of an SVG, made by the document that is given: a browser's, or linkedom's in Node. */

type Attributes = { readonly [name: string]: string | number | undefined };

/** Pixels to a tenth: shorter, and the same text on every machine. */
const written = (value: string | number): string =>
  typeof value === "number" ? String(Math.round(value * 10) / 10) : value;

/** An element with attributes (those that are undefined left out) and children; a text is a child too. */
export function mark(
  { document }: Pick<Look, "document">,
  name: string,
  attributes: Attributes,
  ...children: readonly (Node | string)[]
): SVGElement {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name) as SVGElement;
  for (const [key, value] of Object.entries(attributes))
    if (value !== undefined) element.setAttribute(key, written(value));
  for (const child of children)
    element.append(typeof child === "string" ? document.createTextNode(child) : child);
  return element;
}

/** What a mark stands for: shown under the pointer, read by screen readers. */
export const tip = (look: Look, sentence: string): SVGElement => mark(look, "title", {}, sentence);

export interface Words {
  readonly size?: number;
  readonly fill?: string;
  readonly bold?: boolean;
  readonly anchor?: "start" | "middle" | "end";
}

export function words(look: Look, x: number, y: number, text: string, style: Words = {}): SVGElement {
  const { size = 12, fill = look.colours.ink, bold = false, anchor } = style;
  return mark(
    look,
    "text",
    { x, y, "font-size": size, fill, "text-anchor": anchor, "font-weight": bold ? 600 : undefined },
    text,
  );
}

/** The whole picture. */
export function picture(look: Look, height: number, title: string, parts: readonly SVGElement[]): SVGElement {
  const { width } = look;
  return mark(
    look,
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      width,
      height,
      viewBox: `0 0 ${written(width)} ${written(height)}`,
      role: "img",
      "aria-label": title,
      "font-family": "system-ui, Helvetica, Arial, sans-serif",
      style: "font-variant-numeric: tabular-nums",
    },
    ...parts,
  );
}

/** Squares of one colour as one path. */
export const squares = (places: readonly (readonly [x: number, y: number])[], size: number): string =>
  places.map(([x, y]) => `M${written(x)} ${written(y)}h${written(size)}v${written(size)}h${written(-size)}z`).join(""); // biome-ignore format: one thought

/** Steps of darkness of a grey picture. */
const GREYS = 6;

/** A picture of 28 x 28 grey values, ink on the ground of the page: runs of equal grey, a path for each grey. */
export function greyPicture(
  look: Look,
  pixels: ArrayLike<number>,
  at: { readonly x: number; readonly y: number; readonly size: number },
  sentence: string,
): SVGElement {
  const side = 28;
  const unit = at.size / side;
  const runs: string[] = Array.from({ length: GREYS + 1 }, () => "");
  for (let row = 0; row < side; row++)
    for (let from = 0; from < side; ) {
      const grey = greyOf(pixels[row * side + from]!);
      let to = from + 1;
      while (to < side && greyOf(pixels[row * side + to]!) === grey) to++;
      if (grey > 0) runs[grey] += `M${from} ${row}h${to - from}v1h${from - to}z`;
      from = to;
    }
  const paths = runs.flatMap((d, grey) =>
    d === "" ? [] : [mark(look, "path", { d, "fill-opacity": grey / GREYS })],
  );
  return mark(
    look,
    "g",
    {
      fill: look.colours.ink,
      transform: `translate(${written(at.x)} ${written(at.y)}) scale(${Math.round(unit * 1000) / 1000})`,
      "shape-rendering": "crispEdges",
    },
    tip(look, sentence),
    ...paths,
  );
}

const greyOf = (value: number): number => Math.round((value / 255) * GREYS);
