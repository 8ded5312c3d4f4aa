import { labServer } from "@hardgrad/cli/internal/lab/server";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { executablePath } from "../../test/chromium.ts";
import { addressOf, built, launch, listening, root, site } from "./harness.ts";

interface Axe {
  telling(folder: string): string[];
  lookingAt(browser: Browser): Promise<Page>;
  findingsOf(page: Page, address: string): Promise<string[]>;
  findingsIn(page: Page): Promise<string[]>;
}
const { telling, lookingAt, findingsOf, findingsIn } = (await import(
  /* @vite-ignore */ `${root}site/build/axe.mjs`
)) as Axe;

describe.skipIf(!executablePath)(
  `pages as they are built${executablePath ? "" : " (no Chromium here)"}`,
  () => {
    let browser: Browser;
    let server: Awaited<ReturnType<typeof listening>>;
    beforeAll(async () => {
      built();
      server = await listening(labServer(site));
      browser = await launch("--disable-gpu");
    }, 300_000);
    afterAll(async () => {
      await browser?.close();
      server?.close();
    });

    test("axe finds nothing serious in any kind of element, light and dark: every page by node site/axe.mjs", async () => {
      const page = await lookingAt(browser);
      const pages = telling(site);
      expect(pages.length).toBeGreaterThan(12);
      const found = [];
      for (const path of pages) found.push(...(await findingsOf(page, `${addressOf(server)}/${path}`)).map((text) => `${path}: ${text}`)); // biome-ignore format: one thought
      expect(found).toEqual([]);
      // It would find something.
      await page.setContent(
        '<html lang="en"><main id="VPContent"><input><p style="color:#ddd;background:#fff">pale</p></main></html>',
      );
      const known = (await findingsIn(page)).map((text) => text.split(":")[0]);
      expect(known).toEqual(["color-contrast", "label", "dark"]);
    }, 600_000);
  },
);
