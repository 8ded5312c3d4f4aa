// The built site, served as `hardgrad lab` does, and a Chromium to look at it with.
import { join } from "node:path";
import { labServer } from "@hardgrad/cli/internal/lab/server";
import { chromium } from "playwright-core";
import { findChromium } from "../../scripts/chromium.mjs";

export const folder = join(import.meta.dirname, "../../packages/cli/site");

export async function opened(...flags) {
  const server = labServer(folder);
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const browser = await chromium.launch({
    executablePath: findChromium(),
    args: ["--no-sandbox", "--disable-gpu", ...flags],
  });
  return { browser, origin: `http://127.0.0.1:${server.address().port}` };
}

/** What the page's process has used so far, in milliseconds: by all of its threads, and by the page's own. */
export async function processorTime(devtools) {
  const { metrics } = await devtools.send("Performance.getMetrics");
  const of = (name) => 1000 * metrics.find((m) => m.name === name).value;
  return { all: of("ProcessTime"), page: of("ThreadTime") };
}
