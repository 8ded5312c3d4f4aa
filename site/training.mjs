// Leaves chapter 4 training and records its frames and its memory, in docs/results/site-training.json and
// docs/site-measured.md.   node site/training.mjs [--minutes 10]
import { readFileSync } from "node:fs";
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { opened, processorTime } from "./build/browser.mjs";
import { here, record } from "./build/measured.mjs";

const { values } = parseArgs({ options: { minutes: { type: "string", default: "10" } } });
const minutes = Number(values.minutes);
/** Seconds between two looks at the memory. */
const every = 30;

const [busy] = loadavg();
const { browser, origin } = await opened();
const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
const page = await context.newPage();
// The worker tells of its WebAssembly memories.
await context.route(/\/worker-[\w-]+\.js$/, async (route) => {
  const response = await route.fetch();
  const hook = `
    globalThis.memories = [];
    WebAssembly.Memory = class extends WebAssembly.Memory {
      constructor(size) { super(size); globalThis.memories.push(new WeakRef(this)); }
    };`;
  await route.fulfill({ response, body: `${hook}\n${await response.text()}` });
});
await page.goto(`${origin}/explainer/train.html`);
await page.locator("#train").scrollIntoViewIfNeeded();
await page.waitForSelector("#train.is-live", { timeout: 60_000 });

const devtools = await context.newCDPSession(page);
await devtools.send("Performance.enable");
const inWorker = await attached(devtools);

/** A DevTools session with the page's worker, through the page's. */
async function attached(session) {
  const found = new Promise((done) => session.on("Target.attachedToTarget", done));
  const waiting = new Map();
  session.on("Target.receivedMessageFromTarget", ({ message }) => {
    const { id, result } = JSON.parse(message);
    waiting.get(id)?.(result);
  });
  await session.send("Target.setAutoAttach", {
    autoAttach: true,
    waitForDebuggerOnStart: false,
    flatten: false,
  });
  const { sessionId } = await found;
  let count = 0;
  return (method, params = {}) =>
    new Promise((done) => {
      waiting.set(++count, done);
      session.send("Target.sendMessageToTarget", {
        sessionId,
        message: JSON.stringify({ id: count, method, params }),
      });
    });
}

/** Bytes in use after a collection of garbage. */
async function heap(send) {
  await send("HeapProfiler.collectGarbage");
  return (await send("Runtime.getHeapUsage")).usedSize;
}

const { processInfo } = await (await browser.newBrowserCDPSession()).send("SystemInfo.getProcessInfo");
const residentOf = (id) =>
  1024 * Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${id}/status`, "utf8"))[1]);

const since = performance.now();
const passed = () => (performance.now() - since) / 1000;
async function sample() {
  const page = await heap((method, params) => devtools.send(method, params));
  const worker = await heap(inWorker);
  const { result } = await inWorker("Runtime.evaluate", {
    expression: "memories.reduce((sum, m) => sum + (m.deref()?.buffer.byteLength ?? 0), 0)",
  });
  const resident = Math.max(
    ...processInfo.filter(({ type }) => type === "renderer").map(({ id }) => residentOf(id)),
  );
  const now = { at: Math.round(passed()), page, worker, wasm: result.value, resident };
  console.error(JSON.stringify(now));
  return now;
}

// Counts frames, pictures and steps; begins again by a new seed when a training is over.
await page.evaluate(() => {
  const seen = { frames: 0, pictures: 0, steps: 0, last: 0 };
  globalThis.seen = seen;
  const frame = () => {
    seen.frames++;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  const lab = document.querySelector("#train");
  const button = (name) => [...lab.querySelectorAll("button")].find((b) => b.textContent.trim() === name);
  let before = 0;
  new MutationObserver(() => {
    seen.pictures++;
    const step = Number(
      /After ([\d,]+) steps/.exec(lab.querySelector(".live .says").textContent)?.[1].replace(",", "") ?? 0,
    );
    seen.steps += Math.max(0, step - before);
    before = step;
    seen.last = Math.max(seen.last, step);
  }).observe(lab.querySelector(".host"), {
    childList: true,
    subtree: true,
    attributes: true,
    characterData: true,
  });
  setInterval(() => {
    if (button("Step").disabled) button("New seed").click();
    else button("Play")?.click();
  }, 1000);
});
const before = await processorTime(devtools);
const samples = [await sample()];
while (passed() < 60 * minutes) {
  await new Promise((done) => setTimeout(done, 1000 * every));
  samples.push(await sample());
}
const seen = await page.evaluate(() => globalThis.seen);
const spent = (await processorTime(devtools)).page - before.page;
await browser.close();
record("site-training", {
  ...here(),
  busy,
  minutes,
  every,
  steps: seen.steps,
  last: seen.last,
  frames: seen.frames / passed(),
  pictures: seen.pictures / passed(),
  drawing: spent / seen.pictures,
  samples,
});
process.exit(0);
