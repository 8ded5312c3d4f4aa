import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import type { Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { labServer } from "../../src/lab/server.ts";

const home = mkdtempSync(join(tmpdir(), "lab-"));
const site = join(home, "site");
const run = join(home, "run");
const PAGE = `<!doctype html><meta http-equiv="Content-Security-Policy" content="script-src 'self' 'sha256-x'"><title>home</title>`;

let server: Server;
let port: number;

/** Sends a request as it stands, without a client that mends its path. */
function ask(
  path: string,
  { method = "GET", host = `127.0.0.1:${port}`, accept = "*/*" } = {},
): Promise<{ status: number; head: string; body: string }> {
  // biome-ignore format: one thought
  return new Promise((done, refuse) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.write(`${method} ${path} HTTP/1.1\r\nHost: ${host}\r\nAccept: ${accept}\r\nConnection: close\r\n\r\n`);
    });
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk;
    });
    socket.on("error", refuse);
    socket.on("close", () => {
      const [head, ...rest] = text.split("\r\n\r\n") as [string, ...string[]];
      done({ status: Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1]), head, body: rest.join("\r\n\r\n") });
    });
  });
}

beforeAll(async () => {
  for (const folder of ["assets", "estimators"]) mkdirSync(join(site, folder), { recursive: true });
  mkdirSync(join(run, "figures"), { recursive: true });
  writeFileSync(join(home, "secret.txt"), "secret");
  writeFileSync(join(site, "index.html"), PAGE);
  writeFileSync(join(site, "assets/app.js"), "1");
  writeFileSync(join(site, "estimators/index.html"), PAGE);
  writeFileSync(join(site, "with space.txt"), "space");
  writeFileSync(join(site, ".hidden"), "secret");
  writeFileSync(join(run, "config.json"), "{}");
  symlinkSync(join(home, "secret.txt"), join(site, "link.txt"));
  symlinkSync(home, join(site, "assets/up"));
  symlinkSync(join(home, "secret.txt"), join(run, "figures/link.svg"));
  server = labServer(site, run);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.close();
  rmSync(home, { recursive: true });
});

test("pages with their policy, isolated, not to be shown or read by other pages", async () => {
  const { status, head, body } = await ask("/");
  expect(status).toBe(200);
  expect(body).toBe(PAGE);
  for (const line of [
    "Content-Type: text/html; charset=utf-8",
    "Content-Security-Policy: script-src 'self' 'sha256-x'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy: same-origin",
    "Cross-Origin-Embedder-Policy: require-corp",
    "Cross-Origin-Resource-Policy: same-origin",
    "X-Content-Type-Options: nosniff",
  ])
    expect(head).toContain(line);
  expect(head).not.toContain("Access-Control");
  const script = await ask("/assets/app.js?v=1");
  expect([script.status, script.body]).toEqual([200, "1"]);
  expect(script.head).toContain("text/javascript");
  expect(script.head).toContain("script-src 'self' 'wasm-unsafe-eval';");
  expect((await ask("/estimators/")).status).toBe(200);
  expect((await ask("/with%20space.txt")).body).toBe("space");
});

test("HEAD says what GET would; other methods are refused", async () => {
  const { status, head, body } = await ask("/", { method: "HEAD" });
  expect([status, body]).toEqual([200, ""]);
  expect(head).toContain(`Content-Length: ${PAGE.length}`);
  expect((await ask("/assets/app.js", { method: "HEAD" })).body).toBe("");
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "TRACE"])
    expect((await ask("/", { method })).status, method).toBe(405);
});

test("a page that is missing is the site's own for people, with status 404, and a sentence for programs", async () => {
  const accept = "text/html,application/xhtml+xml,*/*;q=0.8";
  const none = await ask("/nothing", { accept });
  expect([none.status, none.body]).toEqual([404, "There is no such page.\n"]);
  writeFileSync(join(site, "404.html"), PAGE);
  const other = labServer(site);
  await new Promise<void>((done) => other.listen(0, "127.0.0.1", done));
  const before = port;
  port = (other.address() as AddressInfo).port;
  const page = await ask("/explainer/nothing.html", { accept });
  expect([page.status, page.body]).toEqual([404, PAGE]);
  expect(page.head).toContain(
    "Content-Security-Policy: script-src 'self' 'sha256-x'; frame-ancestors 'none'",
  );
  expect((await ask("/nothing", { accept, method: "HEAD" })).body).toBe("");
  expect((await ask("/nothing")).body).toBe("There is no such page.\n");
  port = before;
  other.close();
  rmSync(join(site, "404.html"));
});

test("a run folder that is gone, and requests that break off, do no harm", async () => {
  const gone = join(home, "gone");
  mkdirSync(gone);
  writeFileSync(join(gone, "config.json"), "{}");
  const other = labServer(site, gone);
  await new Promise<void>((done) => other.listen(0, "127.0.0.1", done));
  const origin = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
  rmSync(gone, { recursive: true });
  expect((await fetch(`${origin}/run/config.json`)).status).toBe(404);
  expect(await (await fetch(`${origin}/run/files.json`)).json()).toEqual([]);
  expect((await fetch(`${origin}/${"a".repeat(20_000)}`)).status).toBe(431);
  await new Promise<void>((done) => {
    const socket = connect((other.address() as AddressInfo).port, "127.0.0.1", () => {
      socket.end("GET / HTTP/1.1\r\nHo", () => socket.destroy());
    });
    socket.on("close", () => done());
  });
  const part = await fetch(`${origin}/assets/app.js`, { headers: { range: "bytes=5-1" } });
  expect([part.status, await part.text()]).toEqual([200, "1"]);
  other.closeAllConnections();
  other.close();
});

describe("no way out", () => {
  test.each([
    "/../secret.txt",
    "/assets/../../secret.txt",
    "/%2e%2e/secret.txt",
    "/%2e%2e%2fsecret.txt",
    "/..%2fsecret.txt",
    "/..%5csecret.txt",
    "/..\\secret.txt",
    "/%252e%252e%252fsecret.txt",
    "/....//secret.txt",
    "//secret.txt",
    "/./index.html",
    "/index.html%00.js",
    "/%c0%ae%c0%ae/secret.txt",
    "/%",
    "/link.txt",
    "/assets/up/secret.txt",
    "/.hidden",
    "/assets",
    "/assets/",
    "/run/../secret.txt",
    "/run/..%2f..%2fsecret.txt",
    "/run/figures/link.svg",
    "/run/",
    "/run",
    "secret.txt",
    "http://127.0.0.1/../secret.txt",
  ])("%s", async (path) => {
    const { status, body } = await ask(path);
    expect([400, 404]).toContain(status);
    expect(body).not.toContain("secret");
  });

  test("a file that becomes a link after it was listed is not followed", async () => {
    const path = join(site, "later.txt");
    writeFileSync(path, "first");
    const other = labServer(site);
    await new Promise<void>((done) => other.listen(0, "127.0.0.1", done));
    rmSync(path);
    symlinkSync(join(home, "secret.txt"), path);
    const answer = await fetch(`http://127.0.0.1:${(other.address() as AddressInfo).port}/later.txt`);
    other.close();
    expect(answer.status).toBe(404);
    rmSync(path);
  });
});

test("a name that is not this machine's is refused, so that no foreign page gets in by one", async () => {
  for (const host of [
    "evil.example",
    "127.0.0.1.evil.example",
    "evil.example:80",
    "localhost.evil",
    "",
    "[::2]",
  ])
    expect((await ask("/", { host })).status, host).toBe(host === "" ? 403 : 403);
  for (const host of ["localhost", `localhost:${port}`, "127.0.0.1", "[::1]:1"])
    expect((await ask("/", { host })).status, host).toBe(200);
});

test("a run folder is served as it is now", async () => {
  expect(JSON.parse((await ask("/run/files.json")).body)).toEqual(["config.json"]);
  writeFileSync(join(run, "metrics.jsonl"), '{"step":1}\n');
  linkSync(join(run, "config.json"), join(run, "figures/copy.json"));
  expect(JSON.parse((await ask("/run/files.json")).body)).toEqual([
    "config.json",
    "figures/copy.json",
    "metrics.jsonl",
  ]);
  expect((await ask("/run/metrics.jsonl")).body).toBe('{"step":1}\n');
});
