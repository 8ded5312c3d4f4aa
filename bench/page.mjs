// The same training steps in Node and in a page of Chromium, cross-origin isolated (threads) and not (one thread), in turns:
//   node bench/page.mjs [--rounds 7] [--json docs/results/page.json]
// Needs `npm run build` and Chromium.
import "./sentence.mjs";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { parseArgs } from "node:util";
import { environment } from "@hardgrad/cli/internal/run-folder/environment";
import { useDevice } from "@hardgrad/experiments";
import { build } from "esbuild";
import { chromium } from "playwright-core";
import { findChromium } from "../scripts/chromium.mjs";
import { configOf, timedStep } from "./dist/rows/training.js";

const { values: flags } = parseArgs({
  options: { rounds: { type: "string", default: "7" }, json: { type: "string" } },
});
const rounds = Number(flags.rounds);
const through = (id) => ({ id, options: {} });
const configs = {
  classifier: configOf({
    experiment: "classifier",
    estimator: through("straight-through-sigmoid"),
    settings: {},
  }),
  "8x4 autoencoder, ReinMax": configOf({
    experiment: "vae",
    estimator: through("reinmax"),
    settings: {},
  }),
};

const { outputFiles } = await build({
  stdin: {
    contents: `
      import { useDevice } from "@hardgrad/experiments";
      import { timedStep } from "./dist/rows/training.js";
      let steps = {};
      onmessage = async ({ data: { threads, configs, row, count } }) => {
        if (configs) {
          const backend = await useDevice("wasm", { threads });
          for (const [name, config] of Object.entries(configs)) steps[name] = await timedStep(backend, config);
          return postMessage({ threads: backend.threads });
        }
        const from = performance.now();
        const loss = await steps[row].run(count);
        postMessage({ milliseconds: (performance.now() - from) / count, loss });
      };`,
    resolveDir: new URL(".", import.meta.url).pathname,
  },
  bundle: true,
  format: "esm",
  write: false,
  logLevel: "error",
  external: ["node:*"],
});
const files = {
  "/": ["text/html", `<!doctype html><link rel="icon" href="data:,"><script type="module">
    const worker = new Worker("worker.js", { type: "module" });
    worker.onerror = (event) => { throw new Error(event.message); };
    window.ask = (message) => new Promise((done) => {
      worker.onmessage = ({ data }) => done(data);
      worker.postMessage(message);
    });
  </script>`],
  "/worker.js": ["text/javascript", outputFiles[0].text],
}; // biome-ignore format: a page
const isolated = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

async function opened(browser, headers) {
  const server = createServer(({ url }, response) => {
    const [type, text] = files[url] ?? [];
    response.writeHead(text ? 200 : 404, { "content-type": type ?? "text/plain", ...headers }).end(text);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const page = await (await browser.newContext()).newPage();
  page.on("pageerror", (error) => {
    throw error;
  });
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  const ask = (message) => page.evaluate((m) => window.ask(m), message);
  return { ask, end: () => server.close() };
}

/** The same protocol in this process. */
async function here(threads) {
  const backend = await useDevice("wasm", threads === undefined ? {} : { threads });
  const steps = {};
  for (const [name, config] of Object.entries(configs)) steps[name] = await timedStep(backend, config);
  return {
    where: environment(backend),
    threads: backend.threads,
    async ask({ row, count }) {
      const from = performance.now();
      const loss = await steps[row].run(count);
      return { milliseconds: (performance.now() - from) / count, loss };
    },
  };
}

const browser = await chromium.launch({ executablePath: findChromium(), args: ["--no-sandbox"] });
const pages = [await opened(browser, isolated), await opened(browser, {})];
const counts = await Promise.all(pages.map(({ ask }) => ask({ configs })));
const [many, one] = [await here(), await here(1)];
const contestants = {
  "Node, all threads": [many.ask, many.threads],
  "page, isolated": [pages[0].ask, counts[0].threads],
  "Node, one thread": [one.ask, 1],
  "page, not isolated": [pages[1].ask, counts[1].threads],
};
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const results = [];
for (const row of Object.keys(configs)) {
  const times = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
  const count = row === "classifier" ? 300 : 40;
  for (const [ask] of Object.values(contestants)) await ask({ row, count }); // warm
  for (let round = 0; round < rounds; round++)
    for (const [name, [ask]] of Object.entries(contestants)) {
      const { milliseconds, loss } = await ask({ row, count });
      if (!Number.isFinite(loss)) throw new Error(`${name}: the loss of ${row} became ${loss}.`);
      times[name].push(milliseconds);
    }
  const ratio = (page, node) => median(times[page].map((t, i) => t / times[node][i]));
  results.push({
    row,
    contestants: Object.entries(contestants).map(([name, [, threads]]) => ({
      name,
      threads,
      milliseconds: median(times[name]),
    })),
    isolatedOverNode: ratio("page, isolated", "Node, all threads"),
    plainOverNode: ratio("page, not isolated", "Node, one thread"),
  });
}
for (const { row, contestants: all, isolatedOverNode, plainOverNode } of results) {
  console.log(row);
  for (const { name, threads, milliseconds } of all)
    console.log(`  ${name}, ${threads} thread${threads === 1 ? "" : "s"}: ${milliseconds.toPrecision(3)} ms`);
  console.log(`  page / Node: isolated ${isolatedOverNode.toFixed(2)}, not ${plainOverNode.toFixed(2)}`);
}
if (flags.json)
  writeFileSync(
    flags.json,
    `${JSON.stringify({ environment: many.where, chromium: browser.version(), rounds, results }, null, 2)}\n`,
  );
await browser.close();
for (const { end } of pages) end();
process.exit(0);
