import type { Server } from "node:http";
import { labServer } from "@hardgrad/cli/internal/lab/server";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { executablePath } from "../../test/chromium.ts";
import type { AnyFigure } from "../figures/index.ts";
import { expectClose, expectSameText } from "./close.ts";
import {
  addressOf,
  built,
  drawn,
  launch,
  listening,
  live,
  picture,
  saved,
  site,
  ticks,
  watched,
} from "./harness.ts";
import { serious, shown, sideways, still } from "./shown.ts";

/** Texts of a figure's picture that end more than a letter's half beyond it. */
const cut = (page: Page, id: string): Promise<string[]> =>
  page.evaluate((name) => {
    const svg = document.querySelector(`#${name} .host svg`)!;
    const box = svg.getBoundingClientRect();
    return [...svg.querySelectorAll("text")]
      .filter((part) => part.getBoundingClientRect().right > box.right + 4)
      .map((part) => part.textContent!);
  }, id);

/** What the marks near both edges say under the pointer is within the window. */
async function expectTipsWithin(page: Page, id: string): Promise<void> {
  await page.locator(`#${id} .host`).scrollIntoViewIfNeeded();
  const centres = await page.evaluate((name) => {
    const inSight = ({ y }: { y: number }): boolean => y > 100 && y < innerHeight - 20;
    const found = [...document.querySelectorAll(`#${name} [data-tip]`)]
      .map((mark) => mark.getBoundingClientRect())
      .map(({ x, y, width, height }) => ({ x: x + width / 2, y: y + height / 2 }))
      .filter(inSight)
      .sort((a, b) => a.x - b.x);
    return [...found.slice(0, 3), ...found.slice(-3)];
  }, id);
  let seen = 0;
  for (const { x, y } of centres) {
    await page.mouse.move(x, y);
    await drawn(page);
    const box = await page.evaluate((name) => {
      const { left, right } = document.querySelector(`#${name} .tip`)?.getBoundingClientRect() ?? {};
      return left === undefined ? undefined : { left, right: right!, window: innerWidth };
    }, id);
    if (!box) continue;
    seen++;
    expect(box.left).toBeGreaterThanOrEqual(0);
    expect(box.right).toBeLessThanOrEqual(box.window);
    expect(await sideways(page)).toBe(0);
  }
  expect(seen).toBeGreaterThan(0);
  await page.mouse.move(0, 0);
}

/** Everything in a figure is reached by Tab. */
async function expectReached(page: Page, id: string): Promise<void> {
  for (const fold of await page.locator(`#${id} .controls details`).all())
    await fold.locator("summary").click();
  const parts = `#${id} .live :is(input, select, button:not(:disabled), summary, .pad)`;
  const count = await page.locator(parts).count();
  await page.locator(`#${id} .live`).focus();
  const reached = new Set<number>();
  for (let i = 0; i < count + 2; i++) {
    await page.keyboard.press("Tab");
    reached.add(
      await page.evaluate(
        (all) => [...document.querySelectorAll(all)].indexOf(document.activeElement!),
        parts,
      ),
    );
  }
  reached.delete(-1);
  expect(reached.size).toBe(count);
}

/** Every control works by keyboard, and the address follows. */
async function expectOperated(page: Page, id: string, controls: AnyFigure["controls"]): Promise<void> {
  for (const [name, { kind }] of Object.entries(controls)) {
    const keys = { number: ["ArrowRight"], choice: ["ArrowDown"], flag: ["Space"], point: ["ArrowUp"], picture: ["Space", "ArrowRight", "ArrowDown", "Space"] }[kind as string]; // biome-ignore format: a list
    if (kind === "list")
      await page.locator(`fieldset:has(> #${id}-${name}-help) input`).first().press("Space");
    if (!keys) continue;
    await page.locator(`#${id}-${name}`).focus();
    for (const key of keys) await page.keyboard.press(key);
    await page
      .waitForFunction((key) => new URL(location.href).searchParams.has(key), `${id}.${name}`)
      .catch(() => {
        throw new Error(`${id}.${name} does not come into the address`);
      });
  }
}

describe.skipIf(!executablePath)(`figures${executablePath ? "" : " (no Chromium here)"}`, () => {
  let browser: Browser;
  let lab: Server;
  let origin: string;

  beforeAll(async () => {
    built();
    lab = await listening(labServer(site));
    origin = addressOf(lab);
    browser = await launch("--disable-gpu");
  }, 300_000);
  afterAll(async () => {
    await browser?.close();
    lab?.close();
  });

  test.each(shown)(
    "%s computes what Node does, without faults, by keyboard, in the dark and on a phone too, and in another profile",
    async (id, path, figure) => {
      const { page, context, faults } = await watched(browser, origin);
      await page.goto(`${origin}/${path}`);
      await live(page, id);
      const { says, rows } = still(id);
      expectClose(await saved(page, id), rows, figure.measured);
      const lab = page.locator(`#${id}`);
      if (!figure.measured)
        expectSameText((await lab.locator(".live .says").textContent())!, says, "sentence");
      expect(await lab.locator(".state").textContent()).toContain("WebAssembly");
      // Motion is to be reduced: it does not play by itself.
      expect(await lab.getByRole("button", { name: "Play" }).isVisible()).toBe(true);

      const stepped = await lab.getByRole("button", { name: "Step" }).isEnabled();
      await lab.locator(".live").press(stepped ? "s" : "r");
      await ticks(page, id, figure.first + (stepped ? 1 : 0));
      await page.waitForFunction((name) => new URL(location.href).searchParams.has(`${name}.ticks`), id);
      const [address, shown, numbers] = [page.url(), await picture(page, id), await saved(page, id)];
      const other = await watched(browser, origin);
      await other.page.goto(address);
      await live(other.page, id);
      expectClose(await saved(other.page, id), numbers, figure.measured);
      if (!figure.measured) expect(await picture(other.page, id)).toBe(shown);
      expect(other.faults).toEqual([]);
      await other.context.close();

      expect(await serious(page, `#${id}`)).toEqual([]);
      await expectReached(page, id);
      await page.evaluate(() => document.documentElement.classList.add("dark"));
      expect(await serious(page, `#${id}`, "color-contrast")).toEqual([]);
      // Turned to a phone while nobody sees it, where it is not drawn anew: no part of it may be as wide as before.
      await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
      await page.setViewportSize({ width: 360, height: 740 });
      expect(await sideways(page)).toBe(0);
      await page.locator(`#${id}`).scrollIntoViewIfNeeded();
      await page.waitForFunction((name) => document.querySelector<SVGSVGElement>(`#${name} .host svg`)!.width.baseVal.value <= 340, id); // biome-ignore format: one thought
      expect(await sideways(page)).toBe(0);
      expect(await cut(page, id)).toEqual([]);
      await expectTipsWithin(page, id);
      await expectOperated(page, id, figure.controls);
      expect(faults).toEqual([]);
      await context.close();
    },
  );
});
