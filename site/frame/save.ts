import type { Row } from "../figures/contract.ts";

/** What leaves the page. */

export function csvOf(rows: readonly Row[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cell = (value: string | number | undefined): string => {
    const text = value === undefined ? "" : String(value);
    return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const lines = rows.map((row) => columns.map((column) => cell(row[column])).join(","));
  return `${[columns.map(cell).join(","), ...lines].join("\n")}\n`;
}

/** A picture as a file of its own: on its ground, with its title. */
export function svgFile(svg: SVGElement, title: string, ground: string): string {
  const copy = svg.cloneNode(true) as SVGElement;
  const { ownerDocument } = svg;
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.style.background = ground;
  const label = ownerDocument.createElementNS("http://www.w3.org/2000/svg", "title");
  label.textContent = title;
  copy.prepend(label);
  return `${new XMLSerializer().serializeToString(copy)}\n`;
}

/** The same as a PNG, twice as fine as the page. */
export async function pngOf(svg: string, width: number, height: number): Promise<Blob> {
  const image = new Image(width, height);
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = 2 * width;
  canvas.height = 2 * height;
  canvas.getContext("2d")!.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise(
    (done, refuse) =>
    canvas.toBlob((blob) => (blob ? done(blob) : refuse(new Error("this browser can't make a PNG; save the SVG."))), "image/png"), // biome-ignore format: one thought
  );
}

export function download(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** Puts a text on the clipboard; where a page may not, by a selection. */
export async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    if (!done) throw new Error("this browser does not let the page copy; select the address yourself.");
  }
}
