import { existsSync, readFileSync } from "node:fs";
import { defaultDevice, init } from "@jax-js/jax";
import { beforeAll, describe, expect, test } from "vitest";
import type { Row } from "../figures/contract.ts";
import { courses } from "../figures/courses.ts";
import { figures } from "../figures/index.ts";
import { type Still, stillOf } from "../frame/stills.ts";
import { expectClose, expectSameText } from "./close.ts";
import { pagesOfFigures } from "./harness.ts";
import { tools } from "./played.ts";

const at = (name: string): URL => new URL(`../stills/${name}`, import.meta.url);

test("every figure has a course, a page and a still picture", () => {
  const ids = Object.keys(figures);
  expect(Object.keys(courses).sort()).toEqual([...ids].sort());
  expect(
    pagesOfFigures()
      .map(({ id }) => id)
      .sort(),
  ).toEqual([...ids].sort());
  for (const id of ids) expect(existsSync(at(`${id}.svg`)), id).toBe(true);
});

/** Pictures in the picture are of pixels, which the numbers are compared by. */
const shapes = (svg: string): string => svg.replaceAll(/"data:image[^"]*"/g, '"picture"');

describe("a still picture is what its figure draws now (node site/stills.mjs ID makes it again)", () => {
  beforeAll(async () => {
    await init("wasm");
    defaultDevice("wasm");
  });
  test.each(Object.keys(figures))("%s", async (id) => {
    const { figure } = await figures[id]!();
    expect(figure.id).toBe(id);
    const now: Still = await stillOf({ id, values: {} }, tools);
    const { says, rows } = JSON.parse(readFileSync(at(`${id}.json`), "utf8")) as {
      says: string;
      rows: Row[];
    };
    expectClose(now.rows, rows, figure.measured);
    if (figure.measured) return;
    expectSameText(now.says, says, "sentence");
    expectSameText(shapes(now.svg), shapes(readFileSync(at(`${id}.svg`), "utf8").trim()), "picture");
  });
  test("they are light enough for a page", () => {
    for (const id of Object.keys(figures))
      expect(readFileSync(at(`${id}.svg`)).length, id).toBeLessThan(250_000);
  });
});
