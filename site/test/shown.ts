import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";
import type { Row } from "../figures/contract.ts";
import { type AnyFigure, figures } from "../figures/index.ts";
import { preset } from "../frame/preset.ts";
import { pagesOfFigures } from "./harness.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const tags = pagesOfFigures();

/** Every figure with its name, its page and its defaults there. */
export const shown: readonly (readonly [string, string, AnyFigure])[] = await Promise.all(
  tags.map(
    async ({ id, page, values }) => [id, page, preset((await figures[id]!()).figure, values)] as const,
  ),
);

/** What a figure shows before it runs. */
export const still = (of: string): { says: string; rows: Row[] } =>
  JSON.parse(
    readFileSync(
      new URL(`../stills/${tags.find(({ id }) => id === of)!.name}.json`, import.meta.url),
      "utf8",
    ),
  );

/**
 * What axe finds that is serious in a part of the page, by all its rules or some; of the theme's search button it reads the
 * hint of a key, which is not shown, as its text.
 */
export async function serious(page: Page, part: string, ...rules: string[]): Promise<string[]> {
  const only = rules.length > 0 ? { runOnly: { type: "rule", values: rules } } : {};
  const options = { ...only, resultTypes: ["violations"] };
  const within = { include: [part], exclude: [".DocSearch-Button"] };
  const { violations } = (await page.evaluate(
    `${axe}; axe.run(${JSON.stringify(within)}, ${JSON.stringify(options)})`,
  )) as AxeResults;
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(
      ({ id, nodes }) =>
        `${id}: ${nodes.map(({ html, failureSummary }) => `${html.slice(0, 200)} ${failureSummary}`).join("\n")}`,
    );
}

/** How far a page scrolls sideways. */
export const sideways = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
