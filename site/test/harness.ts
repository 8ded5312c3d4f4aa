import { execFileSync } from "node:child_process";
import { createReadStream, existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { executablePath } from "../../test/chromium.ts";
import type { Row } from "../figures/contract.ts";
import { type Tag, tagsOf } from "../frame/preset.ts";

export const root = fileURLToPath(new URL("../../", import.meta.url));
/** The built site. */
export const site = join(root, "packages/cli/site");

/** Builds the site, if it isn't up to date. */
export function built(): void {
  execFileSync(process.execPath, [join(root, "site/build.mjs")], { stdio: ["ignore", "ignore", "inherit"] });
}

export const launch = (...flags: string[]): Promise<Browser> =>
  chromium.launch({ executablePath: executablePath!, args: ["--no-sandbox", ...flags] });

export const addressOf = (server: Server): string =>
  `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

export async function listening(server: Server): Promise<Server> {
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return server;
}

/** Any static host: no special headers, and the site below /x/y/. */
export function plainHost(): Server {
  const types: { readonly [end: string]: string } = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" }; // biome-ignore format: one thought
  return createServer((request, response) => {
    const { pathname } = new URL(request.url!, "http://x");
    const file = join(
      site,
      normalize(pathname.replace(/^\/x\/y\//, "/")),
      pathname.endsWith("/") ? "index.html" : "",
    );
    if (!pathname.startsWith("/x/y/") || !existsSync(file) || !statSync(file).isFile()) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { "content-type": types[extname(file)] ?? "application/octet-stream" });
    createReadStream(file).pipe(response);
  });
}

/** Where each figure is shown first, and with which defaults. */
export function pagesOfFigures(): readonly (Tag & { readonly page: string })[] {
  const docs = join(root, "docs");
  const found = new Map<string, Tag & { readonly page: string }>();
  for (const name of readdirSync(docs, { recursive: true, encoding: "utf8" }).sort())
    if (name.endsWith(".md"))
      for (const tag of tagsOf(readFileSync(join(docs, name), "utf8")))
        if (!found.has(tag.id)) found.set(tag.id, { ...tag, page: name.replace(/\.md$/, ".html") });
  return [...found.values()];
}

/** Milliseconds after which something hangs: a busy machine makes a page ten times as slow. */
export const HANGS = 140_000;

/** A page, and everything in it that should not be. */
export interface Watched {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly faults: string[];
}

const faultsOf = new WeakMap<Page, readonly string[]>();

/** A page of a fresh profile; `origin` is where it may load from. */
export async function watched(
  browser: Browser,
  origin: string,
  options: { motion?: boolean; width?: number } = {},
): Promise<Watched> {
  const { motion = false, width = 1280 } = options;
  const context = await browser.newContext({
    reducedMotion: motion ? "no-preference" : "reduce",
    viewport: { width, height: 900 },
    acceptDownloads: true,
  });
  context.setDefaultTimeout(HANGS);
  const page = await context.newPage();
  const faults: string[] = [];
  faultsOf.set(page, faults);
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) faults.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => faults.push(`error: ${error.message}`));
  page.on("response", (r) => r.status() >= 400 && faults.push(`${r.status()}: ${r.url()}`));
  page.on("request", (request) => {
    if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(origin))
      faults.push(`leaves the machine: ${request.url()}`);
  });
  await page.addInitScript(() =>
    document.addEventListener("securitypolicyviolation", (event) =>
      console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`),
    ),
  );
  await page.addInitScript(watchPictures);
  return { page, context, faults };
}

/** Looks at every picture and sentence that a figure shows, also those on the way to the whole one. */
function watchPictures(): void {
  const look = (): void => {
    for (const part of document.querySelectorAll(".live :is(.host, .says)")) {
      const html = part.innerHTML;
      const at = html.search(/NaN|undefined|Infinity|\[object/);
      if (at >= 0) console.error(`shown: ${html.slice(Math.max(0, at - 80), at + 80)}`);
    }
  };
  new MutationObserver(look).observe(document, {
    childList: true,
    subtree: true,
    attributes: true,
    characterData: true,
  });
}

/** Waits until a figure computes and is shown. */
export async function live(page: Page, id: string): Promise<void> {
  await page.locator(`#${id}`).scrollIntoViewIfNeeded();
  await seen(page, id, (name) => document.getElementById(name)?.matches(".is-live") || !!document.querySelector(`#${name} .fault`), id); // biome-ignore format: one thought
}

/** Waits for what the page has put off to its next frame, a picture beside its numbers. */
export const drawn = (page: Page): Promise<void> =>
  page.evaluate(
    () => new Promise<void>((done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))),
  );

/** Waits for a number of ticks to be shown, or for at least so many: those of what plays pass between two looks. */
export async function ticks(page: Page, id: string, count: number, most = count): Promise<void> {
  await seen(
    page,
    id,
    ([name, least, most]) => {
      const shown = Number(
        /tick (\d+)/.exec(document.querySelector(`#${name} .state`)?.textContent ?? "")?.[1],
      );
      return shown >= least && shown <= most;
    },
    [id, count, most] as const,
  );
  await drawn(page);
}
export const ticksFrom = (page: Page, id: string, least: number): Promise<void> =>
  ticks(page, id, least, Number.MAX_SAFE_INTEGER);

/** Waits until a figure's page is so; where it does not come to that, what the page knows is in the error. */
async function seen<T>(page: Page, id: string, so: (given: T) => boolean, given: T): Promise<void> {
  try {
    // By a clock: a page that makes no frames would never be looked at.
    await page.waitForFunction(so as () => boolean, given, { timeout: HANGS, polling: 50 });
  } catch (cause) {
    const known = await page.evaluate(async (name) => {
      const frame = new Promise((done) => requestAnimationFrame(() => done("yes")));
      const { held } = await navigator.locks.query();
      const lab = document.getElementById(name);
      return {
        state: lab?.querySelector(".state")?.textContent,
        says: [...(lab?.querySelectorAll(".busy, .notice, .fault") ?? [])].map((part) => part.textContent),
        mounted: "__vue_app__" in document.querySelector("#app")!,
        drawn: !!lab?.querySelector(".host svg"),
        top: lab?.getBoundingClientRect().top,
        frames: await Promise.race([frame, new Promise((done) => setTimeout(done, 2000, "none in 2 s"))]),
        workerLives: held!.length > 0,
      };
    }, id);
    const more = { ...known, workers: page.workers().length, faults: faultsOf.get(page) };
    throw new Error(`${id} does not come to what is waited for; its page: ${JSON.stringify(more)}`, {
      cause,
    });
  }
}

export const picture = (page: Page, id: string): Promise<string> => page.locator(`#${id} .host`).innerHTML();

/** The numbers behind a figure, as the visitor saves them. */
export async function saved(page: Page, id: string): Promise<Row[]> {
  const coming = page.waitForEvent("download");
  await page.locator(`#${id}`).getByRole("button", { name: "Save as CSV" }).click();
  const [head, ...lines] = records(readFileSync(await (await coming).path(), "utf8"));
  return lines.map((cells) =>
    Object.fromEntries(
      head!.map((name, i) => [
        name,
        cells[i] !== "" && Number.isFinite(Number(cells[i])) ? Number(cells[i]) : cells[i]!,
      ]),
    ),
  );
}

/** The cells of a CSV file. */
function records(text: string): string[][] {
  const cells = [...text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\n]*))([,\n])/g)];
  const rows: string[][] = [[]];
  for (const [, quoted, plain, end] of cells) {
    rows.at(-1)!.push(quoted?.replaceAll('""', '"') ?? plain!);
    if (end === "\n") rows.push([]);
  }
  return rows.slice(0, -1);
}
