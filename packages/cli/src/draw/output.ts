import * as fs from "node:fs";
import { extname } from "node:path";
import { UsageError } from "../ask/errors.ts";
import { checkTarget } from "../disk/figure-file.ts";
import { MOST, MOST_ON_SHEET, type Request } from "./request.ts";

/** Refuses, before anything is drawn, a file that can't be written or a sheet that nobody could look at. */
export function checkOutput(out: string, pictures: number, force: boolean): void {
  checkTarget(out, force);
  if (extname(out).toLowerCase() !== ".csv" && pictures > MOST_ON_SHEET)
    throw new UsageError(
      `a sheet holds at most ${MOST_ON_SHEET} pictures, not ${pictures}; write --out FILE.csv or --json, which take up to ${MOST}, or lower --count.`,
    );
}

/** A name that says what is on the picture, and that no file has yet: `digit-7.png`, `digit-7-2.png`. */
export function freeName(request: Request, digits: readonly number[], names: readonly string[]): string {
  const [digit] = digits as [number];
  const name = names[digit]!;
  const of = /^\d+$/.test(name) ? `digit-${name}` : name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-");
  const stem =
    request.kind === "grid"
      ? "grid"
      : request.kind === "digit"
        ? of
        : `${of}-morph-${request.styles!.join("-")}`;
  for (let n = 1; ; n++) {
    const path = n === 1 ? `${stem}.png` : `${stem}-${n}.png`;
    if (!fs.existsSync(path)) return path;
  }
}

/** Columns of a sheet: styles of a grid, one row of a short morph, else a square. */
export function columnsOf({ kind, count }: Request): number {
  if (kind === "grid") return count;
  return kind === "morph" && count <= 16 ? count : Math.ceil(Math.sqrt(count));
}
