import { existsSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { executablePath } from "../../../test/chromium.ts";
import { evaluateCircuit } from "../src/circuit/index.ts";
import { loadRuntime, type Network, writeRuntimeFile } from "../src/index.ts";
import { bestOf, randomCircuit, randomImages } from "./circuit/random-circuit.ts";
import { gatedNetwork } from "./networks.ts";
import { floats, generator } from "./reference.ts";
import { usualCosts } from "./values.ts";

const dist = fileURLToPath(new URL("../dist", import.meta.url));
const network: Network = gatedNetwork(40, 200, 16, 0.25);
const x = floats(150 * 40, generator(8));

/** Serves dist, the network and an empty page; under /isolated with the headers that threads need. */
function serve(): Server {
  return createServer((request, response) => {
    const path = new URL(request.url!, "http://localhost").pathname.replace(/^\/isolated/, "");
    if (request.url!.startsWith("/isolated")) {
      response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
      response.setHeader("Cross-Origin-Embedder-Policy", "require-corp");
    }
    if (path === "/network") response.end(writeRuntimeFile(network));
    else if (path === "/")
      response.setHeader("Content-Type", "text/html").end("<!doctype html><title>runtime</title>");
    else if (existsSync(join(dist, path)))
      response.setHeader("Content-Type", "text/javascript").end(readFileSync(join(dist, path)));
    else response.writeHead(404).end();
  });
}

describe.skipIf(!executablePath)(`in a page${executablePath ? "" : " (no chromium here)"}`, () => {
  let browser: Browser;
  let server: Server;
  let origin: string;

  beforeAll(async () => {
    expect(existsSync(join(dist, "index.js")), "run `npm run build` first").toBe(true);
    server = serve();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await chromium.launch({ executablePath: executablePath!, args: ["--no-sandbox"] });
  });

  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  /** Runs a batch in the page with what `load` makes of the module and the file. */
  async function outputs(page: Page, module: string, name: string): Promise<number[]> {
    // As text, since the test runner rewrites import().
    return page.evaluate(`(async () => {
      const loaded = await import("${module}");
      const file = new Uint8Array(await (await fetch("network")).arrayBuffer());
      const runtime = await loaded.${name}(file);
      const result = [...runtime.forward(Float32Array.from(${JSON.stringify([...x])}))];
      runtime.close?.();
      return result;
    })()`);
  }

  async function expectSame(values: number[]): Promise<void> {
    const here = (await loadRuntime(network, { costs: usualCosts })).forward(x);
    expect(values).toHaveLength(here.length);
    // The page's engine may fuse multiplications and additions where this one does not: probabilities to 1e-5.
    for (const [i, value] of values.entries()) expect(Math.abs(value - here[i]!)).toBeLessThan(1e-5);
  }

  test("one thread, no special headers", async () => {
    const page = await browser.newPage();
    page.setDefaultTimeout(280_000); // only what hangs takes as long
    await page.goto(`${origin}/`);
    await expectSame(await outputs(page, "/index.js", "loadRuntime"));
    await expect(outputs(page, "/threads.js", "loadThreaded")).rejects.toThrow("cross-origin isolated");
    await page.close();
  });

  test("a circuit", async () => {
    const page = await browser.newPage();
    page.setDefaultTimeout(280_000); // only what hangs takes as long
    await page.goto(`${origin}/isolated/`);
    const circuit = randomCircuit({ inputs: 30, thresholds: 60, gates: 300, classes: 5, counted: 150 }, 1);
    const pixels = randomImages(30, 200, 2);
    const classes = await page.evaluate(`(async () => {
      const { loadCircuit, loadThreadedCircuit } = await import("/isolated/circuit/index.js");
      const circuit = ${JSON.stringify(circuit)};
      const pixels = Uint8Array.from(${JSON.stringify([...pixels])});
      const one = await loadCircuit(circuit);
      const two = await loadThreadedCircuit(circuit, { threads: 2 });
      return [...one.classify(pixels), ...two.classify(pixels)];
    })()`);
    const expected = bestOf(evaluateCircuit(circuit, pixels), 5);
    expect(classes).toEqual([...expected, ...expected]);
    await page.close();
  });

  test("two threads in a cross-origin isolated page", async () => {
    const page = await browser.newPage();
    page.setDefaultTimeout(280_000); // only what hangs takes as long
    await page.goto(`${origin}/isolated/`);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    await expectSame(await outputs(page, "/isolated/threads.js", "loadThreaded"));
    await page.close();
  });
});
