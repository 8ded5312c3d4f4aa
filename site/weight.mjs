// Measures what pages weigh and how soon they show a number that was computed there, and writes
// docs/results/site-weight.json and docs/site-measured.md. Fails if a page is too heavy.   node site/weight.mjs [--visits 3]
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { folder, opened, processorTime } from "./build/browser.mjs";
import { here, LIMITS, record } from "./build/measured.mjs";

const texts = ["start.html", "choosing.html", "performance.html", "api/hardgrad.html"];
const figures = ["", ...["neuron", "directions", "cost", "train", "digits", "gates", "forgetting", "circuit", "life"].map((name) => `explainer/${name}.html`), "estimators/rloo.html"]; // biome-ignore format: a list
const { values } = parseArgs({ options: { visits: { type: "string", default: "3" } } });
const visits = Number(values.visits);

const { browser, origin } = await opened();

/** Scripts that were loaded, and milliseconds to the first live picture, on the clock and of processor time. */
async function visit(path, live) {
  const context = await browser.newContext({
    reducedMotion: "reduce",
    viewport: { width: 1280, height: 900 },
  });
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send("Performance.enable");
  const before = await processorTime(devtools);
  const loaded = new Set();
  page.on("response", (r) => /\.js($|\?)/.test(r.url()) && loaded.add(r.url()));
  await page.goto(`${origin}/${path}`, { waitUntil: "load", timeout: 120_000 });
  if (live) {
    await page.locator(".lab").first().scrollIntoViewIfNeeded();
    await page.waitForSelector(".lab.is-live", { state: "attached", timeout: 60_000 });
  } else await page.waitForLoadState("networkidle");
  const milliseconds = await page.evaluate(() => performance.now());
  const processor = (await processorTime(devtools)).all - before.all;
  await context.close();
  return { loaded: [...loaded], milliseconds, processor };
}

const size = (url) => gzipSync(readFileSync(join(folder, new URL(url).pathname)), { level: 9 }).length;

async function measure(path, live) {
  const all = [];
  for (let i = 0; i < (live ? visits : 1); i++) all.push(await visit(path, live));
  const least = (name) => Math.round(Math.min(...all.map((v) => v[name])));
  const bytes = all[0].loaded.reduce((sum, url) => sum + size(url), 0);
  const times = live ? { milliseconds: least("milliseconds"), processor: least("processor") } : {};
  return { path: path || "index.html", bytes, ...times };
}

const pages = [];
for (const path of texts) pages.push(await measure(path, false));
for (const path of figures) pages.push(await measure(path, true));
await browser.close();
record("site-weight", { ...here(), visits, pages });
const heavy = pages.filter(
  ({ bytes, processor }) => bytes > 1000 * (processor === undefined ? LIMITS.text : LIMITS.figure),
);
for (const { path, bytes } of heavy) console.error(`${path} loads ${Math.round(bytes / 1000)} KB of script.`);
process.exit(heavy.length > 0 ? 1 : 0);
