import { labServer } from "@hardgrad/cli/internal/lab/server";
import type { Browser } from "playwright-core";
import { expect, test } from "vitest";
import { addressOf, listening, live, site, ticks, ticksFrom, watched } from "./harness.ts";

/** Tests of figures that have been paused, stopped or have nothing, for the file that has the browser and has built the site. */
export function restingTests(browser: () => Browser): void {
  test("a worker that dies while its figure is paused after playing is replaced by one that rests", async () => {
    const lab = await listening(labServer(site));
    const { page, context } = await watched(browser(), addressOf(lab));
    await page.goto(`${addressOf(lab)}/`);
    await live(page, "one-choice");
    const figure = page.locator("#one-choice .live");
    await figure.press(" ");
    await ticksFrom(page, "one-choice", 26);
    await figure.press("s");
    await page.waitForFunction(() => /ticks=/.test(location.search));
    await page.waitForTimeout(1000);
    const before = await page.locator("#one-choice .state").textContent();
    await page.workers()[0]!.evaluate("self.close()");
    await page.getByText("a new one goes on from the same place").waitFor();
    // It is there again, and has had the time to play.
    await figure.press("s");
    const next = 1 + Number(/tick (\d+)/.exec(before!)![1]);
    await ticks(page, "one-choice", next);
    await page.waitForTimeout(1000);
    expect(await page.locator("#one-choice .state").textContent()).toContain(`tick ${next}`);
    await context.close();
    lab.close();
  });

  test("what was stopped begins again by Play, by Step and by a control; what is over stays so", async () => {
    const lab = await listening(labServer(site));
    const { page, context, faults } = await watched(browser(), addressOf(lab));
    await page.goto(`${addressOf(lab)}/explainer/life.html?life.ticks=90000`);
    const stop = async (): Promise<void> => {
      await page.getByRole("button", { name: "Stop" }).click();
      await page.getByText("Stopped. Play, Step or Reset computes it again.").waitFor();
      expect(await page.locator("#life .busy").count()).toBe(0);
    };
    const figure = page.locator("#life .live");
    await stop();
    await figure.press("s");
    await ticks(page, "life", 12);
    expect(await page.locator("#life .notice").count()).toBe(0);

    await page.goto(`${addressOf(lab)}/explainer/life.html?life.ticks=90001`);
    await stop();
    // With Alt an arrow is the browser's.
    await page.locator("#life-cell").press("Alt+ArrowUp");
    expect(await page.locator("#life-cell").getAttribute("aria-valuetext")).toBe("13 across, 13 up");
    await page.locator("#life-cell").press("ArrowUp");
    await ticks(page, "life", 12);

    await page.goto(`${addressOf(lab)}/explainer/life.html?life.ticks=90002`);
    await stop();
    await figure.press(" ");
    await ticksFrom(page, "life", 14);
    expect(await figure.getByRole("button", { name: "Pause" }).isVisible()).toBe(true);

    await page.goto(`${addressOf(lab)}/?one-choice.ticks=400&one-choice.estimators=exact`);
    await live(page, "one-choice");
    await ticks(page, "one-choice", 400);
    await page.locator("#one-choice .live").press(" ");
    await page.waitForTimeout(300);
    expect(await page.getByRole("button", { name: "Pause" }).count()).toBe(0);
    expect(faults).toEqual([]);
    await context.close();
    lab.close();
  });

  test("where no worker can live the page says so, and has nothing to save", async () => {
    const lab = await listening(labServer(site));
    const { page, context, faults } = await watched(browser(), addressOf(lab));
    await page.route(/\/worker-/, (route) => route.abort());
    await page.goto(`${addressOf(lab)}/`);
    await page.locator("#one-choice").scrollIntoViewIfNeeded();
    await page.getByText("The page's worker ended four times; reload the page").waitFor();
    expect(await page.locator("#one-choice .notice").count()).toBe(0);
    for (const kind of ["SVG", "PNG", "CSV"]) {
      await page.getByRole("button", { name: `Save as ${kind}` }).click();
      await page.getByText("There is nothing to save yet.").waitFor();
      await page.getByRole("button", { name: "Copy link" }).click();
      await page.getByText("There is nothing to save yet.").waitFor({ state: "detached" });
    }
    expect(faults.filter((fault) => fault.startsWith("error:"))).toEqual([]);
    await context.close();
    lab.close();
  });

  test("on a phone what to look for is folded under the title, and a still picture can be read", async () => {
    const lab = await listening(labServer(site));
    const { page, context } = await watched(browser(), addressOf(lab), { width: 360 });
    await page.route(/\/worker-/, (route) => route.abort());
    await page.goto(`${addressOf(lab)}/explainer/neuron.html`);
    const hint = page.locator("#neuron > .hint");
    const paragraph = page.locator("#neuron + p");
    expect([await hint.isVisible(), await paragraph.isVisible()]).toEqual([true, false]);
    const told = page.getByText("The curve is the probability of a one.").first();
    expect(await told.isVisible()).toBe(false);
    await hint.locator("summary").press("Enter");
    expect(await told.isVisible()).toBe(true);
    const still = await page.locator("#neuron .still > [role=img] > svg").boundingBox();
    expect(still!.width).toBe(620);
    const sideways = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(sideways).toBe(360);
    await page.setViewportSize({ width: 1280, height: 900 });
    expect([await hint.isVisible(), await paragraph.isVisible()]).toEqual([false, true]);
    await context.close();
    lab.close();
  });
}
