// Measures what pages weigh and how soon they show numbers that were computed there, and writes
// docs/results/site-weight.json and docs/site-measured.md. Fails if a page is too heavy.   node site/weight.mjs [--visits 3]
import { readFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { folder, opened, processorTime } from "./build/browser.mjs";
import { here, LIMITS, read, record } from "./build/measured.mjs";

const texts = ["start.html", "choosing.html", "performance.html", "api/hardgrad.html"];
const figures = ["", ...["neuron", "directions", "cost", "train", "digits", "gates", "forgetting", "circuit", "life"].map((name) => `explainer/${name}.html`), "estimators/rloo.html"]; // biome-ignore format: a list
// node site/weight.mjs explainer/cost.html: that page alone, in place of its old numbers
const { values, positionals: asked } = parseArgs({
  allowPositionals: true,
  options: { visits: { type: "string", default: "3" } },
});
const visits = Number(values.visits);

const { browser, origin } = await opened();

/** Notes when something is first so that a selector finds it. */
const watch = (selectors) => {
  const seen = {};
  globalThis.seen = seen;
  const look = () => {
    for (const [name, selector] of Object.entries(selectors))
      if (document.querySelector(selector)) seen[name] ??= performance.now();
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true });
};

/**
 * Scripts that were loaded; milliseconds from navigation to the page's load event, to the first picture that was computed
 * there and to the whole one; and the processor time till the first.
 */
async function visit(path, live) {
  const context = await browser.newContext({
    reducedMotion: "reduce",
    viewport: { width: 1280, height: 900 },
  });
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send("Performance.enable");
  await page.addInitScript(watch, { first: ".lab.is-begun", whole: ".lab.is-live" });
  const before = await processorTime(devtools);
  const loaded = new Set();
  page.on("response", (r) => /\.js($|\?)/.test(r.url()) && loaded.add(r.url()));
  await page.goto(`${origin}/${path}`, { waitUntil: "load", timeout: 120_000 });
  if (live) {
    await page.locator(".lab").first().scrollIntoViewIfNeeded();
    await page.waitForSelector(".lab.is-begun", { state: "attached", timeout: 120_000 });
  } else await page.waitForLoadState("networkidle");
  const processor = (await processorTime(devtools)).all - before.all;
  const scripts = [...loaded];
  if (live) await page.waitForSelector(".lab.is-live", { state: "attached", timeout: 120_000 });
  const seen = await page.evaluate(() => ({
    ...globalThis.seen,
    load: performance.getEntriesByType("navigation")[0].loadEventEnd,
  }));
  await context.close();
  return { loaded: scripts, processor, ...seen };
}

const size = (url) => gzipSync(readFileSync(join(folder, new URL(url).pathname)), { level: 9 }).length;

async function measure(path, live) {
  const all = [];
  for (let i = 0; i < (live ? visits : 1); i++) all.push(await visit(path, live));
  const least = (name) => Math.round(Math.min(...all.map((v) => v[name])));
  const bytes = all[0].loaded.reduce((sum, url) => sum + size(url), 0);
  const times = live
    ? Object.fromEntries(["load", "first", "whole", "processor"].map((name) => [name, least(name)]))
    : {};
  return { path: path || "index.html", bytes, ...times };
}

const now = (path) => asked.length === 0 || asked.includes(path || "index.html");
const old = asked.length === 0 ? [] : read("site-weight").pages;
const [busy] = loadavg();
const pages = [];
for (const path of [...texts, ...figures])
  pages.push(
    now(path)
      ? await measure(path, figures.includes(path))
      : old.find((page) => page.path === (path || "index.html")),
  );
await browser.close();
record("site-weight", { ...here(), busy, visits, pages });
const heavy = pages.filter(
  ({ bytes, processor }) => bytes > 1000 * (processor === undefined ? LIMITS.text : LIMITS.figure),
);
for (const { path, bytes } of heavy) console.error(`${path} loads ${Math.round(bytes / 1000)} KB of script.`);
process.exit(heavy.length > 0 ? 1 : 0);
