// Measures what pages weigh and how soon they show a number that was computed there, and writes
// docs/results/site-weight.json and docs/site-measured.md.   node site/weight.mjs
import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { labServer } from "@hardgrad/cli/internal/lab/server";
import { chromium } from "playwright-core";
import { findChromium } from "../scripts/chromium.mjs";

const root = join(import.meta.dirname, "..");
const texts = ["start.html", "choosing.html", "performance.html", "api/hardgrad.html"];
const figures = ["", ...["neuron", "directions", "cost", "train", "digits", "gates", "forgetting", "circuit", "life"].map((name) => `explainer/${name}.html`), "estimators/rloo.html"]; // biome-ignore format: a list
const RUNS = 1;

const server = labServer(join(root, "packages/cli/site"));
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const origin = `http://127.0.0.1:${server.address().port}`;
const browser = await chromium.launch({
  executablePath: findChromium(),
  args: ["--no-sandbox", "--disable-gpu"],
});

/** Compressed bytes of scripts, by kind, and milliseconds to the first live picture: the median of a few visits. */
async function measure(path, live) {
  const visits = [];
  for (let i = 0; i < RUNS; i++) {
    const context = await browser.newContext({
      reducedMotion: "reduce",
      viewport: { width: 1280, height: 900 },
    });
    const page = await context.newPage();
    const loaded = [];
    page.on("response", (r) => /\.js($|\?)/.test(r.url()) && loaded.push(r.url()));
    await page.goto(`${origin}/${path}`, { waitUntil: "load" });
    if (live) {
      await page.locator(".lab").first().scrollIntoViewIfNeeded();
      await page.waitForSelector(".lab.is-live", { state: "attached", timeout: 60_000 });
    }
    const ms = await page.evaluate(() => performance.now());
    if (!live) await page.waitForLoadState("networkidle");
    visits.push({ ms, loaded });
    await context.close();
  }
  const sorted = visits.sort((a, b) => a.ms - b.ms);
  const { ms, loaded } = sorted[Math.floor(RUNS / 2)];
  return { path: path || "index.html", bytes: sum(loaded), milliseconds: live ? Math.round(ms) : undefined };
}

const size = (file) => gzipSync(readFileSync(join(root, "packages/cli/site", file)), { level: 9 }).length;
const sum = (urls) => [...new Set(urls)].reduce((all, url) => all + size(new URL(url).pathname), 0);

const pages = [];
for (const path of texts) pages.push(await measure(path, false));
for (const path of figures) pages.push(await measure(path, true));
await browser.close();
server.close();

const date = new Date().toISOString().slice(0, 10);
const machine = `${cpus()[0].model.trim()}, ${cpus().length} cores`;
writeFileSync(
  join(root, "docs/results/site-weight.json"),
  `${JSON.stringify({ date, machine, pages }, undefined, 1)}\n`,
);
const kilobytes = (n) => `${Math.round(n / 1000)} KB`;
const line = ({ path, bytes, milliseconds }) =>
  `| ${path} | ${kilobytes(bytes)} | ${milliseconds === undefined ? "" : `${(milliseconds / 1000).toFixed(2)} s`} |`;
writeFileSync(
  join(root, "docs/site-measured.md"),
  `# The site: weight and time of its pages

What a visitor's browser loads before a page can be used, and how soon a figure shows numbers that were computed there. A picture with true numbers, made when the site was built, is there at once.

Scripts are compressed by gzip, counted up to the first live picture; for pages without a figure, all of them. Time is from the request to that picture, ${RUNS === 1 ? "one visit" : `the median of ${RUNS} visits`} by a fresh profile, with other work on the machine. By \`node site/weight.mjs\`, ${date}, ${machine}, Chromium without a GPU ([all numbers](results/site-weight.json)).

| page | scripts | first live numbers |
|---|---|---|
${pages.map(line).join("\n")}
`,
);
process.exit(0);
