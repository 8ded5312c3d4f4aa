import { createReadStream, existsSync, realpathSync, statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { executablePath } from "../../../../test/chromium.ts";

const root = fileURLToPath(new URL("../../../../", import.meta.url));

const types: { readonly [extension: string]: string } = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};

/** Dependencies lie in the package that asks for a version of its own, or at the top. */
function locate(path: string): string | undefined {
  const places = [join(root, "packages/onnx", path), join(root, path)];
  return places.find((place) => existsSync(place) && statSync(realpathSync(place)).isFile());
}

function serve(): Promise<Server> {
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url!, "http://x").pathname));
    const file = locate(path.endsWith("/") ? `${path}index.html` : path);
    if (!file) return response.writeHead(404).end();
    response.writeHead(200, { "content-type": types[extname(file)] ?? "text/plain" });
    createReadStream(file).pipe(response);
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

const quiet = [
  ...["--no-sandbox", "--no-first-run", "--disable-background-networking", "--disable-component-update"],
  "--disable-sync",
];

describe.skipIf(!executablePath)(`a page${executablePath ? "" : " (no Chromium here)"}`, () => {
  let server: Server;
  let browser: Browser;

  /** Opens the page in a new browser; errors in it fail what is called. */
  async function open(flags: readonly string[]): Promise<Page> {
    browser = await chromium.launch({ executablePath: executablePath!, args: [...quiet, ...flags] });
    const page = await browser.newPage();
    page.setDefaultTimeout(280_000); // only what hangs takes as long
    const port = (server.address() as AddressInfo).port;
    const failures: string[] = [];
    page.on("pageerror", (error) => failures.push(error.message));
    page.on("requestfailed", (request) => failures.push(`${request.url()} failed`));
    page.on("response", (r) => r.status() >= 400 && failures.push(`${r.url()}: ${r.status()}`));
    await page.goto(`http://127.0.0.1:${port}/packages/experiments/test/page/`);
    await page
      .waitForFunction("window.page !== undefined")
      .catch(() => Promise.reject(new Error(`the page does not load: ${failures.join("; ")}`)));
    return page;
  }
  /** Calls a function of page.js. */
  const call = (page: Page, text: string): Promise<never> => page.evaluate(`page.${text}`) as Promise<never>;

  beforeAll(async () => {
    server = await serve();
  });
  afterAll(() => void server.close());

  test("trains on wasm; an exported model gives the same in onnxruntime-web; other devices are refused", async () => {
    const page = await open(["--disable-gpu"]);
    try {
      const { before, after } = await call(page, "trainExpectation()");
      expect(before).toBeGreaterThan(3); // eight fair bits are wrong four times; the mean of 64 has a deviation of 0.18
      expect(after).toBeLessThan(1);

      const [first, second] = (await call(page, 'trainClassifier("wasm")')) as number[];
      expect(second).toBeLessThan(first!);

      const { count, shape, largest } = await call(page, "compareExport()");
      expect([count, shape]).toEqual([40, [5, 8]]);
      expect(largest).toBeLessThan(1e-5);

      expect(await call(page, 'refused("webgpu")')).toMatch(
        /^device webgpu: no GPU .* use --device auto.*\.$/,
      );
      expect(await call(page, 'refused("native")')).toMatch(
        /^device native: .* in Node only\. Device wasm needs nothing\.$/,
      );
    } finally {
      await browser.close();
    }
  });

  test("a step of one's own is compiled in a page and in a worker", async () => {
    const page = await open(["--disable-gpu"]);
    try {
      const { outputFiles } = await build({
        stdin: {
          contents: 'import { compiledStep } from "./step.js"; compiledStep().then(postMessage);',
          resolveDir: join(root, "packages/experiments/test/page"),
        },
        bundle: true,
        format: "esm",
        write: false,
        logLevel: "error",
      });
      const source = JSON.stringify(outputFiles[0]!.text);
      for (const text of ["compiledStep()", `inWorker(${source})`]) {
        const losses = (await call(page, text)) as { compiled: number[]; jit: number[]; device: string };
        expect(losses.device).toBe("wasm");
        expect(losses.compiled.length).toBe(5);
        losses.compiled.forEach((loss, n) => {
          expect(Math.abs(loss - losses.jit[n]!)).toBeLessThan(1e-5);
        });
      }
    } finally {
      await browser.close();
    }
  });

  test("trains on a GPU in software as it does on wasm", async () => {
    const flags = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader", "--enable-features=Vulkan"];
    const page = await open(flags);
    try {
      const gpu: number[] = await call(page, 'trainClassifier("webgpu")');
      const wasm: number[] = await call(page, 'trainClassifier("wasm")');
      expect(gpu.length).toBe(2);
      // Sums are in another order; see webgpu.test.ts.
      for (const [i, loss] of wasm.entries()) expect(Math.abs(gpu[i]! / loss - 1)).toBeLessThan(1e-4);
    } finally {
      await browser.close();
    }
  });
});
