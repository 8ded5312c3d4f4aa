// Rehearses `npx hardgrad` in an empty folder: publishes the packages to a registry on this machine, which hands on to
// npm's what it does not have, and runs commands from there with an empty cache.   node scripts/release/rehearse.mjs
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pack } from "../packaging/packages.mjs";
import { npm, run } from "../packaging/processes.mjs";
import { build } from "../prepare.mjs";

build();
const home = mkdtempSync(join(tmpdir(), "hardgrad-rehearsal-"));
const upstream = (await npm(home, "config", "get", "registry")).text.trim().replace(/\/*$/, "/");
const packages = pack(home).map(({ manifest, tarball }) => ({ manifest, bytes: readFileSync(tarball) }));

/** What a registry says of a package that has one version. */
function packument({ name, version, ...manifest }, bytes) {
  const integrity = `sha512-${createHash("sha512").update(bytes).digest("base64")}`;
  const dist = { integrity, tarball: `${registry}/-/${encodeURIComponent(name)}.tgz` };
  const versions = { [version]: { ...manifest, name, version, dist } };
  return JSON.stringify({ name, "dist-tags": { latest: version }, versions });
}

const server = createServer(async ({ url, headers }, response) => {
  const [, file, name = ""] = /^\/(-\/)?(.+?)(?:\.tgz)?$/.exec(decodeURIComponent(url)) ?? [];
  const own = packages.find(({ manifest }) => manifest.name === name);
  if (own) return response.end(file ? own.bytes : packument(own.manifest, own.bytes));
  try {
    const answer = await fetch(new URL(`.${url}`, upstream), {
      headers: { accept: headers.accept ?? "*/*" },
    });
    response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "" });
    response.end(Buffer.from(await answer.arrayBuffer()));
  } catch {
    response.writeHead(502).end();
  }
});
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const registry = `http://127.0.0.1:${server.address().port}`;

const folder = join(home, "empty");
mkdirSync(folder);
const env = { ...process.env, npm_config_registry: registry, npm_config_cache: join(home, "cache"), HARDGRAD_DATA: "" }; // biome-ignore format: one thought
for (const [command, said] of [
  ["npx --yes hardgrad list", /reinmax/],
  ["npx --yes hardgrad draw --digit 3 --count 1 --out three.png", /1 picture of 3/],
  [
    "npx --yes hardgrad train classifier --epochs 1 --train-size 200 --test-size 50 --out run",
    /test accuracy/,
  ],
]) {
  const since = performance.now();
  const { code, text } = await run(command, [], folder, { env, shell: true, timeout: 600_000 });
  const right = code === 0 && said.test(text);
  console.log(
    `${right ? "ok    " : "FAILED"} ${command}  ${((performance.now() - since) / 1000).toFixed(0)} s`,
  );
  if (!right) console.log(text.trim().split("\n").slice(-12).join("\n"));
  if (!right) process.exitCode = 1;
}
server.close();
rmSync(home, { recursive: true, force: true });
