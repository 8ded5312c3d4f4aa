import * as fs from "node:fs";
import { dirname, extname } from "node:path";
import { Failure, UsageError } from "../ask/errors.ts";
import type { Figure } from "../figures/figure.ts";
import { writeWhole } from "./files.ts";

/** Rows as CSV (RFC 4180). */
export function toCsv(rows: Figure["rows"]): string {
  const columns = Object.keys(rows[0] ?? {});
  const cell = (v: string | number): string =>
    /[",\n]/.test(String(v)) ? `"${String(v).replaceAll('"', '""')}"` : String(v);
  return `${[columns.join(","), ...rows.map((r) => columns.map((c) => cell(r[c]!)).join(","))].join("\n")}\n`;
}

const formats = [".svg", ".png", ".csv"];

/** Refuses a file name before anything is computed. */
export function checkTarget(path: string, force: boolean): void {
  if (fs.existsSync(path) && fs.statSync(path).isDirectory())
    throw new UsageError(`${path} is a folder, not a file; choose another --out.`);
  if (!formats.includes(extname(path).toLowerCase()))
    throw new UsageError(`--out ${path} must end in ${formats.join(", ")}, which says the format.`);
  const folder = dirname(path);
  if (!fs.existsSync(folder))
    throw new Failure(
      `cannot write ${path}: there is no folder ${folder}; make it, or choose another --out.`,
    );
  if (!force && fs.existsSync(path))
    throw new UsageError(`${path} exists; add --force to replace it, or choose another --out.`);
}

/** Writes a figure in the format that the name asks for, whole or not at all. `zoom`: pixels of a PNG per unit. */
export async function writeFigure(figure: Figure, path: string, zoom = 2): Promise<void> {
  const format = extname(path).toLowerCase();
  if (format === ".csv") return writeWhole(path, toCsv(figure.rows));
  if (format === ".svg") return writeWhole(path, `${figure.svg}\n`);
  const { Resvg } = await import("@resvg/resvg-js");
  const image = new Resvg(figure.svg, {
    fitTo: { mode: "zoom", value: zoom },
    font: { loadSystemFonts: true },
  }).render();
  writeWhole(path, image.asPng());
}
