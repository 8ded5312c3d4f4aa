import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { hardgrad, scratch, start } from "../run.ts";

const built = existsSync(fileURLToPath(new URL("../../site/index.html", import.meta.url)));

describe.skipIf(!built)(`lab${built ? "" : " (npm run site has not been run)"}`, () => {
  test("serves the site until Ctrl-C, and says where", async () => {
    const { child } = start(["lab", "--json", "--port", "0"], scratch());
    const [line] = (await once(child.stdout!, "data")) as [Buffer];
    const { address } = JSON.parse(String(line)) as { address: string };
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
    const page = await fetch(address);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain("hardgrad");
    child.kill("SIGINT");
    const [code] = (await once(child, "exit")) as [number | null];
    expect(code).toBe(0);
  });
});

test("a port in use, what is no port and what is no run folder get one sentence", async () => {
  const taken = createServer();
  await new Promise<void>((done) => taken.listen(0, "127.0.0.1", done));
  const { port } = taken.address() as { port: number };
  if (built) {
    const inUse = await hardgrad(["lab", "--port", String(port)]);
    expect([inUse.code, inUse.stderr]).toEqual([1, `port ${port} is in use; choose another --port, or leave it out to get a free one.\n`]); // biome-ignore format: one thought
  }
  taken.close();
  const no = await hardgrad(["lab", "--port", "70000"]);
  expect([no.code, no.stderr]).toEqual([2, '--port must be a whole number from 0 to 65535, not "70000".\n']);
  const missing = await hardgrad(["lab", "nowhere"]);
  expect([missing.code, missing.stderr]).toEqual([
    2,
    "nowhere does not exist; give a run folder, or none.\n",
  ]);
  const folder = scratch();
  const other = await hardgrad(["lab", folder]);
  expect(other.code).toBe(2);
  expect(other.stderr).toContain(
    "is not a run folder: it has no config.json; give one that train has written.",
  );
});
