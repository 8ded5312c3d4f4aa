import type { Server } from "node:http";
import { labServer } from "@hardgrad/cli/internal/lab/server";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { executablePath } from "../../test/chromium.ts";
import { expectClose } from "./close.ts";
import { fileFieldTests } from "./file-field.ts";
import {
  addressOf,
  built,
  drawn,
  launch,
  listening,
  live,
  picture,
  plainHost,
  saved,
  site,
  ticks,
  ticksFrom,
  watched,
} from "./harness.ts";
import { restingTests } from "./resting-page.ts";
import { runPageTests } from "./run-page.ts";
import { serious, shown, sideways, still } from "./shown.ts";

describe.skipIf(!executablePath)(`pages${executablePath ? "" : " (no Chromium here)"}`, () => {
  let browser: Browser;
  let lab: Server;
  let plain: Server;
  let origin: string;

  beforeAll(async () => {
    built();
    lab = await listening(labServer(site));
    plain = await listening(plainHost());
    origin = addressOf(lab);
    browser = await launch("--disable-gpu");
  }, 300_000);
  afterAll(async () => {
    await browser?.close();
    lab?.close();
    plain?.close();
  });

  test("a link has the state, and a reset comes back to it", async () => {
    const { page, context } = await watched(browser, origin);
    await page.goto(`${origin}/?one-choice.seed=5`);
    await live(page, "one-choice");
    const first = await picture(page, "one-choice");
    const figure = page.locator("#one-choice .live");
    await figure.press("s");
    await ticks(page, "one-choice", 25);
    expect(await picture(page, "one-choice")).not.toBe(first);
    await page.waitForFunction(() => /seed=5/.test(location.search) && /ticks=25/.test(location.search));
    await figure.press("r");
    await ticks(page, "one-choice", 24);
    expect(await picture(page, "one-choice")).toBe(first);
    await context.close();
  });

  test("computes in the worker of the page's head, which does not wait for the page's scripts", async () => {
    const { page, context, faults } = await watched(browser, origin);
    const worker = page.waitForEvent("worker");
    await page.route(/\/app\.[\w-]+\.js/, async (route) => {
      await worker;
      await route.continue();
    });
    await page.goto(`${origin}/`);
    await live(page, "one-choice");
    // Its threads come from blobs.
    expect(page.workers().filter((w) => /\/worker-/.test(w.url())).length).toBe(1);
    expect(faults).toEqual([]);
    await context.close();
  });

  test("on any host, below any path, without shared memory: the same numbers, on one thread", async () => {
    const { page, context, faults } = await watched(browser, addressOf(plain));
    await page.goto(`${addressOf(plain)}/x/y/`);
    await live(page, "one-choice");
    expect(await page.locator("#one-choice .state").textContent()).toContain("1 thread");
    expectClose(await saved(page, "one-choice"), still("one-choice").rows);
    await page.goto(`${addressOf(plain)}/x/y/estimators/rloo.html`);
    await page.getByRole("link", { name: "Start", exact: true }).first().click();
    await page.waitForURL("**/x/y/start.html");
    await page.getByRole("link", { name: "API", exact: true }).first().click();
    await page.waitForURL("**/x/y/api/");
    expect(faults).toEqual([]);
    await context.close();
  });

  test("a figure that left the view and came back at once is drawn; the page keeps its style as it comes alive", async () => {
    const { page, context } = await watched(browser, origin);
    await page.addInitScript(() => {
      const Native = IntersectionObserver;
      /** A busy page hears of both changes at once. */
      globalThis.IntersectionObserver = class extends Native {
        constructor(hear: IntersectionObserverCallback, options?: IntersectionObserverInit) {
          super((entries, self) => {
            const gone = entries.map(
              ({ target }) => ({ target, isIntersecting: false }) as IntersectionObserverEntry,
            );
            hear([...gone, ...entries], self);
          }, options);
        }
      };
    });
    await page.goto(`${origin}/`);
    await live(page, "one-choice");
    const sheets = await page.evaluate(() =>
      performance
        .getEntriesByType("resource")
        .map(({ name }) => name)
        .filter((name) => name.endsWith(".css")),
    );
    expect(sheets.length).toBeGreaterThan(0);
    expect(new Set(sheets).size).toBe(sheets.length);
    await context.close();
  });

  test("a worker that dies is replaced, says so, and goes on where it was", async () => {
    const { page, context } = await watched(browser, origin);
    await page.goto(`${origin}/?one-choice.ticks=26`);
    await live(page, "one-choice");
    await ticks(page, "one-choice", 26);
    const before = await picture(page, "one-choice");
    await page.workers()[0]!.evaluate("self.close()");
    await page.getByText("a new one goes on from the same place").waitFor();
    await page.locator("#one-choice .live").press("s");
    await ticks(page, "one-choice", 27);
    await page.locator("#one-choice .live").press("r");
    await ticks(page, "one-choice", 24);
    await page.goto(`${origin}/?one-choice.ticks=26`);
    await live(page, "one-choice");
    await ticks(page, "one-choice", 26);
    expect(await picture(page, "one-choice")).toBe(before);
    await context.close();
  });

  test("what takes long shows what it has and how far it is, and can be stopped", async () => {
    const { page, context } = await watched(browser, origin);
    await page.goto(`${origin}/?one-choice.ticks=400`);
    await page.locator("#one-choice.is-begun:not(.is-live)").waitFor();
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByText("Stopped.").waitFor();
    expect(await page.locator("#one-choice").getAttribute("class")).not.toContain("is-live");
    await page.locator("#one-choice .live").press("r");
    await live(page, "one-choice");
    await context.close();
  });

  test("plays and pauses by the space bar", async () => {
    const { page, context } = await watched(browser, origin);
    await page.goto(`${origin}/`);
    await live(page, "one-choice");
    const figure = page.locator("#one-choice .live");
    await figure.press(" ");
    await ticksFrom(page, "one-choice", 27);
    await figure.press(" ");
    expect(await figure.getByRole("button", { name: "Play" }).isVisible()).toBe(true);
    await context.close();
  });

  test("a figure that plays goes on in a tab that nobody sees, and is drawn when it is seen again", async () => {
    const { page, context } = await watched(browser, origin);
    await page.goto(`${origin}/`);
    await live(page, "one-choice");
    const show = async (how: string): Promise<void> => {
      await page.evaluate((state) => {
        Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
      }, how);
      await drawn(page);
    };
    await page.locator("#one-choice .live").press(" ");
    await show("hidden");
    const before = await picture(page, "one-choice");
    await ticksFrom(page, "one-choice", 41);
    expect(await picture(page, "one-choice")).toBe(before);
    await show("visible");
    expect(await picture(page, "one-choice")).not.toBe(before);
    await context.close();
  });

  test("a missing page has a way home, at any depth and below any path", async () => {
    const { page, context } = await watched(browser, origin);
    for (const [at, home] of [
      [`${origin}/nothing`, `${origin}/`],
      [`${origin}/explainer/no/such/page.html?x=1`, `${origin}/`],
      [`${origin}//127.0.0.2/page.html`, `${origin}/`],
      [`${addressOf(plain)}/x/y/404.html`, `${addressOf(plain)}/x/y/`],
    ] as const) {
      await page.goto(at);
      await page.getByRole("link", { name: "To the first page" }).click();
      await page.waitForURL(home);
      expect(await page.title()).toContain("hardgrad");
    }
    await context.close();
  });

  test("without script the article reads and shows", async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    for (const [id, path, { question }] of shown) {
      await page.goto(`${origin}/${path}`);
      expect(await page.getByRole("heading", { name: question }).isVisible(), id).toBe(true);
      expect(await page.locator(`#${id} .still svg`).first().isVisible(), id).toBe(true);
      expect(await page.locator(`#${id} .still .says`).textContent()).not.toBe("");
    }
    await context.close();
  });

  test("pages of text have no fault and fit a phone; axe finds nothing serious in the frame around them", async () => {
    const { page, context, faults } = await watched(browser, origin);
    for (const path of [
      "start",
      "choosing",
      "estimators",
      "estimators/rloo",
      "api/hardgrad-check",
      "performance",
    ]) {
      await page.setViewportSize({ width: 1280, height: 900 });
      await page.goto(`${origin}/${path}.html`);
      if (path === "start") {
        expect(await serious(page, "html")).toEqual([]);
        await page.evaluate(() => document.documentElement.classList.add("dark"));
        expect(await serious(page, "html", "color-contrast")).toEqual([]);
      }
      if (path === "choosing") {
        // A picture that is drawn on white has the ground of the page.
        const picture = page.locator(".vp-doc img").first();
        const filter = (): Promise<string> => picture.evaluate((img) => getComputedStyle(img).filter);
        expect(await filter()).toBe("none");
        await page.evaluate(() => document.documentElement.classList.add("dark"));
        expect(await filter()).toContain("invert(1)");
      }
      await page.setViewportSize({ width: 360, height: 740 });
      expect(await sideways(page), path).toBe(0);
      // No number is on another line than its error or its unit.
      expect(await page.locator(".vp-doc td").allTextContents(), path).not.toContainEqual(
        expect.stringMatching(/\d [±%]/),
      );
    }
    expect(faults).toEqual([]);
    await context.close();
  });

  runPageTests(() => browser);
  fileFieldTests(() => browser);
  restingTests(() => browser);

  test("finds words in all pages", async () => {
    const { page, context, faults } = await watched(browser, origin);
    await page.goto(`${origin}/`);
    // The key is heard once the page's script runs.
    await live(page, "one-choice");
    // Where its buttons are too many for a line, those that save stand together on the next.
    for (const width of [360, 768, 1280]) {
      await page.setViewportSize({ width, height: 900 });
      const tops = await page
        .locator("#one-choice .buttons .quiet")
        .evaluateAll((all) => all.map((button) => button.getBoundingClientRect().top));
      expect(new Set(tops).size, `${width} pixels`).toBe(1);
    }
    expect(await page.getByRole("button", { name: "Search" }).isVisible()).toBe(true);
    await page.keyboard.press("Control+k");
    await page.getByPlaceholder("Search").fill("leave-one-out");
    await page.locator(".VPLocalSearchBox .result").first().waitFor();
    expect(await page.locator(".VPLocalSearchBox .results").textContent()).toContain("RLOO");
    expect(faults).toEqual([]);
    await context.close();
  });

  test("computes on a GPU where it is asked to: one in software here", async () => {
    const gpu = await launch(
      "--enable-unsafe-webgpu",
      "--use-webgpu-adapter=swiftshader",
      "--enable-features=Vulkan",
    );
    try {
      const { page } = await watched(gpu, origin);
      await page.goto(`${origin}/?device=webgpu&one-choice.ticks=4`);
      await live(page, "one-choice");
      expect(await page.locator("#one-choice .state").textContent()).toContain("WebGPU");
      // After a few steps: later a sample that falls the other way, by another last bit, has moved the whole course.
      const rows = (await saved(page, "one-choice")).filter(({ step }) => Number(step) <= 20);
      expectClose(
        rows,
        still("one-choice").rows.filter(({ step }) => Number(step) <= 20),
      );
      await page.getByRole("button", { name: "use WebAssembly" }).click();
      await page.getByText("computed here, on WebAssembly").waitFor();
      expect(page.url()).not.toContain("device");
    } finally {
      await gpu.close();
    }
  });
});
