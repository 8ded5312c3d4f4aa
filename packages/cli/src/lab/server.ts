import { constants, type FileHandle, open, readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { extname } from "node:path";
import { pipeline } from "node:stream/promises";
import { filesBelow } from "./files.ts";

const types: { readonly [extension: string]: string } = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".jsonl": "application/json",
  ".md": "text/plain; charset=utf-8",
  ".txt": "text/plain; charset=utf-8",
  ".csv": "text/csv; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".wasm": "application/wasm",
};

/** For what is no page; a page brings a policy of its own, with the hashes of its scripts. */
const POLICY =
  "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Isolated from other pages, which threads need, and not to be shown or read by them. */
const headers = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cache-Control": "no-cache",
};

/** What is below `run/` when a run folder is shown; its list is `run/files.json`. */
const RUN = "run/";

/**
 * Serves the built site, and below `run/` a run folder as it is now, to pages of this machine. A name other than
 * loopback's in the request is refused, so that no foreign page gets in by a name that it makes point here.
 */
export function labServer(site: string, run?: string): Server {
  const pages = filesBelow(site);
  return createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    if (!/^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(request.headers.host ?? ""))
      return refuse(response, 403, "This server answers to localhost only.");
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.setHeader("Allow", "GET, HEAD");
      return refuse(response, 405, "Only GET and HEAD.");
    }
    const path = pathOf(request.url!);
    if (run !== undefined && path === `${RUN}files.json`) {
      const list = JSON.stringify([...filesBelow(run).keys()].sort());
      return deliver(request, response, ".json", Buffer.from(list));
    }
    const file =
      run !== undefined && path?.startsWith(RUN)
        ? filesBelow(run).get(path.slice(RUN.length))
        : pages.get(path === "" ? "index.html" : path?.endsWith("/") ? `${path}index.html` : (path ?? ""));
    if (file === undefined) return missing(request, response);
    // What became a link since it was listed is not followed.
    const handle = await open(file, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0)).catch(() => undefined);
    if (!handle) return missing(request, response);
    try {
      if (file.endsWith(".html")) return await deliver(request, response, ".html", await handle.readFile());
      await stream(request, response, extname(file), handle);
    } finally {
      await handle.close().catch(() => {});
    }
  }

  /** The site's own page for people, a sentence for programs. */
  async function missing(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const own = request.headers.accept?.includes("text/html") ? pages.get("404.html") : undefined;
    const page = own === undefined ? undefined : await readFile(own).catch(() => undefined);
    if (page) return deliver(request, response, ".html", page, 404);
    refuse(response, 404, "There is no such page.");
  }
}

/** The path that an address names, decoded once; undefined for what is none. */
function pathOf(url: string): string | undefined {
  const [path] = url.split(/[?#]/, 1) as [string];
  try {
    return path.startsWith("/") ? decodeURIComponent(path.slice(1)) : undefined;
  } catch {
    return undefined;
  }
}

function begin(
  response: ServerResponse,
  extension: string,
  size: number,
  policy: string,
  status = 200,
): void {
  response.writeHead(status, {
    "Content-Type": types[extension] ?? "application/octet-stream",
    "Content-Length": size,
    "Content-Security-Policy": policy,
  });
}

async function deliver(
  { method }: IncomingMessage,
  response: ServerResponse,
  extension: string,
  content: Buffer,
  status = 200,
): Promise<void> {
  const own = extension === ".html" ? /Content-Security-Policy" content="([^"]+)"/.exec(content.toString())?.[1] : undefined; // biome-ignore format: one thought
  begin(response, extension, content.length, own ? `${own}; frame-ancestors 'none'` : POLICY, status);
  response.end(method === "HEAD" ? undefined : content);
}

async function stream(
  { method }: IncomingMessage,
  response: ServerResponse,
  extension: string,
  handle: FileHandle,
): Promise<void> {
  const { size } = await handle.stat();
  begin(response, extension, size, POLICY);
  if (method === "HEAD" || size === 0) {
    response.end();
    return;
  }
  // No more than was said: a run's files grow while it trains.
  await pipeline(handle.createReadStream({ start: 0, end: size - 1, autoClose: false }), response);
}

function refuse(response: ServerResponse, status: number, sentence: string): void {
  begin(response, ".txt", Buffer.byteLength(sentence) + 1, POLICY, status);
  response.end(`${sentence}\n`);
}
