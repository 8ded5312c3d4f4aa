import { parseHTML } from "linkedom";
import { expect } from "vitest";
import type { Controls } from "../figures/contract.ts";
import { lookOf } from "../figures/look.ts";
import * as played from "./played.ts";

interface Shown {
  readonly controls: Controls;
  draw(data: never, state: never, look: never): SVGElement;
  says(data: never, state: never): string;
  rows(data: never, state: never): readonly { readonly [column: string]: string | number }[];
  code(state: never): string;
}
/** The default state of any figure with some values changed. */
export const stateOf = (figure: unknown, given: object = {}): never =>
  played.stateOf(figure as never, given as never) as never;

/** Draws at a few widths, and reads everything that a visitor may see. */
export function examine(figure: unknown, data: unknown, state: unknown): { svg: string; says: string } {
  const shown = figure as Shown;
  let svg = "";
  for (const [width, dark] of [
    [360, true],
    [760, false],
    [1100, false],
  ] as const) {
    // biome-ignore format: one list
    const { document } = parseHTML("<!doctype html><html><body></body></html>");
    const look = lookOf(document as unknown as Document, width, dark);
    svg = shown.draw(data as never, state as never, look as never).outerHTML;
    expect(svg).not.toMatch(/NaN|undefined|Infinity|null/);
    expect(Number(/width="([\d.]+)"/.exec(svg)![1])).toBe(width);
    // What is smaller can't be read on a phone.
    for (const [text, size] of svg.matchAll(/font-size(?:="|:\s*)([\d.]+)/g))
      expect(Number(size), text).toBeGreaterThanOrEqual(10);
  }
  const says = shown.says(data as never, state as never);
  expect(says).not.toMatch(/NaN|undefined|Infinity|null/);
  expect(says).toMatch(/^[A-Z].{20,}\.$/s);
  for (const row of shown.rows(data as never, state as never))
    for (const value of Object.values(row)) expect(value).not.toBeNaN();
  return { svg, says };
}
