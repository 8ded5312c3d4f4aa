import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { hardgrad, scratch, spawned } from "../run.ts";

const cwd = scratch();
const preload = pathToFileURL(fileURLToPath(new URL("full-disk.mjs", import.meta.url))).href;
const names = ["reinmax-seed0", "reinmax-seed1"];
const bits = (sweep: string, name: string): string[] =>
  ["checkpoint.safetensors", "metrics.jsonl", "metrics.csv", "config.json"].map((file) =>
    readFileSync(join(cwd, sweep, name, file)).toString("base64"),
  );
const onDisk = (bytes: number) => ({
  cwd,
  env: {
    NODE_OPTIONS: `--import ${preload}`,
    DISK_FOLDER: join(cwd, "full"),
    DISK_BYTES: String(bytes),
  },
});
const sizeOf = (folder: string): number =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + readFileSync(join(entry.parentPath ?? entry.path, entry.name)).length, 0);

test("a full disk stops a sweep with one sentence, and nothing is lost", async () => {
  const flags = { epochs: 6, "train-size": 200, "test-size": 40, hidden: 8, batch: 20 };
  const spec = { experiment: "classifier", estimators: ["reinmax"], flags, device: "wasm", seeds: 2, checkpointEvery: 20 }; // biome-ignore format: one thought
  writeFileSync(join(cwd, "sweep.json"), JSON.stringify(spec));
  const calm = spawned(["sweep", "sweep.json", "--out", "calm", "--jobs", "1", "--quiet"], { cwd });
  expect(calm.code, calm.stderr).toBe(0);
  // Room for one run and a half.
  const bytes = Math.round(1.5 * sizeOf(join(cwd, "calm", names[0]!)));
  const full = spawned(["sweep", "sweep.json", "--out", "full", "--jobs", "1"], onDisk(bytes));
  expect(full.code).toBe(1);
  const said = full.stderr.split("\n").filter((line) => /disk|space/.test(line));
  expect(said).toHaveLength(1);
  expect(said[0]).toMatch(
    /^reinmax-seed1: cannot write .*: the disk is full; free the disk or choose another place with --out; runs are saved up to their last checkpoints, continue with: npx hardgrad work full\.$/,
  );
  expect(full.stderr).not.toMatch(/^\s+at /m);
  expect(bits("full", names[0]!)).toEqual(bits("calm", names[0]!));
  const before = await hardgrad(["sweep", "status", "full", "--json"], { cwd });
  expect(JSON.parse(before.stdout)).toMatchObject({ done: 1, failed: 0 });
  const freed = spawned(["work", "full", "--jobs", "1", "--quiet"], { cwd });
  expect(freed.code, freed.stderr).toBe(0);
  for (const name of names) expect(bits("full", name)).toEqual(bits("calm", name));
}, 300_000);
