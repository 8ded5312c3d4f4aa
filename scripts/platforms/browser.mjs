// A folder of files in the browser of this machine.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { chromium } from "playwright-core";
import { findChromium } from "../chromium.mjs";

const types = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" };

/** The title that the page of a folder has at the end, and the browser's name. */
export async function titleOf(folder) {
  const server = createServer(({ url }, answer) => {
    const path = url === "/" ? "/index.html" : url.split("?")[0];
    try {
      const body = readFileSync(join(folder, path));
      answer.writeHead(200, { "content-type": types[extname(path)] ?? "application/octet-stream" }).end(body);
    } catch {
      answer.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const browser = await chromium.launch({ executablePath: findChromium(), args: ["--no-sandbox"] });
  const tab = await browser.newPage();
  await tab.goto(`http://127.0.0.1:${server.address().port}/`);
  await tab.waitForFunction("document.title !== 'begins'", undefined, { timeout: 60_000 }).catch(() => {});
  const title = await tab.title();
  const name = `Chromium ${browser.version().split(".")[0]}`;
  await browser.close();
  server.close();
  return { title, browser: name };
}
