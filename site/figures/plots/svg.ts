import type { Look } from "../contract.ts";

const NAMESPACE = "http://www.w3.org/2000/svg";

/** Those that are undefined are left out. */
type Attributes = { readonly [name: string]: string | number | undefined };

/** An SVG element. */
export function shape(
  document: Document,
  name: string,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): SVGElement {
  const element = document.createElementNS(NAMESPACE, name) as SVGElement;
  for (const [key, value] of Object.entries(attributes))
    if (value !== undefined)
      element.setAttribute(key, typeof value === "number" ? String(Math.round(value * 100) / 100) : value);
  for (const child of children)
    element.appendChild(typeof child === "string" ? document.createTextNode(child) : child);
  return element;
}

/** The text that stands under the pointer. */
export const tip = (document: Document, text: string): SVGElement => shape(document, "title", {}, text);

interface TextStyle {
  readonly size?: number;
  readonly fill?: string;
  readonly bold?: boolean;
  readonly anchor?: "start" | "middle" | "end";
}

export function text(look: Look, x: number, y: number, content: string, style: TextStyle = {}): SVGElement {
  const { size = 12, fill = look.colours.ink, bold = false, anchor = "start" } = style;
  return shape(
    look.document,
    "text",
    { x, y, "font-size": size, fill, "text-anchor": anchor, ...(bold ? { "font-weight": 600 } : {}) },
    content,
  );
}

/** A whole picture. */
export function picture(look: Look, height: number, label: string, ...parts: readonly Node[]): SVGElement {
  const { document, width } = look;
  return shape(
    document,
    "svg",
    {
      xmlns: NAMESPACE,
      width,
      height,
      viewBox: `0 0 ${width} ${Math.round(height)}`,
      role: "img",
      "aria-label": label,
      "font-family": "system-ui, Helvetica, Arial, sans-serif",
      "font-variant-numeric": "tabular-nums",
    },
    ...parts,
  );
}

/** A plot as a part of a picture. */
export function placed(part: Element, x: number, y: number): SVGElement {
  part.setAttribute("x", String(Math.round(x)));
  part.setAttribute("y", String(Math.round(y)));
  return part as SVGElement;
}
