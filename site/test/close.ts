import { expect } from "vitest";
import type { Row } from "../figures/contract.ts";

const NUMBER = /-?\d+(?:\.\d+)?(?:e-?\d+)?/g;

/** A text without its numbers, and the numbers. */
const parts = (text: string): { frame: string; numbers: number[] } => ({
  frame: text.replaceAll(NUMBER, "0"),
  numbers: [...text.matchAll(NUMBER)].map(([n]) => Number(n)),
});

/** The same words, and the same numbers but for rounding: half a unit, or a hundredth. For pictures, sentences, pixels. */
export function expectSameText(text: string, wanted: string, what: string): void {
  const [now, then] = [parts(text.replaceAll("\u00a0", " ")), parts(wanted)];
  expect(now.frame, what).toBe(then.frame);
  now.numbers.forEach((v, i) => {
    const other = then.numbers[i]!;
    expect(Math.abs(v - other), `${what}: ${v}, not ${other}`).toBeLessThanOrEqual(
      1 + 0.01 * Math.abs(other),
    );
  });
}

/**
 * The same numbers but for the order of sums and fused products, which differ from engine to engine: to a thousandth
 * of the column's largest number. Columns of measured times are left out.
 */
export function expectClose(
  rows: readonly Row[],
  wanted: readonly Row[],
  measured: readonly string[] = [],
): void {
  expect(rows.length).toBe(wanted.length);
  const columns = [...new Set(wanted.flatMap((row) => Object.keys(row)))].filter(
    (name) => !measured.includes(name),
  );
  for (const name of columns) {
    const numbers = wanted.map((row) => row[name]).filter((v) => typeof v === "number");
    const slack = 1e-3 * Math.max(1e-6, ...numbers.map(Math.abs));
    wanted.forEach((row, i) => {
      const [now, then] = [rows[i]![name], row[name]];
      const what = `${name}, row ${i}`;
      if (typeof then === "number" && typeof now === "number")
        expect(Math.abs(now - then), `${what}: ${now}, not ${then}`).toBeLessThanOrEqual(slack);
      else expectSameText(String(now ?? ""), String(then ?? ""), what);
    });
  }
}
