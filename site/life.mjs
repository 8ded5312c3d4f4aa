// Learns the rule of the game of life as the page does, for some seeds, proves each circuit by enumeration, lets the page
// itself learn it in Chromium, and writes docs/results/life.json.   node site/life.mjs [--seeds 10]
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { circuitStatistics, evaluateCircuit } from "@hardgrad/runtime/circuit";
import { defaultDevice, init } from "@jax-js/jax";
import { opened, processorTime } from "./build/browser.mjs";
import { loaded } from "./loaded.mjs";

const { values } = parseArgs({ options: { seeds: { type: "string", default: "10" } } });
const { start } = await loaded("site/figures/life/course.ts");
await init("wasm");
defaultDevice("wasm");

const all = Array.from({ length: 512 }, (_, n) => Array.from({ length: 9 }, (__, p) => (n >> p) & 1));
const alive = (cells) => {
  const others = cells.reduce((a, b) => a + b) - cells[4];
  return others === 3 || (others === 2 && cells[4] === 1) ? 1 : 0;
};
const tools = { device: "wasm", progress: () => {}, signal: new AbortController().signal };
const rows = [];
for (let seed = 1; seed <= Number(values.seeds); seed++) {
  const state = { seed, pattern: "glider", drawn: "", cell: [13, 13] };
  const [wall, processor] = [performance.now(), process.cpuUsage()];
  const course = await start(state, tools);
  let data;
  do {
    await course.tick();
    data = await course.data();
  } while (data.points.at(-1).wrong > 0);
  const used = process.cpuUsage(processor);
  const scores = evaluateCircuit(data.circuit, Uint8Array.from(all.flat()));
  const { gates, depth } = circuitStatistics(data.circuit);
  const { step, restarts } = data.points.at(-1);
  rows.push({
    seed,
    right: all.filter((cells, n) => scores[2 * n + 1] === alive(cells)).length,
    restarts,
    steps: step,
    gatesLearned: data.before,
    gates,
    depth,
    seconds: Number(((performance.now() - wall) / 1000).toFixed(1)),
    processorSeconds: Number(((used.user + used.system) / 1e6).toFixed(1)),
  });
  console.error(JSON.stringify(rows.at(-1)));
  course.end();
}

const { browser, origin } = await opened();
/** Seconds from Play until the page says that all answers are right. */
async function inPage(seed) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  await page.goto(`${origin}/explainer/life.html?life.seed=${seed}&life.ticks=0`);
  await page.waitForSelector("#life.is-live", { timeout: 60_000 });
  const devtools = await context.newCDPSession(page);
  await devtools.send("Performance.enable");
  const [before, begun] = [await processorTime(devtools), performance.now()];
  await page.locator("#life").getByRole("button", { name: "Play" }).click();
  await page.getByText("all 512 answers are right").first().waitFor({ state: "attached", timeout: 300_000 });
  const seconds = (performance.now() - begun) / 1000;
  const processor = ((await processorTime(devtools)).all - before.all) / 1000;
  await context.close();
  return { seed, seconds: Number(seconds.toFixed(1)), processorSeconds: Number(processor.toFixed(1)) };
}
const pages = [];
for (const { seed } of rows) {
  pages.push(await inPage(seed));
  console.error(JSON.stringify(pages.at(-1)));
}
await browser.close();

const record = {
  command: "node site/life.mjs",
  processor: cpus()[0].model.trim(),
  node: process.versions.node,
  date: new Date().toISOString().slice(0, 10),
  note: "one thread; compilation, pruning and what the page shows after each 25 steps included",
  rows,
  pages,
};
writeFileSync(
  join(import.meta.dirname, "../docs/results/life.json"),
  `${JSON.stringify(record, undefined, 2)}\n`,
);
process.exit(0);
